"""What counts as an alarm, and what only sounds like one.

The sentences are made up for these tests.
"""

import json
import shutil
import time
from pathlib import Path
from typing import Dict, List

import pytest

from assistant.nlu.red_flags import Match, alarm, matches
from assistant.nlu.red_flags import lexicon as lists

LISTS = Path(lists.__file__).parent
SAFETY = Path(__file__).parents[1] / "nlu" / "safety"


def _sentences(text: str) -> List[str]:
    return " ".join(text.split()).split(" / ")


EMERGENCIES = _sentences("""
out of breath just sitting on the sofa, had my botox tuesday / hello, lovely clinic by the way. quick one, my throat
feels like it is closing / there is a lump in my throat that wasn't there before my treatment / my voice has gone all
croaky since the neck injections / talking feels odd, like my mouth won't make words out / my neck is too weak to keep
my head up / can't lift my arm above my shoulder since the jab / my friend had it yesterday and her face is swelling /
the skin on my nose has gone white and it hurts / alergic reaction help / I feel like I have the flu since my
treatment, it has lasted days / do you take amex? by the way my throat is tightening / how long does redness last
because my breathing is a bit off / not sure if this matters but my speech is slurred / sorry to bother you, it's
probably nothing, but my tongue is a bit swollen / my daughter had botox here and now she is struggling to breathe / I
had botox 2 years ago and today I can't breathe / my eyelid was fine yesterday but today I see double / BREATHING IS
HARD / c\u200ban't bre\u200bathe / ｃａｎ'ｔ ｂｒｅａｔｈｅ / i can’t breathe / cannnn't breeeathe / cant br3athe / i
cnt breathe / hard to brethe / head feels too heavy for my neck to hold up my head / Je n'arrive plus à avaler / não
consigo respirar / nie mogę oddychać / не могу дышать / 我不能呼吸 / 숨을 못 쉬겠어요 / لا أستطيع التنفس / tôi không
thở được / ok so not to panic anyone but since the jabs my food keeps coming back up my nose / what time do you shut?
asking because my lips have ballooned / botox on weds, now its sat and i cant seem to keep my eyes open, head feels
like a brick / my wife had the treatment and now her speech sounds drunk / since the filler my vision in one eye is
like fog / skin by the injection is turning a weird grey colour and throbbing / is there someone i can ring, my
daughter isnt breathing right / hiya, odd one, since friday i keep missing the step when i go upstairs because i see it
twice / i had my forehead done last week and now my neck muscles feel too floppy / my nan says her tablets won't go
down since the botox / i'm talking like i've had a dentist injection but i didnt / i get out of breath tying my laces
since the treatment / there's a rash creeping up my neck and i feel hot and dizzy / i cant whistle or drink through a
straw and my speech is slurring / my hand has gone numb and i cant do my buttons up / my skin went white straight after
and its really hurting / i'm shaking and can't get warm and i feel awful / not being dramatic but i think my throat is
closing up / can u cancel my appt im in a&e with my throat / how do i treat a droopy lid and double vision / whats your
number, my sister is having an allergic reaction / do you open saturday? my breathing has been bad since thursday /
j'ai du mal à respirer / my soup keeps dribbling down my chin and I can't feel it / been sounding like I have marbles
in my mouth since lunch / everyone at work keeps asking me to repeat myself, my speech is a mess / I have to hold my
eyelid up with my finger to see and the other one is going too / swallowing feels like I'm trying to push a golf ball
down / my cheeks and eyes are so puffed up I look like a hamster / came out in big red itchy lumps all up my arms / I
nearly hit the floor getting out of the shower / there's a white patch by my nose that's really sore / the bit above my
lip has gone a purple net pattern / my mum had botox yesterday and she isn't making sense / half my mouth doesn't move
and my cheek is numb / just wondering, is it usual that I'm seeing two of you / i wanted to ask about parking but also
im finding it difficult to breathe / can you move me to friday? im dizzy and keep seeing double / my friend who came
with me on monday is struggling to talk / a girl at my salon cant breathe after her injection / my toddler swallowed
some of the botox cream and is wheezing / feels like the botox has gone everywhere in my body / throte closing / swolen
tounge / been burping my dinner back up into my nose tonight / I cough whenever I have so much as a sip of tea / I
whisper now, the kids think it's a game / my jaw gets tired halfway through a sandwich / had to lie down because my
neck won't carry my head / my knees aren't reliable since the appointment / reading with one eye shut because both
together is a mess / both my eyes are at half mast / wet the sofa without knowing / chest feels like someone parked a
van on it / i can't get to the end of this sente / my friend's eyes are open but nobody's home / face is so swollen my
sunglasses don't fit / a purple spiderweb appeared by my mouth, hurts like hell / think the botox is travelling, first
my eyelid now my swallowing / any parking near? bringing my husband, his tongue's swelling / mia madre vede doppio /
sip of water = coughing fit, every single time / no sound comes out when I try to shout for the dog / when I lean
forward I can't get my head back up / struggled to turn the key in the lock this morning / hands won't make a fist /
can't tell which glass is the real one / my eyelids feel glued, the pair of them / face frozen on the left and my eye
waters, can't shut it / huge itchy wheals after the jab / lips like inner tubes / my girlfriend won't wake up properly
since her appointment / I'm so short of air that talking is hard / headache that's been splitting my skull for four
days / prefer mornings as by afternoon my eyelids have dropped so far I can't see / mein gesicht ist ganz dick und ich
kriege schlecht luft / I have to push food down with water now / each time I look down my head just keeps going / got
stuck on the toilet, couldn't push myself up / every few words I run out of air / the world is tilting and doubling /
both lids so low I have to peep / I look like I've rolled in nettles / blacked out for a second at the wheel / pain
going down my left arm and into my jaw / injected spot is dead white and I can't feel it / do you have a cancellation
tomorrow? my eyes won't move together / Notes: pls call, vision doubled since 12/6 / he have pain in the breast and not
can breathe / hi, my gran says water keeps coming back up through her nose since the neck injections / I sound like a
cartoon duck and it isn't funny any more / can't hold my head up past teatime / my legs keep giving out in the shower /
driving home the white lines split into two / both my lids have come down / rash all over my tummy and arms after the
jab / came over faint in the car, had to pull over / I'm short of breath lying in bed / skin near my lip is going
purple and blotchy / je respire mal depuis hier / My father-in-law came to you Thursday and now he can't chew his meat
and keeps biting his tongue / voice box feels paralysed / my grip's so poor I spilt boiling water / I'm staggering
about like a sailor / half the telly's missing when I look at it / numbness spreading from my lip to my ear / lips
swelling, tongue tingling / she fainted in your car park / panting after one step / fitting on the floor right now /
j'ai les lèvres gonflées / friday afternoon pls. eyes have gone double / liquids shoot out my nose / I ring people and
they hang up, they can't make out a word I say / my wife holds my head when I drink / I keep grabbing the furniture to
get around / right eye feels like it'll burst / I spit toothpaste all over since one side won't seal / welts on my
belly and thighs since tea time / just had the needles and I feel hot, faint and my throat is funny / pulse is skipping
all over / my baby brother had it done and now he's blue round the mouth / my body jerked and I bit my tongue, woke up
confused / ich bekomme schlecht Luft und mein Hals ist geschwollen
""")

TODAY = _sentences("""
one droopy eyelid / my left eyelid is drooping / my eyelid is a bit droopy since the treatment / one of my
eyelids is drooping / my brow has dropped / right eyebrow is heavy and sitting lower than the other / my lid is
half shut / one eye looks droopy / I woke up with a droopy eye / my smile is crooked / my smile is uneven since
the botox / smile looks lopsided today / I have a fever / running a temperature / my temperature is 39 / the
redness is spreading / red area is getting bigger / there is pus coming out / one of the injection sites is
oozing / I think it's infected / hot to touch and spreading redness / is it bad that my eyelid is drooping / my
eyelid is drooping, will it go away / will my droopy eyelid go away / my friend's eyelid is drooping right now /
got chills and a fever / my eyelid is lower than the other one since the botox / one eye looks half asleep since
my treatment / my left brow has sunk / my eyebrow has fallen a bit / lid drooped overnight / my smile pulls to one side
/ smile has gone wonky / its red and the red bit keeps growing / spot where the needle went is
leaking yellow pus / got a temp of 38.5 / shivery and feverish / left eyelid wont lift all the way
""")

CRISES = _sentences("""
I want to die / i wanna die / I don't want to live anymore / I want to kill myself / thinking of ending it all /
there is no reason to live / my sister says she wants to end her life / I've been self harming / everyone would
be better off without me / I can't go on / life is not worth living with this face / I feel suicidal / took an
overdose last night / I hate how I look and I just want to end it all / don't want to be here anymore / no point
in living / I hope I die in my sleep, don't want to wake up / going to kms / suicidel thoughts again / quiero
morir / je veux mourir / ich will sterben / хочу умереть / 我想死 / i took all of my tablets / i just want
everything to stop forever, dont want to be alive / i dont feel safe, i want to end it / i would rather be dead
than look like this / i dont want to be alive anymore / honestly whats the point of living looking like this / i
keep thinking about ending my life / my daughter is cutting herself / ive taken too many pills / i cant keep
going / id be better off dead / thinking about jumping off a bridge / want to disappear and never wake up / kill
me please i hate my face
""")

LOOKALIKES = _sentences("""
I have no trouble breathing or swallowing / no double vision, no droopy lids, all well / what happens if I can't
swallow afterwards / what if my smile is crooked / if I get a droopy eyelid what do you do / in case of an allergic
reaction what do you do / could it make my face droop / could botox give me a stroke / does botox ever spread and cause
trouble breathing / has anyone ever had a seizure / have you ever had a patient stop breathing / is it possible to stop
breathing / is trouble swallowing a side effect / are hives a known side effect / how likely is a droopy eyelid / how
often do people get droopy eyelids / what are the chances my eyelid droops / what is the risk of drooping / what are
the odds of getting blurred vision / droopy eyelid - is that common? / what are the risks? droopy eyelid? / will I be
able to swallow normally / I'm worried about getting a droopy eyelid / I don't want to end up with a droopy eye / how
do I avoid a crooked smile / I read that it can cause trouble breathing / I heard you can lose your voice / I saw
online that people get double vision / is it true that you can't breathe properly afterwards / what does an allergic
reaction look like / what are the symptoms of an infection / signs of infection I should look for / how do you treat an
allergic reaction / what would you do if someone fainted / do you have an epipen in case of anaphylaxis / my gran had
double vision in 2010 / had a droopy lid years ago, all good now / I had trouble swallowing as a child / my eyelid
drooped last year but it went away / when I was pregnant I fainted / I used to have chest pain / had blurred vision
after my last botox but it resolved / my friend got a droopy eyelid, could that happen to me / my cousin ended up with
a crooked smile, how do you avoid that / a woman I know had trouble swallowing, what's the risk / I'm dying to get rid
of these pores / my skin can't breathe under makeup / I want my pores to breathe / the price took my breath away / I'm
holding my breath for a discount / I almost choked at the price / that price gave me a heart attack / I have trouble
swallowing pills, can I take something else / I faint at the sight of needles / I tend to pass out at blood tests / I
get dizzy when I see blood / needles make my heart race, I'm so nervous / I had an allergic reaction to latex / I had
an allergic reaction to lidocaine before, can I still come / can I come with a fever / I'm not feeling well so I need
to reschedule / I'm ill, can I cancel tomorrow / I can't talk on the phone, email me / I can't speak English very well
/ I have trouble speaking to a person there / I can't see your opening hours on the website / the before and after
pictures are blurry / I can't see the price list on the page / can you lift my droopy eyelids / my brows have always
been droopy / hooded droopy lids from ageing, does this help / does it help with sagging brows / blurred lines between
micro and baby botox / I can't wait to breathe easy after my exam / weak chin, can it be improved / I can't walk in
without an appointment? / I can't walk far from the station, is there parking / do you have a number for emergencies /
I cut myself shaving, can I still come / acne with pus, can it help / does it help with red skin that is spreading from
rosacea / does it work on black skin / my hair has gone grey, am I too old / I have an overactive bladder, is it ok / I
need eye drops for dry eyes, can I have it / do you do lip flips for a bigger lip / will it give me fat lips / can it
slim my fat face / my mum had a stroke five years ago, can she have it / I have asthma and get wheezy in winter, can I
have it / does numbing cream make my face numb for long / my face is still numb from the numbing cream / how long does
the redness last / what are the most serious risks / can you breathe normally during it / can I get a headache from it
/ how long is my face numb / a tiny bruise on my cheek / my skin is slightly red after the appointment this morning /
little red dots where the needle went / a bit sore where it was injected / is it safe for my eyes / can I have it under
my eyes / can I have my lower eyelids done / can it fix an uneven smile / is my smile going to look natural / does it
help with neck tightness lines / can it tighten my throat skin / can I swallow normally after neck injections / can it
affect singing or my voice / do I stop my blood thinners / I don't want to die from this, is it safe / my husband will
kill me if he finds out / laughing so hard I could die / my heart is set on Saturday / I got the fright of my life at
the quote, it's so expensive / the website is not working, something is wrong with the booking page / something went
wrong with my payment / can I park by the hospital / are you in the hospital building / my skin is oily and I break out
/ I sweat a lot on my hands / I'm hot and sweaty all the time, does it help / what do you do about asymmetry / I feel
awful about my wrinkles / call me on 503 555 0188 / ¿hablan español? / bonjour, combien ça coûte / можно записаться? /
你好，多少钱 / how soon do brows drop if it goes wrong / does anyone ever get double vision / could you explain what
ptosis is / are breathing problems a known complication / would my eyelid droop if you inject too low / i want my brow
lifted not dropped / i don't want a droopy face / do people usually feel faint after / my aunt's eye drooped after
botox in 2012 / i had vertigo a few years ago / i had hives as a kid / a colleague had a crooked smile for weeks, how
do you avoid it / no allergies, no trouble with breathing / heavy eyelids run in my family, can botox lift them / can i
get lip injections for uneven lips / i get cold sores on my lip / my lips feel dry after the peel / can i swallow my
vitamins after / how long before i can drink coffee / is it ok to talk on the phone after / do i have to keep my head
up after / how long must i stay upright / is numbness normal with the cream / does the cream numb your lips / a tiny
red dot and a bump this morning / slight swelling at the needle sites an hour ago, how long / bruise under my eye, how
do i cover it / had a mild headache, gone now / i could kill for smaller pores / im dead tired and need a glow / this
app is killing my battery / i am deaf, can't hear calls / i am blind in one eye since birth, can i have it / i'm short
sighted, can i keep my glasses on / hard to say which one i want / i choked up reading your reviews / my skin is
suffocating under sunscreen / how will i know if im allergic / do you test for allergies first / is there a chance of
my brows dropping / can it make it hard to swallow if you do the neck / could i lose my voice from it / is it normal to
feel a bit heavy in the forehead / would it cause blurred vision if its near the eye / is there any risk to eyesight /
how long would a droopy lid last if it happened / can a droopy eyelid be fixed / has anyone had a bad reaction here /
how many of your patients get ptosis / do you carry emergency medicine for reactions / what do you do in an emergency /
can i have it with asthma / i have epilepsy, is that a problem / i have migraines, can i still have it / i had bells
palsy years ago / i get panic attacks, can i bring a friend / i feel faint just thinking about needles / i'm a fainter
with needles, can i lie down / my heart is racing with excitement / i cannot breathe with excitement haha / i nearly
died when i saw the price / omg i'm dead, that's so expensive / my head is spinning with all these options / i'm dizzy
with all the choices / your prices made my eyes water / my eyes light up at offers / hooded eyes, can it open them up /
one of my eyes is naturally smaller / my smile is naturally crooked, can you even it / can't raise my eyebrows anymore,
is that expected / my forehead is numb looking, i mean frozen / my face doesnt move much, is it too much / i had it
done yesterday and have tiny bumps / i have a little bruise from yesterday / my cheeks are a bit pink after it / mild
redness since the treatment an hour ago / a bit itchy where the needles went in / skin feels tight after the peel / how
do i look after my skin / can i breathe through my nose during it / do i need to hold still / can i have a glass of
water / will i be able to speak normally after / can i get it before a flight / when can i wash my face / i have a spot
on my chin with a head on it / my acne is spreading, does it help / my rosacea flares and my face goes hot and red / my
jaw is tight from clenching / can botox help a gummy smile / neck lines and a saggy throat / is there any chance my
eyelid could droop / could this make my smile lopsided / my sister's brow dropped after botox years ago and it
recovered / how do you avoid droopy brows / is difficulty swallowing something to worry about with neck botox / I've
heard horror stories about drooping / what is the worst that can happen / what percentage get a droopy lid / whats the
risk of an allergic reaction / anyone ever fainted in your chair / can I get it if I have a history of seizures / I had
a stroke in 2018, can I have it / I have a heart condition, am I ok for this / I take medication for high blood
pressure and palpitations, can I have botox / I'm allergic to eggs, is that a problem / I've got cold sores at the
moment / i have a cold, should i come tomorrow / my kid has a fever so I need to cancel / running late, out of breath,
be there in 5 / I'm so excited I can hardly breathe / I laughed until I couldn't breathe / my face is red after my
facial / my skin is tight and shiny / does it make your face feel tight / my eyebrows are uneven naturally, can you
even them / one brow is higher than the other, can you fix it / I look tired, my eyes droop with age / my eyelids are
getting saggy, will it help / my face has dropped with age, can botox lift it / my lips are thin, can you make them
bigger / puffy eyes in the morning, can botox help / I want to get rid of dark circles / can I sleep on my side / how
long until the bumps go / how many days does swelling take to go down / bruise on my cheek, how long will it last / a
few little red bumps right now, is that normal / i have small bumps after my treatment today / some redness where you
injected me this morning / i can't see it working yet / i can't move my forehead, is it too much / can I swallow
painkillers beforehand / my aunt lost her smile for three months with another clinic, is yours safer / is it any good
for heavy foreheads / I sweat buckets / my boss would kill me if I took a day off / fingers crossed for a cancellation
/ the photo upload won't work / I'm diabetic and my feet go numb, is botox ok / a couple of pin prick marks from
earlier, when will they fade / felt woozy in the chair last month but was fine after a biscuit / is the clinician
trained in first aid / my left eyelid was operated on when I was six / video on your site won't play / do people cry /
I've got turkey neck / my pores could swallow a truck / I nearly passed out when I saw the invoice / I'm walking
distance from you / two of my friends want to come / keep my head down, don't want people to know / breath of fresh
air, your reception / that's a sight for sore eyes / I'll collapse if it's over 500 / swollen feet from my flight, can
I come / if a lid drops how long till it lifts / years ago I had a facial palsy, all clear since / what level of
discomfort are we talking here / I'm dying of curiosity / dead set on june / at what point should I worry about
swelling / three years ago I had an allergic reaction to a filler, all settled / I've not had any weakness or trouble
talking / a small lump where the needle went in an hour ago / drooping corners of the mouth since menopause / asthmatic
here, ok to have it / my mouth's still numb from the dentist, can I drink coffee before / I'd love to talk to a real
person / dead tired eyes, any fix / tell me about allergic reactions / I don't feel weak or dizzy / my jawline is
drooping / I've had a stroke, can I have micro botox / can I eat soup after / dropped my phone in the bath, please
email / lost on your website / if my brow drops is it permanent / used to get palpitations, sorted now / bruise the
size of a pea / hands drip with sweat / dentist numbed half my face, is botox ok today / my bank account can't breathe
/ dying to look fresh for the wedding / who is more likely to get trouble swallowing / once collapsed at a gig, heat,
nothing since / my bruise is purple / lips turn down at the ends / I have weak hands from arthritis, is that ok / can I
sing the same night
""")

SYMPTOMS = [
    f"{part} {state}"
    for parts, states in {
        "my chest": "is tight / feels heavy / is killing me / feels like someone is standing on it",
        "my heart": "is racing / is all over the place / won't settle",
        "my face, her face": "is swelling / looks like a balloon / has dropped on one side / has gone numb",
        "my tongue, his tongue": "is swollen / feels thick / won't move / is too big for my mouth",
        "my throat": "is closing / feels tight / has a lump in it / is getting smaller",
        "my voice, her voice": "has gone / sounds weird / is a whisper / won't come out",
        "my neck": "can't hold my head up / feels like jelly / is giving way",
        "my arms, my legs, my left arm": "feel weak / feel like lead / won't work / are giving out",
        "my vision": "is blurry / has gone / is double / comes and goes",
        "I": "can't breathe / can't swallow / can't talk / can't walk / can't keep my eyes open / keep choking",
    }.items()
    for part in parts.split(", ")
    for state in states.split(" / ")
]
FRAMES = [
    "{}",
    "can I book for Friday? also {}",
    "how long does redness last, {}",
    "what time do you close, {}",
    "thanks for my results, the price was good, {}",
    "I had it for my pores and wrinkles and {}",
    "{}, is that normal?",
    "{} and do you have parking",
    "{} but otherwise fine",
    "no pain but {}",
    "last time I was fine, this time {}",
    "when I was at work {}",
]

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


@pytest.mark.parametrize("frame", FRAMES)
def test_a_symptom_is_an_emergency_whatever_else_the_message_is_about(frame: str) -> None:
    missed = [symptom for symptom in SYMPTOMS if alarm(frame.format(symptom)) != "emergency"]
    assert not missed


def test_an_old_illness_in_a_question_about_suitability_is_no_alarm() -> None:
    assert alarm("I'm epileptic and my hands go numb, is it ok to have it") is None
    assert alarm("I'm epileptic and I can't breathe, is it ok to have it") == "emergency"


def test_words_of_another_language_may_stand_apart() -> None:
    assert alarm("ich sehe seit gestern alles doppelt") == "emergency"
    assert alarm("ich habe doppelt gebucht") is None


@pytest.mark.parametrize("half", [0, 1])
def test_sentences_of_other_writers_are_found_as_often_as_before(half: int) -> None:
    def rows(name: str) -> List[Dict[str, str]]:
        lines = (SAFETY / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        middle = len(lines) // 2
        return [json.loads(line) for line in (lines[middle:] if half else lines[:middle])]

    rank = {None: 0, "today": 1, "emergency": 2, "crisis": 3}
    alarms, lookalikes = rows("alarms"), rows("lookalikes")
    enough = [rank[alarm(row["text"])] >= rank[row["level"]] for row in alarms]
    false = [row["text"] for row in lookalikes if alarm(row["text"])]
    assert sum(enough) >= 0.97 * len(alarms)
    assert len(false) <= 0.03 * len(lookalikes), false


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        ("signs.yml", "      - palpitations\n", "      - palpitashuns\n", "'palpitashuns', which does not exist"),
        ("signs.yml", "    level: crisis\n", "    level: crysis\n", "unknown level"),
        ("words.yml", "  cannot: >\n", "  trouble: >\n", "trouble is there twice"),
        ("signs.yml", "signs:\n", "sings:\n", "missing"),
        ("words.yml", "words:\n", "words: [\n", "not YAML"),
        ("idioms.yml", "    sentence: >\n", "    sentance: >\n", "unknown key"),
    ],
)
def test_a_broken_word_list_is_named_at_start(name: str, old: str, new: str, complaint: str, tmp_path: Path) -> None:
    for path in LISTS.glob("*.yml"):
        shutil.copy(path, tmp_path)
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(lists.WordListError, match=complaint):
        lists.read_lists(tmp_path)


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


@pytest.mark.parametrize("text", ["", " ", "?", "...", "!!!", "|", "\U0001f600", "\u200b", "a" * 5000])
def test_a_message_without_words_is_no_alarm(text: str) -> None:
    assert alarm(text) is None


def test_matches_tells_staff_which_words_were_seen() -> None:
    expected = Match("swollen tongue or lips or throat", "emergency", "tongue is swollen")
    assert expected in matches("hello, my tongue is swollen")


def _cost(text: str) -> float:
    """Best of several runs, in seconds of this process: other work on the machine does not count."""
    runs: List[float] = []
    for _ in range(7):
        start = time.process_time()
        alarm(text)
        runs.append(time.process_time() - start)
    return min(runs)


LONG = [
    "I would like to know more about parking, prices and how the treatment is done. ",
    "what if my throat feels tight and my eyelid droops ",  # signs and cues, never decided
    "no trouble breathing, ",
    "swalowwing brathingg ",
    "qwertyuiop zxcvbnmasd ",
]


@pytest.mark.parametrize("piece", LONG)
def test_time_grows_with_the_length_of_the_message_only(piece: str) -> None:
    # Ordinary text of 5,000 characters takes well under a millisecond on a quiet machine. Short texts
    # hold fewer signs per sentence, so the comparison starts where every sentence is full.
    short, long = (piece * 500)[:2000], (piece * 500)[:10000]
    alarm(short)
    assert _cost(long) <= 15 * _cost(short)
