"""What a scripted person does with a page: follow links, fill in forms, save while typing. No JavaScript."""

import time
from collections import defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Self
from urllib.parse import urljoin

import httpx

RETRIES = 40
RETRY_SECONDS = 0.5


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class PageReader(HTMLParser):
    """Collects the forms, the data attributes and the text of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.data: dict[str, str] = {}
        self._textarea: str | None = None
        self._select: str | None = None

    @classmethod
    def of(cls, html: str) -> Self:
        reader = cls()
        reader.feed(html)
        return reader

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attributes}
        self.data.update({name: value for name, value in named.items() if name.startswith("data-")})
        if tag == "form":
            self.forms.append(Form(named.get("action", ""), named.get("method", "get").lower()))
        elif tag == "input":
            self._input(named)
        elif tag == "textarea" and named.get("name"):
            self._textarea = named["name"]
            self._set(named["name"], "")
        elif tag == "select" and named.get("name"):
            self._select = named["name"]
        elif tag == "option" and self._select:
            self._option(named)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._textarea and self.forms:
            self.forms[-1].fields[self._textarea] += data

    def _input(self, named: dict[str, str]) -> None:
        name = named.get("name")
        unticked = named.get("type") in {"radio", "checkbox"} and "checked" not in named
        if name and not unticked:
            self._set(name, named.get("value", ""))

    def _option(self, named: dict[str, str]) -> None:
        assert self._select
        if "selected" in named or not self._current(self._select):
            self._set(self._select, named.get("value", ""))

    def _set(self, name: str, value: str) -> None:
        if self.forms:
            self.forms[-1].fields[name] = value

    def _current(self, name: str) -> str | None:
        return self.forms[-1].fields.get(name) if self.forms else None


@dataclass(frozen=True)
class Page:
    url: str
    status: int
    html: str
    reader: PageReader

    def form(self, ending: str) -> Form | None:
        """The first form whose action ends so."""
        return next((form for form in self.reader.forms if form.action.split("?")[0].endswith(ending)), None)

    def attribute(self, name: str) -> str:
        return self.reader.data.get(name, "")


@dataclass
class Tally:
    """Latencies in seconds by action, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    interruptions: int = 0


class Visitor:
    """One signed-in person's browser. Waits and repeats while the site is down, as a person would."""

    def __init__(self, site: str, tally: Tally) -> None:
        self.tally = tally
        self.client = httpx.Client(base_url=site, follow_redirects=True, timeout=60)

    def sign_in(self, email: str, password: str) -> None:
        page = self.get("/accounts/login/", "sign in")
        form = page.form("/login/") or Form("/accounts/login/", "post", page.reader.forms[0].fields)
        answer = self.post(form.action, {**form.fields, "login": email, "password": password}, "sign in")
        if "/accounts/login" in answer.url:
            raise RuntimeError(f"{email} could not sign in")

    def get(self, url: str, action: str) -> Page:
        return self._page("GET", url, action)

    def post(self, url: str, fields: dict[str, Any], action: str) -> Page:
        return self._page("POST", url, action, data=fields)

    def save(self, url: str, body: dict[str, Any], action: str) -> httpx.Response:
        headers = {"X-CSRFToken": self.client.cookies.get("csrftoken") or "", "Accept": "application/json"}
        return self._send("POST", url, action, json=body, headers=headers)

    def _page(self, method: str, url: str, action: str, **options: Any) -> Page:
        headers = {"Referer": str(self.client.base_url)}
        response = self._send(method, url, action, headers=headers, **options)
        return Page(str(response.url.path), response.status_code, response.text, PageReader.of(response.text))

    def _send(self, method: str, url: str, action: str, **options: Any) -> httpx.Response:
        for attempt in range(RETRIES):
            began = time.perf_counter()
            try:
                response = self.client.request(method, urljoin(str(self.client.base_url), url), **options)
            except httpx.TransportError:
                self.tally.interruptions += 1
                time.sleep(RETRY_SECONDS * min(attempt + 1, 6))
                continue
            self.tally.seconds[action].append(time.perf_counter() - began)
            if response.status_code >= 500:
                self.tally.errors.append(f"{response.status_code} at {action}: {url}")
            return response
        raise RuntimeError(f"the site did not answer: {url}")
