"""CV files: known by their content, kept under a random name, handed out only as a download."""

import lzma
import re
import secrets
import zipfile
import zlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.models import Profile, User
from core.refusal import Refusal, Refused, refuse_if

LARGEST = 5 * 1024 * 1024
KINDS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "txt": "text/plain; charset=utf-8",
}
# Whatever it is: a type that no browser shows.
SERVED_AS = "application/octet-stream"
_ODT = KINDS["odt"].encode()
_BEFORE_PDF = b"\xef\xbb\xbf \t\r\n"
_NOT_IN_TEXT = frozenset(range(32)) - {9, 10, 12, 13}
# Encrypted, unknown, damaged or lying about its offsets and lengths: zipfile has no common error for these.
_BROKEN_ZIP = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, OverflowError,
    ValueError, OSError,
)  # fmt: skip

# What browsers would take a file of no declared type for (WHATWG, *MIME Sniffing*, §7.1), and what runs or loads
# something wherever it stands. A tag begins with its name at once: "< 5 years" and "<mail@example.org>" are text.
_MARKUP = re.compile(
    rb"<(?:!doctype|!--|\?xml|/?(?:html|head|body|title|meta|base|link|style|script|svg|math|iframe|frame|frameset|object|"
    rb"embed|applet|form|input|button|img|image|video|audio|source|template|table|div|font|h1|a|b|br|p)(?=[\s/>]|$))",
    re.IGNORECASE,
)

MARKUP = Refusal("This is a web page or other markup, not a text.", "Save it as PDF or as plain text without tags.")
UNKNOWN = Refusal("This is no PDF, DOCX, ODT or plain text file.", "Save it as one of these and choose it again.")
TOO_LARGE = Refusal("The file is larger than 5 MB.", "Leave pictures out, or save it as a smaller PDF.")
EMPTY = Refusal("The file is empty.", "Choose another one.")


def kind_of(file: "UploadedFile[Any]") -> str | None:
    """What the content is, whatever the name says: a key of KINDS, or None."""
    file.seek(0)
    start = file.read(1024)
    if start.lstrip(_BEFORE_PDF).startswith(b"%PDF-"):
        return "pdf"
    if start.startswith(b"PK\x03\x04"):
        return _office_kind(file)
    content = start + file.read()
    return "txt" if _is_text(content) and not _MARKUP.search(content) else None


def _is_markup(file: "UploadedFile[Any]") -> bool:
    """Of a file that is none of KINDS: is it a text with tags?"""
    file.seek(0)
    content = file.read()
    return _is_text(content) and _MARKUP.search(content) is not None


def _office_kind(file: "UploadedFile[Any]") -> str | None:
    """Looks at the list of parts alone: nothing is unpacked but the few bytes that name an ODT."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as parts:
            names = set(parts.namelist())
            if {"[Content_Types].xml", "word/document.xml"} <= names:
                return "docx"
            if "mimetype" in names and _says_odt(parts):
                return "odt"
    except _BROKEN_ZIP:
        return None
    return None


def _says_odt(parts: zipfile.ZipFile) -> bool:
    with parts.open("mimetype") as part:
        return part.read(len(_ODT) + 1).strip() == _ODT


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not _NOT_IN_TEXT & set(content)


def refusal_to_keep(file: "UploadedFile[Any]") -> Refusal | None:
    if (file.size or 0) > LARGEST:
        return TOO_LARGE
    if not file.size:
        return EMPTY
    if kind_of(file):
        return None
    return MARKUP if _is_markup(file) else UNKNOWN


def keep(user: User, file: "UploadedFile[Any]") -> Profile:
    """In place of the one before. Raises Refused."""
    refuse_if(refusal_to_keep(file), status=422)
    kind = kind_of(file)
    assert kind is not None
    stored = _write(file)
    with transaction.atomic():
        profile = _locked(user)
        before, profile.cv_path = profile.cv_path, stored
        profile.cv_name, profile.cv_kind = _shown_name(file.name, kind), kind
        profile.cv_size, profile.cv_at = file.size or 0, timezone.now()
        profile.save()
        _remove_file_after_commit(before)
    return profile


def remove(user: User) -> None:
    with transaction.atomic():
        profile = _locked(user)
        before, profile.cv_path, profile.cv_name, profile.cv_kind = profile.cv_path, "", "", ""
        profile.cv_size, profile.cv_at = 0, None
        profile.save()
        _remove_file_after_commit(before)


def path_of(profile: Profile) -> Path:
    """Raises Refused when there is none."""
    path = Path(settings.MEDIA_ROOT) / profile.cv_path
    if not profile.cv_path or not path.is_file():
        raise Refused(Refusal("There is no CV.", "The person gave none, or has taken it back."), status=404)
    return path


def _locked(user: User) -> Profile:
    profile, _ = Profile.objects.get_or_create(user=user)
    return Profile.objects.select_for_update().get(pk=profile.pk)


def _write(file: "UploadedFile[Any]") -> str:
    stored = f"cv/{secrets.token_hex(16)}"
    path = Path(settings.MEDIA_ROOT) / stored
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.seek(0)
    with path.open("wb") as kept:
        for chunk in file.chunks():
            kept.write(chunk)
    return stored


def _remove_file_after_commit(stored: str) -> None:
    def remove_file() -> None:
        (Path(settings.MEDIA_ROOT) / stored).unlink(missing_ok=True)

    if stored:
        transaction.on_commit(remove_file)


def _shown_name(name: str | None, kind: str) -> str:
    """For the eye only; what cannot be printed goes."""
    shown = "".join(char for char in name or "" if char.isprintable()).strip()[:120]
    return shown or f"cv.{kind}"
