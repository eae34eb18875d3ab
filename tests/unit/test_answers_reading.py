"""Reading grades, promises and fingerprints work on their own."""

import warnings
from pathlib import Path

import pytest

from assistant.answers.checks_wording import is_referral
from assistant.answers.fingerprints import fingerprint_files, load_fingerprints
from assistant.answers.promises import promises
from assistant.answers.reading import grade, plain, sentences, words

TEXTS = [
    "It is usually over in minutes. Cream, ice or a vibrating tool can help with that.",
    "Most people go back to work the same day. Expect small bumps and some redness for hours.",
    "The effect fades bit by bit, and the treatment is normally repeated after several months.",
    "Regulatory authorities necessarily evaluate pharmaceutical documentation systematically.",
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_grade_is_close_to_that_of_textstat(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import textstat

    assert grade(text) == pytest.approx(textstat.flesch_kincaid_grade(text), abs=2.0)


def test_words_of_the_field_count_as_plain_words() -> None:
    assert grade("Micro-Botox is a botulinum toxin.") < grade("Meteorology is an educational topic.")


def test_a_sentence_ends_at_a_full_stop_and_at_the_end_of_a_list_entry() -> None:
    assert sentences("**Call** {phone}. Or:\n- come in\n- write") == [
        "Call Clinic.", "Or:", "come in", "write",
    ]  # fmt: skip
    assert words("micro-Botox isn't {clinic}'s.") == ["micro-Botox", "isn't", "Clinic's"]


@pytest.mark.parametrize(
    "text",
    [
        "It is safe.",
        "It is painless.",
        "There is no downtime.",
        "Results are instant.",
        "It shrinks pores.",
        "It reverses ageing and erases lines.",
        "It is a permanent cure.",
        "This is an FDA-approved micro-Botox treatment.",
        "Micro-Botox is approved for this.",
        "Good results are guaranteed.",
        "It is not cheap, but it is safe.",
    ],
)
def test_a_promise_is_found(text: str) -> None:
    assert list(promises(text))


@pytest.mark.parametrize(
    "text",
    [
        "It is not permanent.",
        "The effect isn't instant.",
        "No treatment is completely safe.",
        "It will not erase deep creases.",
        "Is it safe?",
        'One article says that it "shrinks" pores.',
        "Nobody can guarantee a result.",
        "Micro-Botox is not approved for this; the medicine is approved for frown lines.",
        "It cannot cure acne.",
    ],
)
def test_a_denied_quoted_or_asked_word_is_no_promise(text: str) -> None:
    assert not list(promises(text))


@pytest.mark.parametrize(
    "sentence",
    [
        "Ask the clinic how it does it.",
        "Some clinics mix up the names, so ask where the medicine would go.",
        "For a price, call {phone}.",
        "Please speak to a nurse or your doctor first.",
        "Talk it through with your dermatologist.",
        "A clinician has to decide that.",
        "Only the clinic can tell you.",
        "The clinician decides the dose.",
        "Usually it is injected; some clinics use microneedling, so ask.",
        "A consultation with your medical history decides.",
        "Rules vary, so follow [our aftercare sheet]({aftercare_url}).",
        "Clinics differ, so go by your own clinic's sheet.",
        "Let both the dentist and the clinic know.",
    ],
)
def test_a_sentence_that_sends_people_elsewhere_is_a_referral(sentence: str) -> None:
    assert is_referral(plain(sentence))


@pytest.mark.parametrize(
    "sentence",
    [
        "Tell the clinic if lidocaine has ever caused you a problem.",
        "At a consultation you see a clinician and talk about your skin.",
        "The nurse will ask about your medicines.",
        "Some doctors call it a filler.",
        "A consultation takes half an hour.",
        "It is approved in the US for frown lines.",
    ],
)
def test_advice_and_description_are_no_referral(sentence: str) -> None:
    assert not is_referral(plain(sentence))


ARTICLE = "The quick brown fox jumps over the lazy dog while Doctor Alma Verity waits by the old gate."


@pytest.fixture
def prints(tmp_path: Path):
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "article.txt").write_text(ARTICLE)
    fingerprint_files(tmp_path, {"S1": tmp_path / "article.txt"}, names=["Alma Verity"])
    return load_fingerprints(tmp_path)


def test_eight_words_in_a_row_are_a_copy_whatever_their_dress(prints) -> None:
    assert prints.copied("A QUICK\u2014brown fox jumps over the lazy dog, while it rains.") == [
        ("S1", "quick brown fox jumps over the lazy dog")
    ]


def test_seven_words_in_a_row_and_quoted_words_are_no_copy(prints) -> None:
    assert not prints.copied("brown fox jumps over the lazy dog")
    assert not prints.copied('It says "the quick brown fox jumps over the lazy dog" there.')


def test_a_name_of_the_article_is_known_by_its_hash(prints) -> None:
    assert prints.named("Ask alma verity.") == ["alma verity"]
    assert not prints.named("Ask Alma.")


def test_the_fingerprints_hold_no_word_of_the_article(prints, tmp_path: Path) -> None:
    kept = (tmp_path / "knowledge/fingerprints.json").read_text().lower()
    assert not [word for word in ("fox", "verity", "gate") if word in kept]
