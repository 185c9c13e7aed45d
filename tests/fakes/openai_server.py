"""A server that speaks OpenAI's wire protocol over loopback: /v1/responses, /v1/chat/completions, /v1/models.

What it says is scripted: one `Turn` per request, the last one again and again. What it was asked is kept in `requests`.
There is no model in it: `mind` makes the answer out of the request, as a model would out of its prompt.
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SLICE = 0.02


@dataclass
class Asked:
    """One request, the same for both ways of asking."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def system(self) -> str:
        if self.path.endswith("/responses"):
            return self.body["instructions"]
        return self.body["messages"][0]["content"]

    @property
    def user(self) -> str:
        return self.body["input"] if self.path.endswith("/responses") else self.body["messages"][1]["content"]

    @property
    def schema(self) -> dict[str, Any] | None:
        if self.path.endswith("/responses"):
            return self.body.get("text", {}).get("format")
        return self.body.get("response_format")


@dataclass
class Turn:
    """How one request is answered: with `say` (a string, or made from the request), or not properly at all."""

    say: str | Callable[[Asked], str] | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0  # seconds before the first byte
    drip: float = 0  # seconds between single bytes
    half_closed: bool = False  # hangs up in the middle of the body
    refusal: bool = False
    cut: bool = False  # as if the longest answer had been reached
    raw: bytes | None = None  # this body, whatever it is
    usage: dict[str, int] | None = None


class OpenAIServer:
    """`mind` answers what `turns` leave open. `only` limits the ways of asking, as lesser servers do."""

    def __init__(self, mind: Callable[[Asked], str] = lambda _asked: "{}", model: str = "test-model") -> None:
        self.mind, self.model = mind, model
        self.turns: list[Turn] = []
        self.requests: list[Asked] = []
        self.only: set[str] = {"/v1/responses", "/v1/chat/completions", "/v1/models"}
        self.knows_schemas = True
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(SLICE,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def asked(self) -> list[Asked]:
        return [each for each in self.requests if not each.path.endswith("/models")]

    def __enter__(self) -> "OpenAIServer":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def script(self, *turns: Turn) -> None:
        self.turns = list(turns)

    def turn_for(self, asked: Asked) -> Turn:
        with self._lock:
            self.requests.append(asked)
            if not self.turns or asked.path.endswith("/models"):
                return Turn()
            return self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else each answer waits 40 ms

            def log_message(self, *_args: object) -> None:
                pass

            def do_GET(self) -> None:
                self.answer({})

            def do_POST(self) -> None:
                self.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def answer(self, body: dict[str, Any]) -> None:
                asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
                turn = server.turn_for(asked)
                time.sleep(turn.delay)
                status, content = server.reply(asked, turn)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                for name, value in turn.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.send_body(content, turn)

            def send_body(self, content: bytes, turn: Turn) -> None:
                self.close_connection = turn.half_closed
                sent = content[: len(content) // 2] if turn.half_closed else content
                size = 1 if turn.drip else len(content) or 1
                try:
                    for start in range(0, len(sent), size):
                        self.wfile.write(sent[start : start + size])
                        time.sleep(turn.drip)
                except OSError:
                    self.close_connection = True  # whoever asked has gone

        return Handler

    def reply(self, asked: Asked, turn: Turn) -> tuple[int, bytes]:
        if turn.raw is not None:
            return turn.status, turn.raw
        if asked.path not in self.only:
            return 404, _error("Not found")
        if asked.path.endswith("/models"):
            return 200, json.dumps({"object": "list", "data": [{"id": self.model, "object": "model"}]}).encode()
        if turn.status != 200:
            return turn.status, _error("As scripted")
        if asked.schema and not self.knows_schemas:
            return 400, _error("json_schema is not supported")
        say = self.mind if turn.say is None else turn.say
        text = say if isinstance(say, str) else say(asked)
        shape = _response if asked.path.endswith("/responses") else _completion
        return 200, json.dumps(shape(self.model, text, turn)).encode()


def _error(message: str) -> bytes:
    return json.dumps({"error": {"message": message, "type": "error", "code": None}}).encode()


def _response(model: str, text: str, turn: Turn) -> dict[str, Any]:
    said = {"type": "refusal", "refusal": text} if turn.refusal else {"type": "output_text", "text": text}
    incomplete = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    usage = turn.usage or {"input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": model,
        "output": [
            {
                "type": "message",
                "id": "msg_1",
                "role": "assistant",
                "status": "completed",
                "content": [{"annotations": [], **said}],
            }
        ],
        "parallel_tool_calls": False,
        "tool_choice": "none",
        "tools": [],
        "usage": {**usage, "input_tokens_details": {}, "output_tokens_details": {}},
        **(incomplete if turn.cut else {"status": "completed"}),
    }


def _completion(model: str, text: str, turn: Turn) -> dict[str, Any]:
    message = {"role": "assistant", "content": None, "refusal": text} if turn.refusal else {
        "role": "assistant", "content": text
    }  # fmt: skip
    usage = turn.usage or {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
    return {
        "id": "chat_1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "finish_reason": "length" if turn.cut else "stop", "message": message}],
        "usage": usage,
    }
