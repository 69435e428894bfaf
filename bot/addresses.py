"""Which addresses the bot may answer to and fetch from: it posts its own token to the former."""

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from settings import is_loopback

PRINTABLE = re.compile(r"[!-~]+")


@dataclass(frozen=True)
class Addresses:
    """An allow-list of hosts.

    hosts: exact names, or "*.name" for everything under it; https only. loopback: this machine is allowed too, also over http; a loopback
    host that is named in `hosts` (a test) may speak http as well.
    """

    hosts: frozenset[str] = frozenset()
    loopback: bool = False
    _known: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    def allows(self, url: str) -> bool:
        """Whether a URL is on the list. Never raises."""
        if url not in self._known:
            if len(self._known) > 10_000:  # service URLs are few; files' addresses are not
                self._known.clear()
            self._known[url] = self._allows(split(url))
        return self._known[url]

    def _allows(self, parts: SplitResult | None) -> bool:
        if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
            return False
        host = parts.hostname.lower()
        if is_loopback(host):
            return self.loopback or host in self.hosts
        return parts.scheme == "https" and any(matches(host, pattern) for pattern in self.hosts)


def matches(host: str, pattern: str) -> bool:
    """A pattern like "*.sharepoint.com" stands for every host under it, not itself."""
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def split(url: str) -> SplitResult | None:
    """The parts of a URL, or None for what is none: a blank or line end could smuggle something into a request."""
    if not PRINTABLE.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def listed(hosts: str) -> frozenset[str]:
    """A setting's hosts, separated by commas."""
    return frozenset(host.strip().lower() for host in hosts.split(",") if host.strip())


def is_under(url: str, base: str) -> bool:
    """Whether `url` lies under `base`: same scheme, host and port, and a path that begins with the base's."""
    one, other = split(url), split(base)
    if one is None or other is None or (one.scheme, one.netloc) != (other.scheme, other.netloc):
        return False
    return "/.." not in one.path and "%2e" not in one.path.lower() and f"{one.path}/".startswith(f"{other.path.rstrip('/')}/")
