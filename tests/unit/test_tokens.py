"""Session tokens open one conversation, for a while, and cannot be made up."""
import base64

import pytest

from assistant.channels.tokens import Tokens

TOKENS = Tokens(b"a secret of the clinic")


def test_a_token_opens_the_conversation_it_was_issued_for():
    token, session = TOKENS.issue()
    assert TOKENS.read(token) == session


def test_two_visitors_never_get_the_same_conversation():
    assert len({TOKENS.issue()[1].conversation_id for _ in range(1000)}) == 1000


def test_a_conversation_id_has_at_least_128_random_bits():
    _, session = TOKENS.issue()
    assert len(base64.urlsafe_b64decode(session.conversation_id)) * 8 >= 128


def test_a_renewed_token_opens_the_same_conversation_for_longer(monkeypatch):
    _, session = TOKENS.issue()
    monkeypatch.setattr("time.time", lambda: session.expires - 60)
    again, renewed = TOKENS.issue(session.conversation_id)
    assert renewed.conversation_id == session.conversation_id
    assert renewed.expires > session.expires
    assert TOKENS.read(again) == renewed


def test_an_expired_token_opens_nothing():
    token, _ = Tokens(b"a secret of the clinic", lifetime=-1).issue()
    assert TOKENS.read(token) is None


def test_a_token_signed_with_another_secret_opens_nothing():
    token, _ = Tokens(b"somebody else's secret").issue()
    assert TOKENS.read(token) is None


def test_another_visitors_id_with_ones_own_signature_opens_nothing():
    mine, _ = TOKENS.issue()
    theirs, _ = TOKENS.issue()
    assert TOKENS.read(f"{theirs.split('.')[0]}.{mine.split('.')[1]}") is None


def test_a_token_whose_expiry_was_moved_opens_nothing():
    token, _ = TOKENS.issue()
    body, signature = token.split(".")
    raw = bytearray(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    raw[-1] ^= 0xFF
    assert TOKENS.read(f"{base64.urlsafe_b64encode(raw).decode().rstrip('=')}.{signature}") is None


@pytest.mark.parametrize(
    "nonsense", ["", ".", "a", "a.b", "ü.ü", "\udcff.x", "eyJhbGciOiJub25lIn0.e30.", "." * 99]
)
def test_nonsense_opens_nothing(nonsense):
    assert TOKENS.read(nonsense) is None
