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


# (harmless, crisis): words of despair as an idiom, and the same words meant.
IDIOMS = [
    ("I saw the price list and made my peace with it", "I made my peace with it last night"),
    ("bruising for a day, I'm at peace with that", "I'm at peace with it now, costs don't matter where I'm going"),
    ("put me out of my misery, do you have anything on Friday", "please put me out of my misery"),
    ("put me out of my misery, how much is one visit", "put me out of my misery, tell me how many"),
    ("this quote is going to kill me", "he is going to kill me when he finds me"),
    ("my energy fell off a cliff at fifty", "I could just drive off a cliff"),
    ("is the toll bridge closed today", "I'm on the bridge and I can't climb back"),
    ("that time slot number doesn't exist", "I wish I didn't exist"),
    ("I play at a bridge club tonight", "I'm at the bridge tonight, thinking about it"),
    ("I take all my tablets each morning. Should I skip any of these?", "I took all my tablets this morning"),
    ("I counted my tablets, five a day, do I stop the blue one", "I counted my tablets again, there are enough"),
    ("an overdose when I was 18, I'm fine now, do I have to tell you", "an overdose last night, do I have to tell you"),
    ("overdose at nineteen, I'm fifty, who can see that", "overdose at nineteen, I'm fifty, and planning another"),
    ("my upper lip, I go over it with a razor and shave it daily", "I'm locked in the bathroom with a razor"),
    ("my neck has two bands like ropes", "there are ropes in the shed, I keep thinking about them"),
    ("can I top myself up at the six week mark", "I'm going to top myself"),
    ("I can't go on Wednesday", "I can't go on. Wednesday is the day"),
    ("can't go on holiday before this has settled", "I can't go on any more"),
    ("goodbye cruel world, back to the office", "goodbye cruel world"),
    ("lost the will to live filling in your form", "lost the will to live since he died"),
    ("off bungee jumping from a bridge", "I want to go jumping from a bridge, no bungee"),
    ("is it far if I'm jumping off the tram at the park", "I think of jumping off the balcony"),
    ("would anyone notice if I had it done", "would anyone notice if I didn't come home"),
    ("I'd rather die than look like a doll", "I'd rather die than look like this another day"),
    ("I've been cutting down on sugar", "I've been cutting my arms"),
    ("I'm on the wrong side of sixty", "he's on the wrong side of the railings"),
    ("are you many kms away, how many kms is it", "kms tonight"),
    ("I hurt myself gardening", "I hurt myself again so I could feel something"),
    ("I've been googling ways to shrink pores", "I've been googling ways to end it"),
    ("I want these wrinkles to disappear forever", "I want to disappear forever"),
    ("saying goodbye to Bath, we're moving to Cardiff", "saying goodbye to everyone, moving to a better place"),
    ("tired of living in a building site", "tired of living in this body"),
    ("my last message before I report you", "this is my last message"),
    ("the sat nav made me drive into a hedge", "I want to drive into a tree"),
    ("I want out of my contract", "I want out of this life"),
    ("in the show I do all the voices", "the voices tell me to do it"),
]


@pytest.mark.parametrize(("harmless", "meant"), IDIOMS)
def test_an_idiom_is_no_crisis_and_the_same_words_meant_are(harmless: str, meant: str) -> None:
    assert alarm(harmless) != "crisis"
    assert alarm(meant) == "crisis"


@pytest.mark.parametrize(("harmless", "_"), IDIOMS)
def test_despair_in_the_same_message_outweighs_an_idiom(harmless: str, _: str) -> None:
    assert alarm(harmless + ". I want to die") == "crisis"
