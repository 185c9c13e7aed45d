"""A LanguageTool server, asked through language-tool-python.

That package is GPL-3.0: it is an extra of its own (lock/languagetool.txt), and this module is the only one that loads
it, by name. It waits 300 s and tries twice; here both tries together wait as long as we say. What it says of an error
may quote the text, so none of its words leave this module.
"""

import importlib
import threading
from typing import Any

from qa.checks.base import Weight
from qa.engines.base import EngineUnavailable, Health, Reason
from qa.engines.grammar import Answer, Issue, Kind, Status, base_language, installed_version

NAME = "languagetool"
PACKAGE = "language-tool-python"
INSTALL = "Install it: ./scriptorium install-languagetool"
# Without a region LanguageTool checks no spelling in these languages.
VARIANTS = {"en": "en-US", "de": "de-DE", "pt": "pt-BR", "ca": "ca-ES", "nl": "nl", "fr": "fr", "es": "es"}
# The check of artifacts says these already.
DISABLED = {"WHITESPACE_RULE", "CONSECUTIVE_SPACES"}
KINDS = {
    "misspelling": Kind.SPELLING,
    "grammar": Kind.GRAMMAR,
    "duplication": Kind.GRAMMAR,
    "inconsistency": Kind.GRAMMAR,
    "uncategorized": Kind.GRAMMAR,
    "typographical": Kind.TYPOGRAPHY,
    "whitespace": Kind.TYPOGRAPHY,
    "style": Kind.STYLE,
    "locale-violation": Kind.STYLE,
    "register": Kind.STYLE,
}
SCORES = {Kind.SPELLING: 0.9, Kind.GRAMMAR: 0.8, Kind.PUNCTUATION: 0.7, Kind.TYPOGRAPHY: 0.4, Kind.STYLE: 0.3}
MOST_REPLACEMENTS = 3
TRIES = 2
# What servers write when they turn a request away for now; the package does not hand on the status.
BUSY_WORDS = ("limit", "too many", "overload", "queue")


class LanguageTool:
    name = NAME
    weight: Weight = "llm"

    def __init__(self, url: str, timeout: float = 10) -> None:
        """`timeout` in seconds, for both tries together."""
        self.url, self.timeout = url, timeout
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}

    @property
    def version(self) -> str:
        """Of the client; which version a server runs it does not say where it can be asked without a text."""
        return f"{PACKAGE} {installed_version(PACKAGE) or 'not installed'}"

    def check(self, text: str, language: str) -> Answer:
        with self._lock:
            client = self._client(language)
            if client is None:
                return Answer(Status.UNSUPPORTED, engine=NAME, version=self.version)
            issues = self._asked(lambda: [_issue(match, text) for match in client.check(text)])
        return Answer(Status.OK, tuple(issues), NAME, self.version)

    def health(self) -> Health:
        try:
            with self._lock:
                self._clients.clear()
                self._client("en")
        except EngineUnavailable as error:
            detail = INSTALL if error.reason is Reason.NOT_INSTALLED else f"{self.url} {error.reason}"
            return Health(NAME, self.version, False, detail)
        return Health(NAME, self.version, True)

    def _client(self, language: str) -> Any:
        """None for a language the server does not know; asks it for its languages once for each of ours."""
        if language not in self._clients:
            package = _package()
            timed = type("Timed", (package.LanguageTool,), {"_TIMEOUT": self.timeout / TRIES})
            wanted = language if "-" in language else VARIANTS.get(base_language(language), language)
            self._clients[language] = self._asked(lambda: _client(timed, wanted, self.url))
        return self._clients[language]

    def _asked(self, ask: Any) -> Any:
        reason: Reason
        try:
            return ask()
        except Exception as error:
            reason = _reason(error)
        raise EngineUnavailable(NAME, reason)


def _package() -> Any:
    try:
        return importlib.import_module("language_tool_python")
    except ImportError:
        raise EngineUnavailable(NAME, Reason.NOT_INSTALLED) from None


def _client(timed: Any, language: str, url: str) -> Any:
    try:
        client = timed(language, remote_server=url)
    except ValueError as error:
        if isinstance(error, UnicodeError) or "language" not in str(error).lower():
            raise
        return None
    client.disabled_rules = DISABLED
    return client


def _issue(match: Any, text: str) -> Issue:
    """`match.offset` counts code points already, `match.error_length` still UTF-16 units."""
    start, end = match.offset, _end(text, match.offset, match.error_length)
    kind = KINDS.get(match.rule_issue_type, Kind.GRAMMAR)
    kind = Kind.PUNCTUATION if match.category == "PUNCTUATION" and kind is not Kind.STYLE else kind
    replacements = tuple(match.replacements[:MOST_REPLACEMENTS])
    return Issue(start, end, kind, match.message, match.rule_id, NAME, SCORES[kind], replacements)


def _end(text: str, start: int, units: int) -> int:
    if not 0 <= start < len(text):
        raise ValueError("The server marks a place outside the text.")
    end = start
    while units > 0 and end < len(text):
        units -= 2 if text[end] > "\uffff" else 1
        end += 1
    return end


def _reason(error: Exception) -> Reason:
    """By the names of what the package raises and of what it was raised from."""
    names = {type(each).__name__ for each in (error, error.__cause__, error.__context__) if each is not None}
    if "RateLimitError" in names:
        return Reason.BUSY
    if names & {"ReadTimeout", "ConnectTimeout", "Timeout"}:
        return Reason.TIMEOUT
    if names & {"ConnectionError", "ChunkedEncodingError", "RemoteDisconnected", "ProtocolError", "SSLError"}:
        return Reason.UNREACHABLE
    if any(word in str(error).lower() for word in BUSY_WORDS):
        return Reason.BUSY
    return Reason.FAILED
