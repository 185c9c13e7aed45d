"""The site as people meet it: production's web server on the test database, and a browser for each person."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from config.embedded.processes import free_port, spawn, stop, tail, wait_until
from tests.factories import PASSWORD
from tests.servers import eventually

ROOT = Path(__file__).resolve().parents[2]
COMPLETION = "#editor-completion"
PROMPT = "#editor-prompt"

NewContext = Callable[..., BrowserContext]


class WebServer:
    """Granian as the supervisor starts it, serving hashed and compressed static files; may be killed and started."""

    def __init__(self, folder: Path, database: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "web.log"
        self.environment = {
            **os.environ,
            "DATABASE_URL": re.sub(r"/[^/]*$", f"/{database}", os.environ["DATABASE_URL"]),
            "PLAIN_STATIC": "false",
            "DATABASE_POOL_SIZE": "4",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def collect_static(self) -> None:
        command = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True)

    def start(self) -> None:
        arguments = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port), "--no-ws"]
        arguments += ["--workers", "1", "--blocking-threads", "4", "--workers-kill-timeout", "1"]
        command = [sys.executable, "-m", "granian", *arguments, "config.wsgi:application"]
        self.process = spawn(command, log=self.log, cwd=ROOT, env=self.environment, death_signal=signal.SIGKILL)
        wait_until(self._answers, self.process, "The web server", self.log, 60)

    def kill(self) -> None:
        assert self.process
        stop(self.process, signal.SIGKILL, 5)

    def stop(self) -> None:
        if self.process:
            stop(self.process, signal.SIGTERM, 5)

    def _answers(self) -> bool:
        with suppress(OSError), urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
        return False

    def faults(self) -> list[str]:
        """Unhandled errors in its log."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return re.findall(r"^(?:.*Internal Server Error.*|Traceback.*)$", text, re.MULTILINE)


class Site:
    """One filled database and its people's browsers, for a module of tests."""

    def __init__(self, server: WebServer, new_context: NewContext) -> None:
        self.server = server
        self.url = server.url
        self.new_context = new_context
        self._signed_in: dict[int, Any] = {}  # by key: after an emptied database the same address is somebody else

    def address(self, name: str, *args: object, query: str = "") -> str:
        return f"{self.url}{reverse(name, args=[str(arg) for arg in args])}{query}"

    def browser_of(self, person: User | None, **options: Any) -> BrowserContext:
        """A browser in which this person is signed in; the form is filled in once for each."""
        if person is None:
            return self.new_context(**options)
        if person.pk not in self._signed_in:
            context = self.new_context()
            self.sign_in(context.new_page(), person)
            self._signed_in[person.pk] = context.storage_state()
        return self.new_context(storage_state=self._signed_in[person.pk], **options)

    def page_of(self, person: User | None, **options: Any) -> Page:
        return watched(self.browser_of(person, **options).new_page())

    def sign_in(self, page: Page, person: User) -> None:
        page.goto(self.address("account_login"))
        self.fill_in_sign_in(page, person)

    def fill_in_sign_in(self, page: Page, person: User) -> None:
        give_password(person)
        page.get_by_label("Email").fill(person.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("button", name="Sign out")).to_be_attached()


def give_password(person: User) -> None:
    """The test session hashes fast; the server checks as production does. Once: a new hash ends all sessions."""
    unprepared = User.objects.filter(pk=person.pk).exclude(password__startswith=PBKDF2PasswordHasher.algorithm)
    unprepared.update(password=PBKDF2PasswordHasher().encode(PASSWORD, "long-enough-not-to-be-replaced"))


def watched(page: Page) -> Page:
    """Collects script errors and blocked content, which `site` reports when the test has ended."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda message: (
            errors.append(f"{page.url}: {message.text}") if "Content Security Policy" in message.text else None
        ),
    )
    _errors.append(errors)
    return page


_errors: list[list[str]] = []


@pytest.fixture(scope="session")
def web_server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    server = WebServer(tmp_path_factory.mktemp("site"), str(connection.settings_dict["NAME"]))
    server.collect_static()
    try:
        server.start()
        yield server
    finally:
        server.stop()
        sys.stdout.write(f"The web server's last lines:\n{tail(server.log, 20)}\n")


@pytest.fixture(scope="module")
def transactional_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """In place of pytest-django's: what a module commits stays until its end, so that people sign in once.

    The name matters: pytest-django sets a database up where a test asks for it by this name.
    """
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="module")
def signed_in() -> dict[str, Any]:
    return {}


@pytest.fixture
def site(
    web_server: WebServer, transactional_db: None, signed_in: dict[str, Any], new_context: NewContext
) -> Iterator[Site]:
    site = Site(web_server, new_context)
    site._signed_in = signed_in
    faults_before = len(web_server.faults())
    _errors.clear()
    yield site
    assert [error for errors in _errors for error in errors] == []
    assert web_server.faults()[faults_before:] == [], tail(web_server.log, 60)


def type_at_end(page: Page, selector: str, text: str) -> None:
    page.locator(selector).focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def saved(page: Page) -> None:
    expect(page.locator("[data-save-status]")).to_have_text(re.compile(r"Saved \d\d:\d\d:\d\d"))


def mirrors(page: Page) -> list[str]:
    """Copies of unsaved text in this browser."""
    found: list[str] = page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('scriptorium:draft'))")
    return found


def ready(page: Page) -> None:
    """The workbench's modules are loaded and the page may be typed in."""
    eventually(lambda: page.evaluate("document.querySelector('[data-editor]')?.autosave !== undefined"))
    page.evaluate("document.querySelector('[data-editor]').autosave.ready")


def select_in_page(page: Page, field: str, words: str) -> None:
    """As with the mouse: selects these words of a text that is only read."""
    page.evaluate(
        """([field, words]) => {
          const views = [`[data-rendered=${field}]`, `[data-text=${field}]`].map(one => document.querySelector(one));
          const shown = views.find(view => view?.checkVisibility());
          const walker = document.createTreeWalker(shown, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const start = walker.currentNode.data.indexOf(words);
            if (start < 0) continue;
            getSelection().setBaseAndExtent(walker.currentNode, start, walker.currentNode, start + words.length);
            document.dispatchEvent(new PointerEvent('pointerup', { bubbles: true }));
            return;
          }
          throw new Error(`not on the page: ${words}`);
        }""",
        [field, words],
    )
