# ruff: noqa: E501  # the corpus of hostile addresses reads better in blocks
"""Following links: whether an address is still there, and that no address leads anywhere it should not."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from qa.checks import links
from qa.checks.base import Field, Severity, Subject
from qa.engines.base import EngineUnavailable
from qa.engines.links import LinkProber, Probe, Refused, Standing, is_public, target_of

LOOPBACK = "127.0.0.1"


class Site(BaseHTTPRequestHandler):
    asked: list[tuple[str, str, str | None, str | None]] = []

    def do_GET(self):
        self.asked.append((self.command, self.path, self.headers["Host"], self.headers["Cookie"]))
        status, location = self.pages().get(self.path.partition("?")[0], (404, ""))
        if self.path == "/no-head":
            status = 405 if self.command == "HEAD" else 200
        if self.path == "/slow":
            time.sleep(3)
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Set-Cookie", "who=you")
        self.end_headers()

    do_HEAD = do_GET

    def pages(self):
        port = self.server.server_address[1]
        return {
            "/": (200, ""), "/gone": (410, ""), "/error": (500, ""), "/closed": (403, ""), "/slow": (200, ""), "/no-head": (200, ""),
            "/moved": (301, "/"), "/lost": (302, "/nowhere"), "/loop": (302, "/loop"), "/ö": (200, ""), "/%C3%B6": (200, ""),
            "/inside": (302, "http://169.254.169.254/latest/meta-data/"), "/other-port": (302, "http://site.test:22/"),
            "/file": (302, "file:///etc/passwd"), "/user": (302, f"http://a:b@site.test:{port}/"), "/rebound": (302, f"http://rebound.test:{port}/"),
        }  # fmt: skip

    def log_message(self, *_arguments):
        pass


@pytest.fixture(scope="module")
def site():
    Site.asked.clear()
    server = ThreadingHTTPServer((LOOPBACK, 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()


def names(known):
    def resolve(host, _port):
        if host[0].isdigit():
            return [host]
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "no such host")
        return known[host]

    return resolve


KNOWN = {
    "site.test": [LOOPBACK],
    "iana.org": ["192.0.43.8"],
    "rebound.test": ["10.0.0.1"],
    "mixed.test": [LOOPBACK, "10.0.0.1"],
}


def prober(port, **options):
    settings = {"timeout": 1, "pause": 0, "resolve": names(KNOWN), "also_allowed": [LOOPBACK], "ports": [80, 443, port]}
    return LinkProber(**(settings | options))


@pytest.mark.parametrize(
    ("path", "standing"),
    [
        ("/", Standing.ALIVE), ("/moved", Standing.ALIVE), ("/no-head", Standing.ALIVE), ("/?a=b c".replace(" ", "%20"), Standing.ALIVE), ("/ö", Standing.ALIVE),
        ("/gone", Standing.DEAD), ("/nowhere", Standing.DEAD), ("/lost", Standing.DEAD),
        ("/error", Standing.UNCLEAR), ("/closed", Standing.UNCLEAR), ("/loop", Standing.UNCLEAR), ("/slow", Standing.UNCLEAR),
        ("/inside", Standing.REFUSED), ("/other-port", Standing.REFUSED), ("/file", Standing.REFUSED), ("/user", Standing.REFUSED), ("/rebound", Standing.REFUSED),
    ],
)  # fmt: skip
def test_an_answer_says_whether_the_address_is_still_there(site, path, standing):
    assert prober(site).probe(f"http://site.test:{site}{path}").standing is standing


def test_requests_carry_the_name_and_no_cookie(site):
    Site.asked.clear()
    prober(site).probe(f"http://site.test:{site}/moved")
    assert {(host, cookie) for _verb, _path, host, cookie in Site.asked} == {(f"site.test:{site}", None)}


def test_a_name_that_does_not_resolve_is_dead_only_where_names_resolve(site):
    assert prober(site).probe("http://nobody.test/") == Probe(Standing.DEAD, "there is no such host")
    with pytest.raises(EngineUnavailable):
        prober(site, resolve=names({})).probe("http://nobody.test/")
    assert not prober(site, resolve=names({})).health().is_ready


def test_one_private_address_among_several_refuses_them_all(site):
    assert prober(site).probe(f"http://mixed.test:{site}/").standing is Standing.REFUSED


def test_the_connection_goes_to_the_address_that_was_judged(site):
    """A name that answers differently the second time is asked once only."""
    answers = [[LOOPBACK], ["10.0.0.1"]]
    assert (
        prober(site, resolve=lambda _host, _port: answers.pop(0)).probe(f"http://site.test:{site}/").standing
        is Standing.ALIVE
    )
    assert answers == [["10.0.0.1"]]


def test_a_host_is_asked_no_faster_than_agreed_and_an_answer_is_remembered(site):
    slow = prober(site, pause=0.2)
    began = time.monotonic()
    for path in ("/", "/?a=1", "/?a=2"):
        slow.probe(f"http://site.test:{site}{path}")
    assert time.monotonic() - began >= 0.4
    Site.asked.clear()
    slow.probe(f"http://site.test:{site}/")
    assert Site.asked == []


def test_a_server_that_sends_a_byte_now_and_then_is_left_in_time():
    listener = socket.create_server((LOOPBACK, 0))
    port = listener.getsockname()[1]

    def drip():
        connected, _peer = listener.accept()
        try:
            for _ in range(40):
                connected.sendall(b"H")
                time.sleep(0.2)
        except OSError:
            pass

    threading.Thread(target=drip, daemon=True).start()
    began = time.monotonic()
    assert prober(port, timeout=0.5).probe(f"http://site.test:{port}/").standing is Standing.UNCLEAR
    assert time.monotonic() - began < 4
    listener.close()


# What a resolver makes of the numbers is what the C library would.
AS_NUMBERS = {
    "127.0.0.1": ["127.0.0.1"],
    "0.0.0.0": ["0.0.0.0"],
    "10.0.0.1": ["10.0.0.1"],
    "localhost": ["127.0.0.1", "::1"],
}
HOSTILE = [
    "http://127.0.0.1/", "http://127.0.0.1:80/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.0.0.1/",
    "http://0177.0.0.1/", "http://017700000001/", "http://127.0.0.1./", "http://0.0.0.0/", "http://0/", "http://10.0.0.1/", "http://172.16.0.1/",
    "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/", "http://100.64.0.1/", "http://192.0.2.1/", "http://198.18.0.1/",
    "http://224.0.0.1/", "http://240.0.0.1/", "http://255.255.255.255/", "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/", "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:7f00:1::]/", "http://[2002:a9fe:a9fe::]/", "http://[fe80::1]/", "http://[fe80::1%25eth0]/",
    "http://[fc00::1]/", "http://[fd00:ec2::254]/", "http://[fec0::1]/", "http://[::127.0.0.1]/", "http://[2001:db8::1]/", "http://[ff02::1]/", "http://[2001:470:1::5efe:7f00:1]/",
    "http://localhost/", "http://user@site.test/", "http://user:pass@site.test/", "http://site.test@127.0.0.1/", "http://site.test:22/", "http://site.test:0/", "http://site.test:99999/",
    "http://site.test/\r\nX: y", "http://site.test/a b", "http://site.test\\@127.0.0.1/", "http://site.test%00.example/", "http:///path", "http://./", "http://a..b/",
    "file:///etc/passwd", "gopher://site.test/", "ftp://site.test/", "dict://site.test:11211/", "javascript:alert(1)", "//site.test/", "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "https://[::ffff:169.254.169.254]/",
]  # fmt: skip


@pytest.mark.parametrize("address", HOSTILE)
def test_no_hostile_address_is_connected_to(address, monkeypatch):
    def never(*_arguments, **_options):
        raise AssertionError("connected")

    monkeypatch.setattr(socket, "create_connection", never)

    def resolve(host, _port):
        return AS_NUMBERS.get(host) or [host.strip("[]")]

    assert LinkProber(pause=0, resolve=resolve).probe(address).standing is Standing.REFUSED


@pytest.mark.parametrize("ip", ["8.8.8.8", "192.0.43.8", "2606:4700::1111", "2002:808:808::", "64:ff9b::808:808"])
def test_public_addresses_are_public(ip):
    assert is_public(ip)


def test_names_beyond_ascii_are_asked_for_as_resolvers_know_them():
    assert target_of("https://münchen.de/straße?q=ü").host == "xn--mnchen-3ya.de"
    assert target_of("https://münchen.de/straße").path == "/stra%C3%9Fe"
    with pytest.raises(Refused):
        target_of("https://" + "a" * 300 + ".de/")


class Said:
    """Stands in for the prober where the check alone is looked at."""

    name, version, weight = "links", "1", "llm"

    def probe(self, address):
        return Probe(Standing.DEAD, "the server says 404") if "dead" in address else Probe(Standing.UNCLEAR)


def test_dead_links_are_found_where_the_project_follows_links_and_only_there():
    check = links.build(Said())
    text = "See [a](https://a.org/dead), https://a.org/slow and https://b.org/dead."
    assert check.run(Subject("p", text)) == []
    found = check.run(Subject("p", text, "From https://a.org/dead", follow_links=True))
    assert [(each.excerpt, each.field, each.severity) for each in found] == [
        ("https://a.org/dead", Field.COMPLETION, Severity.SHOULD),
        ("https://b.org/dead", Field.COMPLETION, Severity.SHOULD),
        ("https://a.org/dead", Field.CONTEXT, Severity.NOTE),
    ]
    assert check.settings(Subject("p", text)) != check.settings(Subject("p", text, follow_links=True))
    many = " ".join(f"https://a.org/dead/{number}" for number in range(50))
    assert len(check.run(Subject("p", many, follow_links=True))) == links.MOST_ADDRESSES
