"""What counts as an alarm, and what only sounds like one.

The sentences are made up for these tests.
"""

import time
from typing import List, Optional

import pytest

from assistant.nlu.red_flags import Match, alarm, matches

EMERGENCIES = """
I can't breathe
cant breath properly
i can not breathe very well since the injections
I'm finding it hard to breathe
my breathing feels really shallow and weird
struggling to catch my breath after yesterday's appointment
feel like I'm not getting enough air
she is gasping
out of breath just sitting on the sofa, had my botox tuesday
breathhing is difficult
I am having diffculty breating
my husband says I'm wheezing
bit wheezy since this afternoon
can't seem to swallow my tea
it's getting harder to swallow
swalowing is a struggle today
food keeps getting stuck on the way down
water comes out of my nose when I drink
my sister can't swallow
I keep choking on water
choking on my own spit a bit
hello, lovely clinic by the way. quick one, my throat feels like it is closing
my throat feels tight since this morning
throat's a bit funny and swollen
there is a lump in my throat that wasn't there before my treatment
throat going numb
my thoat is closing up
my voice has gone all croaky since the neck injections
I've lost my voice
voice sounds hoarse and strange
my words are coming out slurred
I sound drunk but I haven't touched a drop
she can't speak properly
mum is slurring
talking feels odd, like my mouth won't make words out
I can't hold my head up
my neck is too weak to keep my head up
my head keeps flopping forward
my arms feel like jelly
legs feel really weak today
weakness in both arms, getting worse
muscle weakness all over
I feel weak all over
can't lift my arm above my shoulder since the jab
I can't grip anything with my left hand
having trouble walking
my legs gave way on the stairs
i keep stumbling
wobbly legs and can't stand up properly
seeing double
i see two of everything
my vision is blurry
everything looks blurry since last night
vison is really blured
my eyesight has gone funny
lost the sight in my right eye
I can't see out of my left eye
can't see properly
going blind in one eye
eyes have gone fuzzy
there are black spots in front of my eyes
severe pain behind my eye
my eye really hurts
stabbing pain in the eyeball
my eye is swollen shut
can't close my eye at all
swelling around my eye since the treatment
both my eyelids are drooping
my eyelids have dropped
both eyes look droopy and heavy today
my eyelid is drooping and I have a headache
droopy lid plus blurred vision
one lid has dropped and I feel dizzy
left brow drooping, also having trouble swallowing
my whole face is drooping on one side
one side of my face has gone numb
numb down one side
half my face is numb and won't move
is this a stroke? my face has slipped
I wet myself and couldn't stop it
lost control of my bladder
i cant hold my pee anymore since botox
I've come out in hives
hives all over my chest
covered in an itchy rash all over
itchy all over my body since the injections
welts on my arms and neck
I fainted in the car park
nearly passed out on the bus home
my friend has collapsed
she passed out and won't wake up
feeling faint
so dizzy I can't stand
I feel lightheaded after my treatment today
the room is spinning
my face is swelling
my face has blown up like a balloon
her tongue is swollen
tongue feels thick
my lips are tingling
lips have puffed up massively
my friend had it yesterday and her face is swelling
swelling is getting worse every hour
my swelling hasn't gone down and is spreading
chest pain
tightness in my chest
my chest feels heavy
heart is racing and won't stop
having palpitations since I got home
he had a seizure just now
she is having a fit
I can't stop shaking
the skin on my nose has gone white and it hurts
a grey patch on my cheek, very painful
skin near the injection turned black
my lip is blanching
my lips have gone blue
I think I'm having an allergic reaction
alergic reaction help
could this be anaphylaxis
anaphalactic shock??
could it be an allergic reaction
I think I am reacting badly to the botox
bad reaction to the treatment
flu-like for four days now
I feel like I have the flu since my treatment, it has lasted days
aching all over and feel rubbish
I feel really unwell
I don't feel right since my injections
something is very wrong
something isn't right with me
not feeling well at all after the botox
I'm dying
call an ambulance
is this an emergency? my tongue feels fat
should I go to A&E, I can't swallow
I need an ambulance
throwing up since this morning
the worst headache of my life
headache won't go away, day four
excruciating pain where you injected me
my name is Jo and I can't breathe
Tuesday at 3 please. also my lips are swelling
do you take amex? by the way my throat is tightening
how long does redness last because my breathing is a bit off
what are the side effects I have trouble breathing
is it normal that I can't swallow properly
is it normal for my throat to feel tight
is it possible that my throat is closing
should I be worried that I'm seeing double
will it go away? my vision is double
what should I do if I can't breathe
not sure if this matters but my speech is slurred
dont know why but my throat feels tight
no bruising, but my throat is closing
no pain, I just can't swallow
sorry to bother you, it's probably nothing, but my tongue is a bit swollen
my daughter had botox here and now she is struggling to breathe
my nan's eyelids are drooping and she sounds drunk
asking for a friend, she can't move her arm
I had botox 2 years ago and today I can't breathe
my eyelid was fine yesterday but today I see double
BREATHING IS HARD
c\u200ban't bre\u200bathe
ｃａｎ'ｔ ｂｒｅａｔｈｅ
i can’t breathe
cannnn't breeeathe
cant br3athe
i cnt breathe
hard to brethe
trubble swolowing
throat feels odd, its getting hard to talk
keeled over in the kitchen after her jabs
came over all funny and went grey
legs like lead
head feels too heavy for my neck to hold up my head
I am drooling and can't stop
my jaw is so weak I can't chew
can't chew my dinner
I stopped breathing for a second
she is unresponsive
gone all woozy
no puedo respirar
je ne peux pas respirer
Je n'arrive plus à avaler
ich kriege keine Luft
ich kann nicht mehr schlucken
non riesco a respirare
não consigo respirar
ik kan niet ademen
nie mogę oddychać
не могу дышать
我不能呼吸
숨을 못 쉬겠어요
لا أستطيع التنفس
tôi không thở được
tengo la cara hinchada
hola, veo doble desde ayer
""".strip().splitlines()

TODAY = """
one droopy eyelid
my left eyelid is drooping
my eyelid is a bit droopy since the treatment
one of my eyelids is drooping
my brow has dropped
right eyebrow is heavy and sitting lower than the other
my lid is half shut
one eye looks droopy
I woke up with a droopy eye
my smile is crooked
my smile is uneven since the botox
smile looks lopsided today
I have a fever
running a temperature
my temperature is 39
the redness is spreading
red area is getting bigger
there is pus coming out
one of the injection sites is oozing
I think it's infected
hot to touch and spreading redness
is it bad that my eyelid is drooping
my eyelid is drooping, will it go away
will my droopy eyelid go away
my friend's eyelid is drooping right now
got chills and a fever
""".strip().splitlines()

CRISES = """
I want to die
i wanna die
I don't want to live anymore
I want to kill myself
thinking of ending it all
there is no reason to live
my sister says she wants to end her life
I've been self harming
everyone would be better off without me
I can't go on
life is not worth living with this face
I feel suicidal
took an overdose last night
I hate how I look and I just want to end it all
don't want to be here anymore
no point in living
I hope I die in my sleep, don't want to wake up
going to kms
suicidel thoughts again
quiero morir
je veux mourir
ich will sterben
хочу умереть
我想死
""".strip().splitlines()

LOOKALIKES = """
no trouble breathing
I have no trouble breathing or swallowing
I can breathe fine
not having any trouble swallowing
I don't have a fever
no fever, hives or wheezing
never had double vision
my throat is not swollen
no double vision, no droopy lids, all well
without any chest pain
breathing is not a problem
I'm not suicidal
what if my eyelid droops
what if I can't breathe
what happens if I can't swallow afterwards
what if my smile is crooked
if I get a droopy eyelid what do you do
in case of an allergic reaction what do you do
can it cause trouble swallowing?
can botox cause double vision
could it make my face droop
could botox give me a stroke
does it cause muscle weakness
does botox ever spread and cause trouble breathing
do people faint during it
has anyone ever had a seizure
have you ever had a patient stop breathing
is it possible to stop breathing
is trouble swallowing a side effect
are hives a known side effect
how likely is a droopy eyelid
how common is ptosis
how often do people get droopy eyelids
what are the chances my eyelid droops
what is the risk of drooping
risk of droopy brow?
what are the odds of getting blurred vision
droopy eyelid - is that common?
what are the risks? droopy eyelid?
is a droopy eyelid common
will my eyes feel heavy
will my throat feel tight
will I have trouble breathing
will I feel dizzy afterwards
will I be able to swallow normally
would I get hives
I'm worried about getting a droopy eyelid
scared of a droopy eyelid
I'm nervous about drooping brows
I don't want to end up with a droopy eye
how do I avoid a crooked smile
how do you prevent drooping
I read that it can cause trouble breathing
I heard you can lose your voice
I saw online that people get double vision
is it true that you can't breathe properly afterwards
what does an allergic reaction look like
what are the symptoms of an infection
signs of infection I should look for
how do you treat an allergic reaction
what would you do if someone fainted
do you have an epipen in case of anaphylaxis
my gran had double vision in 2010
had a droopy lid years ago, all good now
I had trouble swallowing as a child
my eyelid drooped last year but it went away
had hives once in 2015
when I was pregnant I fainted
I used to have chest pain
my droopy eyelid cleared up
had blurred vision after my last botox but it resolved
my friend got a droopy eyelid, could that happen to me
my cousin ended up with a crooked smile, how do you avoid that
a woman I know had trouble swallowing, what's the risk
these pores are killing me
dying to try it
I'm dying to get rid of these pores
to die for skin
my skin can't breathe under makeup
I want my pores to breathe
the price took my breath away
I'm holding my breath for a discount
I almost choked at the price
that price gave me a heart attack
hard to swallow that price
I have trouble swallowing pills, can I take something else
I faint at the sight of needles
I always faint with needles
I tend to pass out at blood tests
I get dizzy when I see blood
needles make my heart race, I'm so nervous
I'm allergic to penicillin
I had an allergic reaction to latex
I had an allergic reaction to lidocaine before, can I still come
I have hay fever
I get fever blisters
can I come with a fever
I'm not feeling well so I need to reschedule
I'm ill, can I cancel tomorrow
I can't talk on the phone, email me
I can't speak English very well
can I talk to someone
I have trouble speaking to a person there
I can't see any difference
I can't see your opening hours on the website
the before and after pictures are blurry
I can't see the price list on the page
can you lift my droopy eyelids
my brows have always been droopy
hooded droopy lids from ageing, does this help
does it help with sagging brows
faint lines around my mouth
I have a double chin
blurred lines between micro and baby botox
double booked, sorry
I can't wait to breathe easy after my exam
weak chin, can it be improved
I can't walk in without an appointment?
I can't walk far from the station, is there parking
I can't stand these wrinkles
when is closing time
emergency contact number?
do you have a number for emergencies
I cut myself shaving, can I still come
acne with pus, can it help
does it help with red skin that is spreading from rosacea
does it work on black skin
my hair has gone grey, am I too old
do you do bladder botox
I have an overactive bladder, is it ok
I need eye drops for dry eyes, can I have it
do you do lip flips for a bigger lip
will it give me fat lips
can it slim my fat face
do you treat strokes patients
my mum had a stroke five years ago, can she have it
I have asthma and get wheezy in winter, can I have it
does numbing cream make my face numb for long
my face is still numb from the numbing cream
does it hurt
does it hurt a lot
how bad is the pain
how long does swelling last
how long does the redness last
what are the side effects
what are the most serious risks
can you die from botox
can you breathe normally during it
I am scared of needles
can I smile afterwards
will my smile look uneven
will it freeze my face
is the headache common
can I get a headache from it
how long is my face numb
can I exercise after
can I lie down after
I have a small bruise
a tiny bruise on my cheek
little bumps on the day
a bit red today
my skin is slightly red after the appointment this morning
little red dots where the needle went
a bit sore where it was injected
is it poison
is it safe for my eyes
can I have it under my eyes
does it lift the brow
can I have my lower eyelids done
can it fix an uneven smile
gummy smile treatment?
is my smile going to look natural
does it help with neck tightness lines
can it tighten my throat skin
how soon can I fly
can I swallow normally after neck injections
will it affect my voice
can it affect singing or my voice
does botox weaken muscles
which muscles get weak
do I stop my blood thinners
I don't want to die from this, is it safe
can it cause suicidal thoughts
my husband will kill me if he finds out
laughing so hard I could die
my heart is set on Saturday
I got the fright of my life at the quote, it's so expensive
my phone screen is black
the website is not working, something is wrong with the booking page
something went wrong with my payment
can I park by the hospital
are you in the hospital building
my skin is oily and I break out
my chest lines need help
botox for chest wrinkles
I sweat a lot on my hands
I'm hot and sweaty all the time, does it help
I want a tighter jaw
tight deadline: wedding on Friday
can I drink after
can I eat before
what do you do about asymmetry
my results are uneven
it wore off too soon
nothing happened after two weeks
I feel ugly
I feel awful about my wrinkles
thanks, that helps
hi
book me in for Tuesday
my name is Hope Grey
call me on 503 555 0188
12 High Street
necesito una cita
¿hablan español?
bonjour, combien ça coûte
guten tag, was kostet das
можно записаться?
你好，多少钱
""".strip().splitlines()

DENIED_SIGNS = ["trouble breathing", "double vision", "chest pain", "hives", "fever", "pus"]


@pytest.mark.parametrize("text", EMERGENCIES)
def test_a_worrying_sign_now_is_an_emergency(text: str) -> None:
    assert alarm(text) == "emergency"


@pytest.mark.parametrize("text", TODAY)
def test_one_droopy_lid_or_infection_sign_alone_is_for_today(text: str) -> None:
    assert alarm(text) == "today"


@pytest.mark.parametrize("text", CRISES)
def test_suicidal_words_are_a_crisis(text: str) -> None:
    assert alarm(text) == "crisis"


@pytest.mark.parametrize("text", LOOKALIKES)
def test_a_look_alike_is_no_alarm(text: str) -> None:
    assert alarm(text) is None, matches(text)


@pytest.mark.parametrize("sign", DENIED_SIGNS)
def test_a_sign_is_an_alarm_and_its_denial_is_not(sign: str) -> None:
    assert alarm(f"I have {sign}") is not None
    assert alarm(f"I have no {sign}") is None


def test_an_eyelid_with_another_sign_is_no_longer_for_today() -> None:
    assert alarm("my left eyelid is drooping") == "today"
    assert alarm("my left eyelid is drooping and I have a bad headache") == "emergency"
    assert alarm("my left eyelid is drooping, no headache") == "today"


def test_a_crisis_outranks_another_sign() -> None:
    assert alarm("I can't breathe and I want to die") == "crisis"


def test_an_alarm_is_found_far_inside_a_long_message() -> None:
    chatter = "I would like to know about parking and prices. " * 90
    assert alarm(chatter) is None
    assert alarm(chatter + "my tongue is swollen. " + chatter) == "emergency"


@pytest.mark.parametrize(
    "text", ["", " ", "?", "...", "!!!", "|", "\U0001f600", "\u200b", "a" * 5000]
)
def test_a_message_without_words_is_no_alarm(text: str) -> None:
    assert alarm(text) is None


def test_matches_tells_staff_which_words_were_seen() -> None:
    expected = Match("swollen tongue or lips or throat", "emergency", "tongue is swollen")
    assert expected in matches("hello, my tongue is swollen")


def _cost(text: str) -> float:
    """Best of several runs, in seconds: other work on the machine only ever adds time."""
    runs: List[float] = []
    for _ in range(7):
        start = time.perf_counter()
        alarm(text)
        runs.append(time.perf_counter() - start)
    return min(runs)


LONG: List[Optional[str]] = [
    "I would like to know more about parking, prices and how the treatment is done. ",
    "what if my throat feels tight and my eyelid droops ",  # signs and cues, never decided
    "no trouble breathing, ",
    "swalowwing brathingg ",
    "qwertyuiop zxcvbnmasd ",
]


@pytest.mark.parametrize("piece", LONG)
def test_time_grows_with_the_length_of_the_message_only(piece: str) -> None:
    # Ordinary text of 5,000 characters takes well under a millisecond on a quiet machine.
    short, long = (piece * 500)[:500], (piece * 500)[:5000]
    alarm(short)
    assert _cost(long) <= 20 * _cost(short)
