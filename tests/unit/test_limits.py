"""Limits slow down who asks too much, and nobody else."""
import pytest

from assistant.channels.limits import Limit, Limits, client_address, trusted_proxies

PROXIES = "10.0.0.0/8, 127.0.0.1"


def test_a_burst_is_granted_and_then_refused():
    limit = Limit(per_minute=60, burst=3)
    assert [limit.wait("a", now=0) > 0 for _ in range(4)] == [False, False, False, True]


def test_a_refusal_says_how_long_to_wait_and_waiting_that_long_helps():
    limit = Limit(per_minute=60, burst=1)
    limit.wait("a", now=0)
    seconds = limit.wait("a", now=0)
    assert seconds == pytest.approx(1.0)
    assert limit.wait("a", now=seconds) == 0


def test_one_visitors_haste_costs_another_nothing():
    limit = Limit(per_minute=60, burst=1)
    limit.wait("a", now=0)
    assert limit.wait("b", now=0) == 0


def test_idle_visitors_are_forgotten_and_busy_ones_are_not(monkeypatch):
    monkeypatch.setattr("assistant.channels.limits.MOST_BUCKETS", 2)
    limit = Limit(per_minute=60, burst=1)
    limit.wait("idle", now=0)
    limit.wait("idle too", now=0)
    limit.wait("busy", now=100)
    limit.wait("another", now=100)
    assert "idle" not in limit._buckets
    assert limit.wait("busy", now=100) > 0


def test_a_misspelt_limit_in_credentials_is_refused():
    with pytest.raises(ValueError, match="sesion"):
        Limits.from_options({"sesion": 5})


def test_limits_can_be_switched_off_for_load_tests(monkeypatch):
    monkeypatch.setenv("FAQ_RATE_LIMITS", "off")
    session = Limits.from_options({}).session
    assert not any(session.wait("a", now=0) for _ in range(1000))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # not a proxy of ours: a claim
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # the left part is a claim
        ("127.0.0.1", "198.51.100.1, 10.1.2.3", "198.51.100.1"),
        ("127.0.0.1", "not an address", "127.0.0.1"),
        ("127.0.0.1", "2001:db8::7", "2001:db8::7"),
    ],
)
def test_the_forwarded_address_is_believed_only_from_ones_own_proxies(monkeypatch, peer, forwarded, address):
    monkeypatch.setenv("FAQ_PROXIES", PROXIES)
    assert client_address(peer, forwarded, trusted_proxies()) == address


def test_without_proxies_the_forwarded_address_is_never_believed(monkeypatch):
    monkeypatch.delenv("FAQ_PROXIES", raising=False)
    assert client_address("127.0.0.1", "198.51.100.1", trusted_proxies()) == "127.0.0.1"
