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
    """Collects the forms, the data attributes and what stands in the fields of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.data: dict[str, str] = {}
        self._by_id: dict[str, Form] = defaultdict(lambda: Form("", ""))
        self._form: Form | None = None
        self._textarea: tuple[Form, str] | None = None
        self._select: tuple[Form, str] | None = None

    @classmethod
    def of(cls, html: str) -> Self:
        reader = cls()
        reader.feed(html)
        return reader

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attributes}
        self.data.update({name: value for name, value in named.items() if name.startswith("data-")})
        if tag == "form":
            self._begin_form(named)
        elif tag == "option" and self._select:
            self._option(named, *self._select)
        elif named.get("name") and tag in {"input", "textarea", "select"}:
            self._control(tag, named)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._end_textarea()
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._textarea:
            form, name = self._textarea
            form.fields[name] += data

    def _begin_form(self, named: dict[str, str]) -> None:
        form = self._by_id[named["id"]] if "id" in named else Form("", "")
        form.action, form.method = named.get("action", ""), named.get("method", "get").lower()
        self._form = form
        self.forms.append(form)

    def _control(self, tag: str, named: dict[str, str]) -> None:
        form = self._by_id[named["form"]] if "form" in named else self._form
        if form is None:
            return
        if tag == "input":
            self._input(form, named)
        elif tag == "textarea":
            form.fields[named["name"]] = ""
            self._textarea = (form, named["name"])
        else:
            self._select = (form, named["name"])

    def _end_textarea(self) -> None:
        """A line end right after the tag belongs to the markup, not to the text."""
        if self._textarea:
            form, name = self._textarea
            form.fields[name] = form.fields[name].removeprefix("\n")
        self._textarea = None

    def _input(self, form: Form, named: dict[str, str]) -> None:
        unticked = named.get("type") in {"radio", "checkbox"} and "checked" not in named
        if not unticked and named.get("type") != "file":
            form.fields[named["name"]] = named.get("value", "")

    def _option(self, named: dict[str, str], form: Form, name: str) -> None:
        if "selected" in named or name not in form.fields:
            form.fields[name] = named.get("value", "")


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
