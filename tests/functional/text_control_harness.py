"""A page with the text control and a server that answers as docs/interface.md says; no database."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.backends.django import DjangoTemplates
from django.test import RequestFactory

from core.gallery import example_context

PAGE = Path(__file__).with_name("text_control_page.html").read_text()
FINDINGS = (
    "{% load interface %}"
    '<ul class="findings" data-tokens-prompt="{{ prompt|wordcount }}"'
    ' data-tokens-completion="{{ completion|wordcount }}" data-pending="{{ pending|join:" " }}"'
    '{% if rest %} data-rest="{{ rest }}"{% endif %}>'
    "{% for found in findings %}{% finding found %}{% endfor %}</ul>"
    '<div class="findings-rest">{% if pending %}<p data-still-to-come>Still to come: {{ pending|join:", " }}.</p>'
    "<p data-takes-long hidden>Some checks are taking long; they run when you submit.</p>{% endif %}</div>"
)
REQUEST = "django.template.context_processors.request"
ENGINE = DjangoTemplates(
    {
        "NAME": "harness",
        "DIRS": [settings.BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": [REQUEST]},
    }
)
CSP = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:"


def render(source: str, context: dict[str, Any]) -> str:
    return ENGINE.from_string(source).render(context, RequestFactory().get("/"))


def finding(
    text_field: str,
    text: str,
    piece: str,
    severity: str = "must",
    *suggestions: str,
    check: str = "grammar",
    clause: str = "",
    at: int | None = None,
) -> Any:
    start = text.index(piece) if at is None else at  # Python counts code points, as the checks do
    name = f"{check}-{piece}".replace(" ", "_")
    return SimpleNamespace(
        fingerprint=name, check=check, code="wrong", title=check.capitalize(), severity=severity,
        field=text_field, start=start, end=start + len(piece), message=f"About {piece}", suggestions=suggestions,
        clause=clause, clause_url="/guideline", dismissed=False, dismiss_url="/dismiss",
        anchor=name if at is None or at == text.index(piece) else f"{name}-{at}",
    )  # fmt: skip


@dataclass
class Server:
    """What the views would do, with switches for what can go wrong."""

    prompt: str = "A prompt."
    completion: str = "An answer."
    lang: str = "en"
    dir: str = ""
    item: int = 1
    version: int = 1
    token: str = "first"
    lease_until: str = ""
    signed_in: bool = True
    lose_answers: bool = False
    down: bool = False
    rules: list[tuple[str, str, str, tuple[str, ...]]] = field(default_factory=list)
    check_name: str = "grammar"
    clause: str = ""
    everywhere: bool = False
    # Slow checks by name with their rules, and those of them that have not answered yet.
    slow: dict[str, list[tuple[str, str, str, tuple[str, ...]]]] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)
    # Seconds of rest after which paid checks are asked too; 0 when none waits for that.
    rest: int = 0
    checks: list[dict[str, Any]] = field(default_factory=list)
    saves: list[dict[str, Any]] = field(default_factory=list)
    submitted: list[dict[str, list[str]]] = field(default_factory=list)
    dismissed: list[dict[str, list[str]]] = field(default_factory=list)
    url: str = ""

    def found(self, texts: dict[str, str]) -> list[Any]:
        found = self._found(texts, self.rules, self.check_name)
        for check, rules in self.slow.items():
            found += self._found(texts, rules, check) if check not in self.pending else []
        return sorted(found, key=lambda one: ("must", "should", "note").index(one.severity))

    def _found(self, texts: dict[str, str], rules: list[Any], check: str) -> list[Any]:
        return [
            finding(name, texts[name], piece, severity, *suggestions, check=check, clause=self.clause, at=at)
            for name, piece, severity, suggestions in rules
            for at in self._places(texts[name], piece)
        ]

    def _places(self, text: str, piece: str) -> list[int]:
        places = [found.start() for found in re.finditer(re.escape(piece), text)]
        return places if self.everywhere else places[:1]

    def page(self) -> str:
        scripts = ["editor", "signals", "autosave", "checks"]
        return render(PAGE, {**self.__dict__, "scripts": scripts, "findings_html": self.findings_html(self.texts)})

    def findings_html(self, texts: dict[str, str]) -> str:
        return render(FINDINGS, {**texts, "findings": self.found(texts), "pending": self.pending, "rest": self.rest})

    @property
    def texts(self) -> dict[str, str]:
        return {"prompt": self.prompt, "completion": self.completion}

    def answer(self, path: str, body: bytes) -> tuple[int, str, str]:
        if path == "/":
            return 200, "text/html", self.page()
        if path == "/submit":
            self.submitted.append(parse_qs(body.decode(), keep_blank_values=True))
            return 200, "text/html", "<!doctype html><title>Submitted</title><h1>Submitted</h1>"
        if path == "/dismiss":
            self.dismissed.append(parse_qs(body.decode()))
            return 200, "text/html", render(FINDINGS, {"findings": []})
        return self._background(path, json.loads(body or b"{}"))

    def _background(self, path: str, sent: dict[str, Any]) -> tuple[int, str, str]:
        if self.down:
            raise ConnectionAbortedError
        if not self.signed_in:
            return self._json(401, reason="signed_out", sign_in="/sign-in")
        if path == "/take-back":
            self.token = "second"
            return self._json(200, token=self.token, version=self.version, lease_until=self.lease_until or None)
        if sent.get("token") != self.token:
            return self._json(409, reason="lease", message="Your time ran out.")
        if path == "/check":
            self.checks.append(sent)
            self.rest = 0 if sent["rested"] and sent["slow"] else self.rest
            texts = {name: sent[name] for name in ("prompt", "completion")}
            return 286 if sent["slow"] and not self.pending else 200, "text/html", self.findings_html(texts)
        return self._save(sent) if path == "/save" else self._json(200, lease_until=self.lease_until or None)

    def _save(self, sent: dict[str, Any]) -> tuple[int, str, str]:
        if sent["version"] != self.version:
            return self._json(409, reason="version", theirs={**self.texts, "version": self.version})
        self.saves.append(sent)
        self.prompt, self.completion = sent["prompt"], sent["completion"]
        self.version += 1
        if self.lose_answers:
            raise ConnectionAbortedError
        return self._json(200, version=self.version, saved_at="2026-01-02T12:04:31Z")

    @staticmethod
    def _json(status: int, **data: Any) -> tuple[int, str, str]:
        return status, "application/json", json.dumps(data)

    def wait_for(self, condition: Any, seconds: float = 8) -> None:
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, f"not reached: {self.saves[-1:]}"
            time.sleep(0.02)


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self, path: str, body: bytes) -> tuple[int, str, Any]:
            if path == "/gallery":
                return gallery(self.headers.get("Cookie") or "")
            return static(path) if path.startswith("/static/") else server.answer(path, body)

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.split("?")[0]
            try:
                status, kind, content = self.answer(path, body)
            except ConnectionAbortedError:
                self.close_connection = True
                return
            data = content if isinstance(content, bytes) else content.encode()
            self.send_response(status)
            for name, value in (
                ("Content-Type", f"{kind}; charset=utf-8"),
                ("Content-Length", str(len(data))),
                ("Content-Security-Policy", CSP),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = handle_any

        def log_message(self, *_: object) -> None:
            pass

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    server.url = f"http://127.0.0.1:{web.server_port}/"
    try:
        yield server
    finally:
        web.shutdown()
        web.server_close()


def gallery(cookies: str) -> tuple[int, str, str]:
    request = RequestFactory(headers={"Cookie": cookies}).get("/")
    return 200, "text/html", ENGINE.get_template("components/gallery.html").render(example_context(), request)


KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


def static(path: str) -> tuple[int, str, Any]:
    found = finders.find(re.sub(r"^/static/", "", path))
    if not found:
        return 404, "text/plain", ""
    with open(str(found), "rb") as file:
        return 200, KINDS.get(path.rsplit(".", 1)[-1], "text/plain"), file.read()
