"""A server that speaks LanguageTool's wire protocol over loopback: GET /v2/languages, POST /v2/check.

It finds the words of `MISTAKES` and counts places in UTF-16 units, as the real one does. `failing` makes it answer
otherwise: see `FAILURES`.
"""

import json
import re
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

LANGUAGES = [
    {"name": "English (US)", "code": "en", "longCode": "en-US"},
    {"name": "German (Germany)", "code": "de", "longCode": "de-DE"},
    {"name": "Spanish", "code": "es", "longCode": "es"},
]
# wrong → (right, issue type, category)
MISTAKES = {
    "teh": ("the", "misspelling", "TYPOS"),
    "they is": ("they are", "grammar", "GRAMMAR"),
    "Hauß": ("Haus", "misspelling", "TYPOS"),
    "👍👍": ("👍", "style", "STYLE"),
}
NO_SUCH_PLACE = {
    "message": "m",
    "offset": 9999,
    "length": 3,
    "replacements": [],
    "context": {"text": "", "offset": 0, "length": 0},
    "sentence": "",
    "rule": {"id": "X", "issueType": "grammar", "category": {"id": "Y"}},
}
# name → status, content type, body; None: the server does not answer properly at all.
FAILURES: dict[str, tuple[int, bytes] | None] = {
    "no json": (200, b"<html>Bad gateway</html>"),
    "half json": (200, b'{"matches": [{"offset": 0,'),
    "another json": (200, b"[1, 2]"),
    "no such place": (200, json.dumps({"matches": [NO_SUCH_PLACE]}).encode()),
    "not utf-8": (500, b"\xff\xfe\x00\xd8"),
    "429": (429, b"Error: Client request limit of 20 requests per 60 seconds exceeded"),
    "426": (426, b"Error: Client request size limit exceeded"),
    "500": (500, b"Error: Internal Error: something of the text might stand here"),
    "503": (503, b"Error: overloaded, try again later"),
    "slow": None,
    "half closed": None,
}


class LanguageToolServer:
    def __init__(self) -> None:
        self.failing = ""
        self.asked: list[dict[str, str]] = []
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "LanguageToolServer":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(200, json.dumps(LANGUAGES).encode()) if self.path == "/v2/languages" else self._fail()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
                server.asked.append(form)
                if server.failing:
                    self._fail()
                else:
                    self._answer(200, json.dumps(answer(form)).encode())

            def _fail(self) -> None:
                said = FAILURES.get(server.failing, (404, b"Error: no such path"))
                if said is not None:
                    self._answer(*said)
                elif server.failing == "slow":
                    server._released.wait(10)
                else:
                    self.send_response(200)
                    self.send_header("Content-Length", "1000")
                    self.end_headers()
                    self.wfile.write(b'{"matches"')
                    self.wfile.flush()
                    time.sleep(0.05)
                    self.connection.shutdown(socket.SHUT_RDWR)

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: Any) -> None:
                pass

        return Handler


def answer(form: dict[str, str]) -> dict[str, Any]:
    text = form["text"]
    return {
        "software": {"name": "LanguageTool", "version": "6.7", "apiVersion": 1},
        "language": {"name": form["language"], "code": form["language"]},
        "matches": [
            _match(text, found.start(), found.end(), *MISTAKES[found[0]])
            for found in re.finditer("|".join(map(re.escape, MISTAKES)), text)
        ],
    }


def _match(text: str, start: int, end: int, right: str, issue_type: str, category: str) -> dict[str, Any]:
    offset, length = _units(text[:start]), _units(text[start:end])
    return {
        "message": f"Perhaps “{right}” is meant.",
        "shortMessage": "",
        "offset": offset,
        "length": length,
        "replacements": [{"value": right}, {"value": right.upper()}, {"value": right + "s"}, {"value": right + "t"}],
        "context": {"text": text[:40], "offset": min(start, 39), "length": length},
        "sentence": text,
        "type": {"typeName": "Other"},
        "rule": {
            "id": f"RULE_{category}",
            "description": "",
            "issueType": issue_type,
            "category": {"id": category, "name": ""},
        },
        "ignoreForIncompleteSentence": False,
        "contextForSureMatch": 0,
    }


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
