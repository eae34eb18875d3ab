"""How often somebody may ask: token buckets per session and per network address."""
from __future__ import annotations

import ipaddress
import os
import time
from dataclasses import dataclass, field
from typing import Mapping, Optional, Union

MOST_BUCKETS = 10_000  # above this, buckets that are full again are thrown away

Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]


@dataclass
class _Bucket:
    tokens: float
    at: float


@dataclass
class Limit:
    """At most `burst` at once and `per_minute` in the long run, for each key."""

    per_minute: float
    burst: float
    _buckets: dict[str, _Bucket] = field(default_factory=dict, repr=False)

    def wait(self, key: str, *, now: Optional[float] = None) -> float:
        """Takes one turn for a key.

        Returns:
            0.0 when it was granted, else the seconds until the next one is.
        """
        now = time.monotonic() if now is None else now
        if len(self._buckets) > MOST_BUCKETS:
            self._forget_idle(now)
        bucket = self._buckets.setdefault(key, _Bucket(self.burst, now))
        bucket.tokens = self._filled(bucket, now)
        bucket.at = now
        if bucket.tokens < 1:
            return (1 - bucket.tokens) * 60 / self.per_minute
        bucket.tokens -= 1
        return 0.0

    def _filled(self, bucket: _Bucket, now: float) -> float:
        return min(self.burst, bucket.tokens + (now - bucket.at) * self.per_minute / 60)

    def _forget_idle(self, now: float) -> None:
        self._buckets = {
            key: bucket for key, bucket in self._buckets.items() if self._filled(bucket, now) < self.burst
        }


@dataclass
class Limits:
    """The website's limits.

    Those per address are wide: a clinic's waiting room, a school and a phone company's customers
    each share one address.
    """

    session: Limit
    address: Limit
    new_sessions: Limit

    @classmethod
    def from_options(cls, options: Mapping[str, float]) -> "Limits":
        """Limits of credentials.yml: per-minute figures by name, each optional.

        $FAQ_RATE_LIMITS=off switches them off, for load tests.
        """
        if os.environ.get("FAQ_RATE_LIMITS") == "off":
            return cls(*(Limit(per_minute=1e9, burst=1e9) for _ in range(3)))
        unknown = set(options) - {"session", "address", "new_sessions"}
        if unknown:
            raise ValueError(f"unknown limit in credentials: {', '.join(sorted(unknown))}")
        session = float(options.get("session", 30))
        address = float(options.get("address", 300))
        new_sessions = float(options.get("new_sessions", 30))
        return cls(
            Limit(session, burst=max(session / 3, 1)),
            Limit(address, burst=max(address / 3, 1)),
            Limit(new_sessions, burst=max(new_sessions, 1)),
        )


def trusted_proxies() -> tuple[Network, ...]:
    """Networks of $FAQ_PROXIES (comma-separated addresses or networks), none by default.

    Raises:
        ValueError: with the entry that is neither.
    """
    given = [part.strip() for part in os.environ.get("FAQ_PROXIES", "").split(",")]
    return tuple(ipaddress.ip_network(part, strict=False) for part in given if part)


def client_address(peer: str, forwarded_for: str, proxies: tuple[Network, ...]) -> str:
    """Address of the visitor.

    X-Forwarded-For is read from the right and believed only as far as trusted proxies wrote it;
    everything further left was made up or not by whoever sent the request.

    Args:
        peer: address at the other end of the connection.
        forwarded_for: value of X-Forwarded-For, "" when there is none.
        proxies: networks whose word is taken.
    """
    address = peer
    for hop in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
        if not _is_in(address, proxies) or not _is_address(hop):
            break
        address = hop
    return address


def _is_in(address: str, networks: tuple[Network, ...]) -> bool:
    return _is_address(address) and any(ipaddress.ip_address(address) in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
