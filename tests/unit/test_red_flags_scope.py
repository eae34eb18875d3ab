"""Whose symptom it is and whether it is there now: each way of saying that it is not, and its opposite.

The sentences are made up for these tests.
"""

import pytest

from assistant.nlu.red_flags import alarm

# (no alarm, alarm): the second differs in what makes it somebody's and present.
PAIRS = {
    "denied": [
        ("never had trouble swallowing", "never had trouble swallowing, until today I can't swallow"),
        ("it didn't make me dizzy", "it made me dizzy"),
    ],
    "over": [
        ("my brow dropped in 2018, it recovered after 3 months", "my brow dropped yesterday"),
        ("my eyelid was droopy but it's back to normal now", "my eyelid is droopy now"),
        ("used to self harm as a teen, over 15 years ago, all good now", "I self harm"),
        ("I was hoarse for a day last month, it cleared up", "I am hoarse since the injections"),
    ],
    "an animal's": [
        ("my dog has a droopy eye, can I come later", "my dog is fine but I have a droopy eye"),
        ("the puppy had a seizure, sorry, need to cancel", "my sister had a seizure just now"),
        ("my toddler has hives, need to move tomorrow", "I have hives, need to move tomorrow"),
    ],
    "reported": [
        ("watched a film where the woman can't breathe after it", "watched a film and now I can't breathe"),
        ("on Reddit somebody said their vision went blurry", "I read the leaflet and she can't swallow"),
        ("my thesis is on facial paralysis and dysphagia", "since the jab I have facial paralysis"),
        ("I work in stroke rehab, shifts are awkward", "I'm a nurse, I can't swallow since the jabs"),
    ],
    "a tale": [
        ("my friend's brow dropped after hers, how do you prevent that", "my friend's brow is dropping"),
        ("my mate's brow dropped after hers, took 2 months, how do you avoid that", "my mate can't open her eyes"),
    ],
    "supposed": [
        ("if my voice went hoarse who do I call", "is it bad if my throat is closing"),
        ("what if it goes wrong and I can't smile at my wedding", "what if I'm allergic, I can't breathe"),
        ("suppose it spread and I couldn't breathe, what's the plan", "it has spread and I can't breathe"),
    ],
    "feared": [
        ("I'm worried about my face drooping", "I'm worried about my drooping face"),
        ("my biggest fear is a wonky smile", "I'm scared, I can't breathe"),
    ],
    "asked of nobody": [
        ("has a patient ever stopped breathing here", "she has stopped breathing"),
        ("do eyelids droop often", "is it normal that my eyelid is drooping since yesterday"),
        ("does a droopy lid always go away", "when will my droopy eyelid go back to normal"),
        ("could I end up with double vision", "could my blurred vision be from the botox I had last week"),
    ],
    "in jest": [
        ("your prices are hard to swallow", "water is hard to swallow"),
        ("I'm dizzy with choice", "I'm dizzy with a headache"),
        ("the parking is a nightmare, nearly had a heart attack looking for a space", "I think I had a heart attack"),
        ("I can't breathe in these jeans", "I can't breathe in bed"),
    ],
    "managed": [
        ("palpitations for years, all stable, can I have it", "botox for years and today palpitations"),
        ("I wear readers because things go blurry up close", "I wear readers but everything is blurry since yesterday"),
        ("a lazy eyelid managed by the eye hospital, can I book", "I've had botox for years and one eyelid droops"),
        ("my asthma is well controlled, can I come", "my asthma is well controlled but I can't breathe"),
    ],
    "told as a reason": [
        ("mum had a stroke so we're at the hospital, can we move Thursday", "mum can't breathe so I have to cancel"),
        (
            "our neighbour's cat had a seizure so I may be late",
            "my sister had a seizure after your jabs, I have to cancel",
        ),
        ("almost choked when my sister told me her age", "almost choked when I drank water"),
        ("the smell of latex makes me gag", "water makes me gag"),
    ],
    "crisis of others or past": [
        ("we lost my brother to suicide in May, I need a treat", "I lost him to suicide and I want to die"),
        ("I was suicidal in my twenties, therapy helped", "I was suicidal in my twenties and it's back"),
        ("I have to jump on a train at five", "I get the urge to jump in front of a train"),
        ("can I finish it myself", "she says she will finish herself"),
    ],
    "explained": [
        ("hoarse from shouting at the football, ok to come tomorrow?", "hoarse since the neck injections"),
        ("running a bit late, out of breath", "out of breath since the injections"),
        ("pulled my shoulder, can't lift my arm", "can't lift my arm since the injections"),
        ("got a cold and a bit of a sore throat, should i rebook", "I've got a cold but my speech is slurred"),
    ],
}


@pytest.mark.parametrize(("calm", "alarming"), [pair for pairs in PAIRS.values() for pair in pairs])
def test_the_words_around_a_sign_decide(calm: str, alarming: str) -> None:
    assert alarm(calm) is None
    assert alarm(alarming) is not None


SYMPTOMS = [
    "my throat is closing", "I can't swallow", "my speech is slurred", "I see double", "my legs won't hold me",
    "I feel faint", "my lips are swelling", "she can't swallow", "my husband can't breathe",
]  # fmt: skip
AROUND = [
    "I've got a cold but {}", "I read the leaflet and {}", "I'm a nurse and {}", "my dog is fine but {}",
    "I have asthma and {}", "{} lol", "my friend had botox last year and now {}", "just curious, {}",
    "I was worried about side effects and now {}", "I had a stroke in 2012 and today {}", "stuck in traffic and {}",
    "I saw on the news about fake botox and {}", "is there parking, {}", "thanks, my skin looks great but {}",
    "I had it in 2019 too but this time {}", "no fever but {}", "I used to be fine but {}", "name: Anna. {}",
    "{}, is that common", "my price quote was 300 and {}", "it's my wedding on saturday and {}",
]  # fmt: skip


@pytest.mark.parametrize("around", AROUND)
def test_what_excuses_other_words_does_not_excuse_a_symptom_beside_them(around: str) -> None:
    assert not [symptom for symptom in SYMPTOMS if alarm(around.format(symptom)) is None]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("I can't face another day", "crisis"),
        ("I want to disappear for good", "crisis"),
        ("the letters for the kids are written", "crisis"),
        ("there is no will for living left in me", "crisis"),
        ("he locked himself in and says goodbye", "crisis"),
        ("mi wan die", "crisis"),
        ("clear fluid is leaking where the needle went in", "today"),
        ("the red patch was a coin, now it is a tennis ball, warm and tender", "today"),
        ("my lip lifts on one side only when I laugh", "today"),
        ("my right lid is only partly open", "today"),
        ("every mouthful is a fight", "emergency"),
        ("the lines of print slide over one another when I read", "emergency"),
        ("my palms are red and lumpy", "emergency"),
    ],
)
def test_what_is_described_rather_than_named_has_its_level(text: str, level: str) -> None:
    assert alarm(text) == level


@pytest.mark.parametrize("beside", ["I can't lift my arms", "my throat feels odd", "I have a headache"])
def test_a_sign_of_level_today_hides_nothing_beside_it(beside: str) -> None:
    assert alarm(f"the red patch on my jaw went from a coin to my whole palm and {beside}") == "emergency"
