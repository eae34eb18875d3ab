"""Whether a message says that the person to be treated is too young."""
from __future__ import annotations

import time

import pytest

from assistant.booking.age import says_minor

TOO_YOUNG = [
    "I'm 16, does it hurt?",
    "I'm sixteen",
    "i am seventeen and want smaller pores",
    "I turn 18 next year",
    "i'll be 18 in june",
    "im turning 18 in march",
    "turn 18 next year, can I book? I turn 18 next year",
    "I'm in year 11",
    "I'm still in high school",
    "im in 10th grade",
    "i'm in sixth form",
    "still at school? I'm still at secondary school",
    "My daughter is 15, does it hurt her? can she have it",
    "My 15 year old daughter wants it",
    "can my daughter have it? she is 15",
    "can my 16 year old get this for acne",
    "is it ok for my son, he's 14",
    "my son is 14, is it too young for him?",
    "I'm not 18 yet",
    "i'm almost 18",
    "I'm 17 and a half",
    "17yo girl here",
    "17 years old",
    "me, 16f, does it hurt",
    "I'm 16f",
    "i'm underage",
    "I'd like to book for my daughter, she is 15",
    "can I make an appointment for my son who is 16",
    "my teenage daughter? can my teenage daughter get it",
    "I'd like it for my teenager",
    "I'm a minor",
    "I am only fifteen",
    "my niece is 13 and wants smaller pores",
    "My kid's 12, can he get it",
    "I am 17 years of age",
    "hi im 15 and my skin is so oily",
    "my daughter (16) wants less shine",
    "i’m 14",
    "At 16, can I have it?",
    "I'm a teenager, does it work?",
    "my daughter is in year 10, can she have it",
    "does it hurt? im 16",
    "I will turn eighteen in May",
    "I'm nearly 18",
    "Is it allowed at 17?",
    "still in high school",
    "my daughter is 15, does it hurt?",
    "my little girl is 11, could she have this for sweating",
]
OLD_ENOUGH_OR_NOT_SAID = [
    "I'm 43",
    "I'm 18",
    "I turned 18 last week",
    "I'm eighteen",
    "I'm 61 and want smaller pores",
    "I'd like to book an appointment for my mother, she is 61",
    "my daughter is 25, can she have it",
    "is 16 too young?",
    "what is the minimum age?",
    "my son is 12, can I bring him along?",
    "my daughter is 12 and I'm tired. does it hurt?",
    "my kids are still in high school, does it hurt?",
    "my kids are 12 and 14 and I look tired",
    "I'm 16 weeks pregnant",
    "i'm 5 foot 2",
    "I have a teenager and no time",
    "I had acne as a teenager",
    "it hurt when i was 16",
    "my baby is 10 weeks old and I'm breastfeeding",
    "I'm free at 4",
    "I'm free after 16:00",
    "we are 12 people",
    "come at 10",
    "10 am works",
    "I'll be 10 minutes late",
    "I'll be there at 5",
    "I'm a high school teacher",
    "my high school reunion is in june",
    "since high school I have had big pores",
    "I'm 30, is it too young to start?",
    "I'm at work till 5",
    "my friend is 17 and told me about it",
    "I'm 12 days after my treatment",
    "Friday at 11",
    "i am 10 kg overweight",
    "at 10, can I come?",
    "Can I come at 12?",
    "Is 12 ok?",
    "my daughter told me to ask if it hurts",
    "for my kids' school party next week I want to look good",
    "I'm in year 2 of having it",
    "he is 18 can he have it",
    "treatment for my child-bearing years",
    "Anna Sixteen",
    "I am in my 12th week",
    "I had it 10 years ago",
    "I'm 11 weeks postpartum",
    "Thirteen Moons Lane",
    "at 17:00 please",
    "I work in a school, I'm 45",
    "I'm a mum of a 15 year old",
    "does it work on a 12 month basis",
]


@pytest.mark.parametrize("text", TOO_YOUNG)
def test_a_declared_minor_is_heard(text: str) -> None:
    assert says_minor(text, minimum_age=18)


@pytest.mark.parametrize("text", OLD_ENOUGH_OR_NOT_SAID)
def test_a_number_or_a_child_alone_declares_nobody_a_minor(text: str) -> None:
    assert not says_minor(text, minimum_age=18)


def test_a_clinic_with_a_higher_age_turns_away_more() -> None:
    assert says_minor("I'm 19, does it hurt?", minimum_age=21)
    assert says_minor("I'm turning 21 in May", minimum_age=21)
    assert not says_minor("I'm 21", minimum_age=21)


@pytest.mark.parametrize("unit", ["my daughter is 25 ", "i'm ", "for my friend, ", "can my ", "at 16 "])
def test_a_long_message_is_read_in_no_time(unit: str) -> None:
    text = (unit * 500)[:5000]
    start = time.process_time()
    says_minor(text, minimum_age=18)
    assert time.process_time() - start < 0.5
