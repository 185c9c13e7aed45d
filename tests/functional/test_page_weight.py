"""What a first visit costs, measured in the browser against the server as it is in production."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotation.models import Item
from annotation.workflow import Stage
from tests.factories import Cast
from tests.functional.site import Site, ready

pytestmark = pytest.mark.browser

MOST_BYTES = 150_000
MOST_REQUESTS = 10


class Weight:
    """Bytes over the wire, headers included, by request; nothing is cached."""

    def __init__(self, page: Page) -> None:
        self.urls: dict[str, str] = {}
        self.bytes: dict[str, float] = {}
        self.encodings: dict[str, str] = {}
        network = page.context.new_cdp_session(page)
        network.on(
            "Network.requestWillBeSent", lambda sent: self.urls.update({sent["requestId"]: sent["request"]["url"]})
        )
        network.on("Network.responseReceived", self._received)
        network.on("Network.loadingFinished", self._finished)
        network.send("Network.enable")
        network.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def _received(self, event: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in event["response"]["headers"].items()}
        self.encodings[event["requestId"]] = headers.get("content-encoding", "")

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes[event["requestId"]] = event["encodedDataLength"]

    @property
    def total(self) -> float:
        return sum(self.bytes.values())

    def by_file(self) -> dict[str, tuple[float, str]]:
        names = {key: url.rsplit("/", 1)[-1] or url for key, url in self.urls.items()}
        return {names[key]: (size, self.encodings.get(key, "")) for key, size in self.bytes.items()}


def first_visit(site: Site, open_page: Callable[[Page], None], person: Any) -> Weight:
    page = site.page_of(person)
    weight = Weight(page)
    open_page(page)
    page.wait_for_load_state("networkidle")
    return weight


def assert_light(weight: Weight, capsys: pytest.CaptureFixture[str], title: str) -> None:
    with capsys.disabled():
        print(f"\n{title}: {weight.total:,.0f} bytes in {len(weight.urls)} requests")
    assert weight.total <= MOST_BYTES, weight.by_file()
    assert len(weight.urls) <= MOST_REQUESTS, weight.by_file()
    assert all(encoding for name, (_, encoding) in weight.by_file().items() if name.endswith((".js", ".css")))


def test_the_first_load_of_the_workbench_is_light(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    cast = Cast("weight-write")
    item = cast.start(cast.author).item

    def visit(page: Page) -> None:
        page.goto(site.address("annotation:workbench", cast.project.slug, item.pk))
        ready(page)

    assert_light(first_visit(site, visit, cast.author), capsys, "workbench")


def test_the_first_load_of_a_review_is_light(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    cast = Cast("weight-review")
    item: Item = cast.write()
    assert cast.start(cast.reviewers[0], Stage.REVIEW).item == item

    def visit(page: Page) -> None:
        page.goto(site.address("annotation:review", cast.project.slug, item.pk))
        expect(page.get_by_role("button", name="Accept")).to_be_visible()

    assert_light(first_visit(site, visit, cast.reviewers[0]), capsys, "review")
