"""Asks an address whether it is still there, without being led anywhere else.

Addresses are written by people and must not become a way into the network this runs in. So: http(s) on the usual ports,
no names or passwords in the address; every IP address the name resolves to must belong to the public Internet, however
it is wrapped; the connection goes to the very IP address that was judged, with the name in Host and SNI; redirections
are judged anew like the first address, at most three; no cookies, nothing read but the head of the answer.
"""

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urljoin, urlsplit

from qa.checks.base import Weight
from qa.engines.base import EngineUnavailable, Health, Reason

NAME, VERSION = "links", "1"
AGENT = "Scriptorium-link-check/1"
PORTS = {"http": 80, "https": 443}
MOST_REDIRECTS = 3
MOST_BYTES = 65_536
GONE = (404, 410)
MOVED = (301, 302, 303, 307, 308)
REMEMBERED, REMEMBERED_SECONDS = 5_000, 3600.0
# Of this name we know that it resolves wherever names do.
KNOWN_HOST = "iana.org"
FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
# 127.1, 0x7f000001 and 2130706433 are addresses to a resolver; nobody publishes them.
NUMERIC = re.compile(r"(?:0[xX][0-9a-fA-F]*|\d+)\.?")
NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
ISATAP = (0x00005EFE, 0x02005EFE)

Resolve = Callable[[str, int], Collection[str]]
IP = ipaddress.IPv4Address | ipaddress.IPv6Address


class Standing(StrEnum):
    ALIVE = "alive"
    DEAD = "dead"
    # Of neither can be said whether a reader would get there.
    UNCLEAR = "unclear"
    REFUSED = "refused"


@dataclass(frozen=True)
class Probe:
    standing: Standing
    reason: str = ""


class Refused(Exception):  # noqa: N818  # an answer, not a mishap
    """The address leads, or could lead, where we do not go. Says why."""


@dataclass(frozen=True)
class Target:
    scheme: str
    host: str
    port: int
    path: str


class LinkProber:
    name = NAME
    version = VERSION
    weight: Weight = "llm"

    def __init__(
        self,
        timeout: float = 5.0,
        pause: float = 1.0,
        resolve: Resolve | None = None,
        also_allowed: Collection[str] = (),
        ports: Collection[int] = tuple(PORTS.values()),
    ) -> None:
        """`timeout` and `pause` (between two requests to one host) in seconds. `also_allowed` are IP addresses that are
        not public and may be asked all the same, and `ports` other ones: for tests with a server of their own."""
        self._timeout, self._pause = timeout, pause
        self._resolve = resolve or resolved
        self._also_allowed, self._ports = frozenset(also_allowed), frozenset(ports)
        self._known: OrderedDict[str, tuple[float, Probe]] = OrderedDict()
        self._next_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def probe(self, address: str) -> Probe:
        """Raises EngineUnavailable when no name can be resolved at all: then nothing is said about any address."""
        remembered = self._known.get(address)
        if remembered and remembered[0] > time.monotonic():
            return remembered[1]
        probe = self._fresh(address)
        self._known[address] = (time.monotonic() + REMEMBERED_SECONDS, probe)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return probe

    def health(self) -> Health:
        try:
            self._must_resolve_something()
        except EngineUnavailable:
            return Health(NAME, VERSION, False, "No name of the Internet can be resolved from here.")
        return Health(NAME, VERSION, True)

    def _fresh(self, address: str) -> Probe:
        try:
            return self._followed(address)
        except Refused as refused:
            return Probe(Standing.REFUSED, str(refused))
        except socket.gaierror as error:
            self._must_resolve_something()
            is_gone = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
            return (
                Probe(Standing.DEAD, "there is no such host") if is_gone else Probe(Standing.UNCLEAR, "no name service")
            )
        except (OSError, http.client.HTTPException, FutureTimeout, ValueError) as error:
            return Probe(Standing.UNCLEAR, type(error).__name__)

    def _followed(self, address: str) -> Probe:
        for _ in range(MOST_REDIRECTS + 1):
            status, location = self._asked(target_of(address, self._ports))
            if status not in MOVED or not location:
                return _standing(status)
            address = urljoin(address, location)
        return Probe(Standing.UNCLEAR, "too many redirections")

    def _asked(self, target: Target) -> tuple[int, str]:
        """HEAD, and where that is refused or says gone a GET for the first bytes: many servers know HEAD badly."""
        ip = self._judged(target)
        status, location = self._request("HEAD", target, ip)
        return (status, location) if status < 400 else self._request("GET", target, ip)

    def _judged(self, target: Target) -> str:
        ips = list(self._resolve(target.host, target.port))
        if not ips:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        if not all(ip in self._also_allowed or is_public(ip) for ip in ips):
            raise Refused("it leads into a private network")
        return ips[0]

    def _request(self, method: str, target: Target, ip: str) -> tuple[int, str]:
        self._wait_for_turn(target.host)
        connection = http.client.HTTPConnection(target.host, target.port, timeout=self._timeout)
        connection.sock = self._connected(target, ip)
        # Against servers that send a byte now and then: each read has its time, and so has the whole.
        watchdog = threading.Timer(2 * self._timeout, _shut, (connection.sock,))
        watchdog.start()
        try:
            more = {"Range": f"bytes=0-{MOST_BYTES - 1}"} if method == "GET" else {}
            headers = {"User-Agent": AGENT, "Accept": "*/*", "Connection": "close", **more}
            connection.request(method, target.path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Location", "")
        finally:
            watchdog.cancel()
            connection.close()

    def _connected(self, target: Target, ip: str) -> socket.socket:
        plain = socket.create_connection((ip, target.port), self._timeout)
        if target.scheme == "http":
            return plain
        try:
            return ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)
        except BaseException:
            plain.close()
            raise

    def _wait_for_turn(self, host: str) -> None:
        with self._lock:
            now = time.monotonic()
            self._next_at = {name: at for name, at in self._next_at.items() if at > now}
            turn = max(now, self._next_at.get(host, now))
            self._next_at[host] = turn + self._pause
        time.sleep(turn - now)

    def _must_resolve_something(self) -> None:
        try:
            self._resolve(KNOWN_HOST, 443)
        except (OSError, FutureTimeout) as error:
            raise EngineUnavailable(NAME, Reason.UNREACHABLE) from error


def _shut(connected: socket.socket) -> None:
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        connected.close()


def _standing(status: int) -> Probe:
    if status in GONE:
        return Probe(Standing.DEAD, f"the server says {status}")
    return Probe(Standing.ALIVE if status < 400 else Standing.UNCLEAR, str(status))


def target_of(address: str, ports: Collection[int] = tuple(PORTS.values())) -> Target:
    """Raises Refused for what is no plain address of the public web."""
    if FORBIDDEN.search(address):
        raise Refused("it contains blanks or control characters")
    try:
        parts = urlsplit(address)
        port, name = parts.port, parts.hostname or ""
    except ValueError as error:
        raise Refused("it is malformed") from error
    if parts.scheme not in PORTS:
        raise Refused("it is no web address")
    if parts.username is not None or parts.password is not None:
        raise Refused("it carries a user name")
    port = port if port is not None else PORTS[parts.scheme]
    if port not in ports:
        raise Refused("it names an unusual port")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
    return Target(parts.scheme, _host(name), port, path + query)


def _host(name: str) -> str:
    if ":" in name:
        return name
    try:
        host = name.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise Refused("its host name is none") from error
    labels = host.rstrip(".").split(".")
    if not re.fullmatch(r"[a-z0-9_.-]{1,253}", host) or "" in labels:
        raise Refused("its host name is none")
    if NUMERIC.fullmatch(labels[-1]) and not _is_dotted_quad(host):
        raise Refused("its host is a number")
    return host


def _is_dotted_quad(host: str) -> bool:
    try:
        return str(ipaddress.IPv4Address(host)) == host
    except ValueError:
        return False


def is_public(written: str) -> bool:
    """Whether an IP address belongs to the public Internet, and so does the IPv4 address inside it if there is one."""
    try:
        ip = ipaddress.ip_address(written.partition("%")[0])
    except ValueError:
        return False
    inner = _inside(ip)
    if inner is not None:
        return is_public(str(inner))
    is_old_local = isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local
    is_special = (
        is_old_local or ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_link_local or ip.is_private
    )
    return ip.is_global and not is_special


def _inside(ip: IP) -> IP | None:
    """The IPv4 address that mapping, 6to4, Teredo, NAT64 or ISATAP hides in an IPv6 one."""
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    wrapped = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
    if wrapped is None and (any(ip in network for network in NAT64) or (int(ip) >> 32) & 0xFFFFFFFF in ISATAP):
        wrapped = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return wrapped


_names = ThreadPoolExecutor(4, "resolve")


def resolved(host: str, port: int, timeout: float = 5.0) -> list[str]:
    """All addresses of a name. The system's resolver knows no time limit of its own."""
    asked = _names.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(found[4][0]) for found in asked.result(timeout)))
