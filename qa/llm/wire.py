"""Everything that touches the `openai` package, which takes most of a second to import: qa.engines.llm loads this
module on its first question, so only workers ever pay.

No retries and no redirects here: the engine retries within its own time limit, and texts go to the address that was
configured or nowhere. An error keeps its kind, never its message, which may quote a text or a key.
"""

import json
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import openai
from pydantic import ValidationError

from qa import tokens
from qa.engines.base import Reason
from qa.llm.talk import Answer, Kind, Question, Rung, Trouble, Usage

MOST_BYTES = 4_000_000
REPAIRS = 1
ONLY_JSON = "Answer with one JSON object that fits this JSON Schema, and with nothing before or after it:\n"
DENIED = (401, 403)
CANNOT = (400, 404, 405, 406, 410, 413, 415, 422, 501)
AGAIN = (408, 409, 425, 429)


class BoundedStream(httpx2.SyncByteStream):
    """Ends an answer that drips on for longer than its read timeout, or never stops."""

    def __init__(self, stream: httpx2.SyncByteStream, seconds: float) -> None:
        self.stream, self.ends_at = stream, time.monotonic() + seconds

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self.stream:
            size += len(chunk)
            if size > MOST_BYTES or time.monotonic() > self.ends_at:
                raise httpx2.ReadTimeout("the answer takes too long")
            yield chunk

    def close(self) -> None:
        self.stream.close()


def _bound(response: httpx2.Response) -> None:
    assert isinstance(response.stream, httpx2.SyncByteStream)
    seconds = response.request.extensions.get("timeout", {}).get("read") or 0
    response.stream = BoundedStream(response.stream, seconds)


class Wire:
    def __init__(self, url: str, key: str, model: str) -> None:
        client = openai.DefaultHttpxClient(follow_redirects=False, event_hooks={"response": [_bound]})
        # Servers of one's own want no key, but the package insists on one.
        self.client = openai.OpenAI(base_url=url, api_key=key or "none", max_retries=0, http_client=client)
        self.model = model

    def ask(self, rung: Rung, question: Question[Answer], seconds: float, bill: list[Usage]) -> Answer:
        """Puts what was used on the bill, also when it then raises Trouble. Thread-safe."""
        way = {Rung.RESPONSES: self._responses, Rung.CHAT: self._chat, Rung.PLAIN: self._plain}[rung]
        try:
            return way(question, time.monotonic() + seconds, bill)
        except ValidationError:
            raise Trouble(Kind.MALFORMED) from None
        except openai.OpenAIError as error:
            raise _trouble(error) from None
        except (ValueError, TypeError, AttributeError, KeyError, IndexError):
            # A body that is no JSON, or JSON of no known shape: the package trusts servers.
            raise Trouble(Kind.MALFORMED) from None

    def models(self, seconds: float) -> list[str] | None:
        """The names of what the server offers; None where it offers no list."""
        try:
            return [str(each.id) for each in self.client.with_options(timeout=seconds).models.list().data]
        except (openai.NotFoundError, ValueError, TypeError, AttributeError):
            return None
        except openai.OpenAIError as error:
            raise _trouble(error) from None

    def _responses(self, question: Question[Answer], ends_at: float, bill: list[Usage]) -> Answer:
        raw = self.client.responses.with_raw_response.parse(
            model=self.model,
            instructions=question.system,
            input=question.data,
            text_format=question.schema,
            max_output_tokens=question.longest,
            store=False,
            timeout=_left(ends_at),
        )
        body = _body(raw.http_response, bill, question)
        if body.get("status") == "incomplete":
            raise Trouble(Kind.FINAL, is_about_text=True)
        parts = [part for output in body["output"] for part in output.get("content") or []]
        if any(part.get("type") == "refusal" for part in parts):
            raise Trouble(Kind.FINAL, is_about_text=True)
        return _present(raw.parse().output_parsed)

    def _chat(self, question: Question[Answer], ends_at: float, bill: list[Usage]) -> Answer:
        raw = self.client.chat.completions.with_raw_response.parse(
            model=self.model,
            messages=[{"role": "system", "content": question.system}, {"role": "user", "content": question.data}],
            response_format=question.schema,
            max_completion_tokens=question.longest,
            timeout=_left(ends_at),
        )
        choice = _body(raw.http_response, bill, question)["choices"][0]
        _refuse_unfinished(choice)
        return _present(raw.parse().choices[0].message.parsed)

    def _plain(self, question: Question[Answer], ends_at: float, bill: list[Usage]) -> Answer:
        """For servers that know no schemas: asked in words, validated here, and given one chance to mend it."""
        schema = json.dumps(question.schema.model_json_schema(), separators=(",", ":"))
        messages: list[Any] = [
            {"role": "system", "content": f"{question.system}\n\n{ONLY_JSON}{schema}"},
            {"role": "user", "content": question.data},
        ]
        for attempt in range(REPAIRS + 1):
            written = self._written(messages, question, ends_at, bill)
            try:
                return question.schema.model_validate_json(_only_object(written))
            except ValidationError as error:
                if attempt == REPAIRS:
                    raise
                messages += [{"role": "assistant", "content": written}, {"role": "user", "content": _faults(error)}]
        raise AssertionError("unreachable")

    def _written(self, messages: list[Any], question: Question[Answer], ends_at: float, bill: list[Usage]) -> str:
        raw = self.client.chat.completions.with_raw_response.create(
            model=self.model, messages=messages, max_tokens=question.longest, temperature=0, timeout=_left(ends_at)
        )
        choice = _body(raw.http_response, bill, question)["choices"][0]
        _refuse_unfinished(choice)
        return str(choice["message"]["content"] or "")


def _left(ends_at: float) -> float:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise Trouble(Kind.FINAL, Reason.TIMEOUT)
    return left


def _body(response: httpx2.Response, bill: list[Usage], question: Question[Answer]) -> dict[str, Any]:
    body = response.json()
    if not isinstance(body, dict):
        raise TypeError
    bill.append(_usage(body, response.text, question))
    return body


def _usage(body: dict[str, Any], written: str, question: Question[Answer]) -> Usage:
    """As the server counts; by our own count where it does not say."""
    said = body.get("usage")
    counts = said if isinstance(said, dict) else {}
    incoming = counts.get("input_tokens", counts.get("prompt_tokens"))
    outgoing = counts.get("output_tokens", counts.get("completion_tokens"))
    return Usage(
        incoming if isinstance(incoming, int) and incoming >= 0 else question.at_most.tokens_in,
        outgoing if isinstance(outgoing, int) and outgoing >= 0 else tokens.count(written),
    )


def _refuse_unfinished(choice: dict[str, Any]) -> None:
    if choice.get("finish_reason") in ("length", "content_filter") or choice["message"].get("refusal"):
        raise Trouble(Kind.FINAL, is_about_text=True)


def _present(parsed: Answer | None) -> Answer:
    if parsed is None:
        raise Trouble(Kind.MALFORMED)
    return parsed


def _only_object(written: str) -> str:
    """From the first brace to the last: models like to wrap JSON in a sentence or in a code block."""
    start, end = written.find("{"), written.rfind("}")
    return written[start : end + 1] if 0 <= start < end else written


def _faults(error: ValidationError) -> str:
    """Where and what kind, never the values: they are made of people's texts."""
    faults = [f"{'.'.join(map(str, each['loc'])) or 'the whole'}: {each['type']}" for each in error.errors()[:10]]
    return "That is not valid. Answer again with the JSON object alone. Wrong: " + "; ".join(faults)


def _trouble(error: openai.OpenAIError) -> Trouble:
    if isinstance(error, openai.APITimeoutError):
        return Trouble(Kind.FINAL, Reason.TIMEOUT)
    if isinstance(error, openai.APIStatusError):
        return _status_trouble(error.response)
    if isinstance(error, openai.LengthFinishReasonError | openai.ContentFilterFinishReasonError):
        return Trouble(Kind.FINAL, is_about_text=True)
    if isinstance(error, openai.APIResponseValidationError):
        return Trouble(Kind.MALFORMED)
    if isinstance(error, openai.APIConnectionError):
        return Trouble(Kind.AGAIN, Reason.UNREACHABLE)
    return Trouble(Kind.FINAL)


def _status_trouble(response: httpx2.Response) -> Trouble:
    status = response.status_code
    if status in DENIED:
        return Trouble(Kind.FINAL, Reason.NOT_CONFIGURED)
    if status in CANNOT:
        # A text may be too long, or not be liked: that says nothing about the server.
        reason = Reason.NOT_CONFIGURED if status == 404 else Reason.FAILED
        return Trouble(Kind.CANNOT, reason, is_about_text=status in (400, 413, 422))
    if status in AGAIN or status >= 500:
        reason = Reason.BUSY if status in (429, 503) else Reason.FAILED
        return Trouble(Kind.AGAIN, reason, _pause_wanted(response.headers))
    return Trouble(Kind.FINAL)


def _pause_wanted(headers: httpx2.Headers) -> float | None:
    """Retry-After in seconds or as a date (RFC 9110, 10.2.3); None without one, or with one nobody can read."""
    said = headers.get("retry-after", "").strip()
    if said.replace(".", "", 1).isdecimal():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except ValueError:
        return None
