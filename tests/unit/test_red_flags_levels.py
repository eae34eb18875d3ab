"""Which level an alarm has, and what is put together from parts: crisis, infection, weakness."""

from typing import List, Optional

import pytest

from assistant.nlu.red_flags import alarm, matches


def _lines(text: str) -> List[str]:
    return [line.strip() for line in text.strip().splitlines()]


CRISES = _lines("""
I keep hoping I just don't wake up
she says we'd all be better off without her
I have been putting tablets by since the spring, a stash of them
I'm on the wrong side of the railing
he posted a farewell and now his phone is off
tell my sister it wasn't her fault
I burn my arms with a lighter, it helps
can't see myself getting old
there is no version of next year that has me in it
I've given away my books, I won't need them where I'm going
please cancel everything, I won't be around and I don't want my wife getting the reminders
I'd be doing everyone a favour
I want to cut my own face off
I'm scared I will do something to myself
life has become unbearable
I no get strength to dey this life again
dnt wanna live nemore
two sessions please, I want to look nice in the coffin
does it stay nice for long, I don't plan on being around
I can't breathe with all this and I want to be dead
""")

NO_CRISES = _lines("""
put me down for the 9th
I won't be around next week, can I move my appointment
I won't be here on Friday, I'm on holiday, can we swap
can I give my last session to my sister
ready to say goodbye to my pores for good
is it dead easy to book
I nearly kill myself at the gym, is that ok after
do I tell you about all my medication
I want this over before Christmas, is there a slot
no point carrying on with the course if it does nothing
is there a skipping rope class near you
my phone died, can you resend it
I don't want to do this anymore, close the form
can you do it when the kids are asleep
should I stop taking paracetamol before
is it too late for me at sixty
hope my plants don't die while I'm away
""")

TODAY = _lines("""
I have a fever and the red patch on my jaw is spreading
the bruise is hard, hot and bigger every day
still raw and weeping four days after
hot swollen lump where the needle went, day 5
the spot by my chin is redder and sorer every day
my cheek is swollen, hot and full of yellow pus
left eyelid droops since this morning, nothing else
my sister's eyelid has drooped since her session, who does she ring
eyebrow has dropped on one side since the session
my smile is wonky since the injections
headache since Monday and painkillers aren't helping, nothing helps
eyes streaming nonstop and sticky for three days
""")

EMERGENCIES = _lines("""
my eyelid droops and my smile is crooked
my eyelid droops and I'm numb on one side
my eyelid droops and my leg gives way
the spot is hot and red and my tongue is swollen
I have a fever and I feel dizzy
fever, and she doesn't know what day it is
water goes down the wrong pipe every time I drink
there are two of every traffic light
press it and no pink comes back
my arms give out when I wash my hair
could my face be swollen from it
my laptop died and my throat is closing
my dog is fine but I can't swallow
face swelling since 30 minutes
""")

CALM = _lines("""
my laptop keeps blacking out
the printer is bleeding ink everywhere
cat had a seizure so I'm nursing her, can we do next week instead
my neck has gone saggy since 60
kid's in hospital with appendicitis, all fine, but I need another date for my appointment
my husband would have a stroke if he saw the price
could my face droop from this treatment
I have trouble swallowing because of an old stricture, does that rule me out
choking hazard rules for toys
a tetanus shot after a dog bite last week, does that matter
saw a reel of a girl with a droopy eyelid
I can't eat in restaurants because of the lighting on my cheeks
I can't talk till six, ring me then
""")


@pytest.mark.parametrize(
    ("text", "level"),
    [
        *((text, "crisis") for text in CRISES),
        *((text, "today") for text in TODAY),
        *((text, "emergency") for text in EMERGENCIES),
        *((text, None) for text in (*NO_CRISES, *CALM)),
    ],
)
def test_level(text: str, level: Optional[str]) -> None:
    assert alarm(text) == level, matches(text)
