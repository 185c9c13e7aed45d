"""`platform/` is a folder, never a package (docs/adr/0002)."""

import importlib.util
import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "config": "platform",
    "accounts": "platform",
    "catalog": "platform",
    "core": "platform",
    "annotation": ".",
    "qa": ".",
    "experts": ".",
}


def test_platform_is_no_package() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()
    assert platform.python_implementation() == "CPython"


@pytest.mark.parametrize(("package", "folder"), PACKAGES.items())
def test_our_packages_come_from_this_repository(package: str, folder: str) -> None:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).resolve() == (ROOT / folder / package / "__init__.py").resolve()


def test_no_folder_of_platform_hides_a_standard_module() -> None:
    names = {path.name for path in (ROOT / "platform").iterdir() if path.is_dir()}
    assert not names & sys.stdlib_module_names


def test_the_script_needs_nothing_but_the_standard_library() -> None:
    isolated = [sys.executable, "-I", "-S", str(ROOT / "scriptorium"), "help"]
    result = subprocess.run(isolated, capture_output=True, text=True, check=False, cwd="/")
    assert result.returncode == 0, result.stderr
    assert "up " in result.stdout


def test_an_unknown_command_is_refused_with_the_list_of_commands() -> None:
    command = [sys.executable, str(ROOT / "scriptorium"), "serve"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "restore" in result.stdout
