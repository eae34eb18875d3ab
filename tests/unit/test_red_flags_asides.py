"""What is only talked of in passing: each kind of it, and the same words as a symptom.

The sentences are made up for these tests.
"""

import pytest

from assistant.nlu.red_flags import alarm

# (no alarm, alarm): the second differs in what makes it somebody's and present.
PAIRS = {
    "an old illness that may rule one out": [
        (
            "I've had weak legs for a decade with neuropathy. Can I have it?",
            "My legs are weak since Monday. Can I have it?",
        ),
        (
            "Bell's palsy left one side drooping back in 2004, would you treat me",
            "my face droops on one side since the jab",
        ),
        (
            "I take bisoprolol for palpitations, do I skip it on the day",
            "palpitations all night, do I skip it on the day",
        ),
        (
            "nuts make my throat close. Are there any nuts in yours?",
            "my throat is closing. Are there any nuts in yours?",
        ),
    ],
    "a habit with a cause of its own": [
        ("I pass out when I have bloods taken", "I pass out when I stand up"),
        ("penicillin always gives me hives", "it gave me hives"),
        ("hot yoga makes me dizzy every time", "sitting up makes me dizzy"),
    ],
    "a trade": [
        ("I'm a stroke nurse, so I have to ask", "I'm a nurse and I think I'm having a stroke"),
        ("I'm a paramedic on nights, so chest pain and strokes every shift", "I'm a paramedic and my chest hurts"),
    ],
    "a story": [
        ("We watched a true crime series. First the eyelids droop", "We came home. First the eyelids droop"),
        ("that actress couldn't move her lips", "my sister can't move her lips"),
        ("the dog is poorly. She can't breathe", "my sister is poorly. She can't breathe"),
    ],
    "hearsay": [
        ("somebody at work was talking about double vision", "I was talking and got double vision"),
        ("droopy lid, what percent of people get it", "droopy lid, what do I do"),
        (
            "My aunt stopped hers and her face fell. Is that true of the small drops?",
            "My aunt had hers yesterday and her face fell. Is that true of the small drops?",
        ),
    ],
    "fun": [
        ("my husband will have a seizure at what I spend", "my husband is having a seizure"),
        ("your drilling is fit to give me a seizure", "your treatment gave me a seizure"),
        ("lost the will to live in the queue lol", "I have lost the will to live"),
        ("my life is over lol, I found a wrinkle", "my life is over, I found out today"),
    ],
    "ageing": [
        ("my face dropped when I lost forty pounds", "my face dropped last night"),
        (
            "my brows droop at sixty. Would it tighten anything?",
            "my brows droop since Friday. Would it tighten anything?",
        ),
    ],
    "rules of aftercare": [
        ("is it true that I can't lift my arms for four hours", "I can't lift my arms"),
    ],
    "a visit moved": [
        ("my brother had a stroke, he's in the hospital, cancel Friday", "my brother had a stroke just now"),
        ("the whole house is vomiting, rebook me", "my husband keeps vomiting since the jab, rebook me"),
    ],
    "over": [
        ("the double vision cleared weeks ago", "the double vision hasn't cleared"),
    ],
}


@pytest.mark.parametrize(("calm", "alarming"), [pair for pairs in PAIRS.values() for pair in pairs])
def test_what_is_talked_of_in_passing_is_no_alarm(calm: str, alarming: str) -> None:
    assert alarm(calm) is None
    assert alarm(alarming) is not None


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("I haven't eaten a meal without choking this week", "emergency"),  # two negatives
        ("my husband doesn't like the mottling on my chin", "emergency"),  # dislike is no denial
        ("her left arm does not move", "emergency"),  # long forms of "doesn't", "won't", "isn't"
        ("my throat will not open", "emergency"),
        ("my eye ain't closing", "emergency"),
        ("chokin on water", "emergency"),  # a dropped g
        ("me throat is closing, cannae breathe", "emergency"),  # dialect
        ("mi cyaan swallow", "emergency"),
        ("Blurry. Both eyes. Since lunch.", "emergency"),  # a sign in pieces
        ("I have to hold my left lid open with a finger", "today"),
        ("my other eyebrow slid onto my lashes", "today"),
        ("the red patch has reached my ear", "today"),
        ("everything has to be mashed or it won't go down", "emergency"),
        ("swelled up within minutes of the cream", "emergency"),
        ("my lip is white and hard", "emergency"),
        ("she keeps calling me by her sister's name and is suddenly confused", "emergency"),
        ("he took twelve paracetamol by mistake", "emergency"),
        ("jaw like that every evening now, wife has to cut my toast", "emergency"),  # a part of the body and a moment
        ("my left lid droops and I see the clock twice", "emergency"),  # a graver sign beside a lid
        ("a dark curtain came down over my right eye", "emergency"),  # not a lid
        ("my jaw has locked and I have a fever", "emergency"),
        ("the only reason I'm still here is my cat", "crisis"),
        ("I stood at the edge of the platform tonight, just one step", "crisis"),
        ("goodnight everyone, for the last time", "crisis"),
    ],
)
def test_what_is_said_in_other_words_is_found_at_its_level(text: str, level: str) -> None:
    assert alarm(text) == level


@pytest.mark.parametrize(
    "text",
    [
        "Chest pain. Are you open?",
        "I have chest pain. Do you do gift cards?",
        "I fainted twice. Is it a side effect?",
        "I'm diabetic and I feel faint, can I come in?",
        "I take warfarin and my face is numb on one side. Should I tell you?",
        "on steroids and my face swelled up, can I still come in?",
        "my brow has dropped, can you lift it",
        "I can't swallow. Is botox any good for that?",
        "I'm a teacher, can't speak above a whisper",
        "we watched a film and then my husband collapsed",
        "your receptionist hung up, my throat is swelling",
        "every time I eat bread I choke",
        "lol my face is drooping",
    ],
)
def test_a_symptom_stays_an_alarm_beside_a_question_a_trade_or_a_joke(text: str) -> None:
    assert alarm(text) is not None
