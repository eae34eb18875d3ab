"""What counts as an alarm, and what only sounds like one.

The sentences are made up for these tests.
"""

import time
from typing import List

import pytest

from assistant.nlu.red_flags import Match, alarm, matches


def _sentences(text: str) -> List[str]:
    return " ".join(text.split()).split(" / ")


EMERGENCIES = _sentences("""
I can't breathe / cant breath properly / i can not breathe very well since the injections / I'm finding it hard
to breathe / my breathing feels really shallow and weird / struggling to catch my breath after yesterday's
appointment / feel like I'm not getting enough air / she is gasping / out of breath just sitting on the sofa,
had my botox tuesday / breathhing is difficult / I am having diffculty breating / my husband says I'm wheezing /
bit wheezy since this afternoon / can't seem to swallow my tea / it's getting harder to swallow / swalowing is a
struggle today / food keeps getting stuck on the way down / water comes out of my nose when I drink / my sister
can't swallow / I keep choking on water / choking on my own spit a bit / hello, lovely clinic by the way. quick
one, my throat feels like it is closing / my throat feels tight since this morning / throat's a bit funny and
swollen / there is a lump in my throat that wasn't there before my treatment / throat going numb / my thoat is
closing up / my voice has gone all croaky since the neck injections / I've lost my voice / voice sounds hoarse
and strange / my words are coming out slurred / I sound drunk but I haven't touched a drop / she can't speak
properly / mum is slurring / talking feels odd, like my mouth won't make words out / I can't hold my head up /
my neck is too weak to keep my head up / my head keeps flopping forward / my arms feel like jelly / legs feel
really weak today / weakness in both arms, getting worse / muscle weakness all over / I feel weak all over /
can't lift my arm above my shoulder since the jab / I can't grip anything with my left hand / having trouble
walking / my legs gave way on the stairs / i keep stumbling / wobbly legs and can't stand up properly / seeing
double / i see two of everything / my vision is blurry / everything looks blurry since last night / vison is
really blured / my eyesight has gone funny / lost the sight in my right eye / I can't see out of my left eye /
can't see properly / going blind in one eye / eyes have gone fuzzy / there are black spots in front of my eyes /
severe pain behind my eye / my eye really hurts / stabbing pain in the eyeball / my eye is swollen shut / can't
close my eye at all / swelling around my eye since the treatment / both my eyelids are drooping / my eyelids
have dropped / both eyes look droopy and heavy today / my eyelid is drooping and I have a headache / droopy lid
plus blurred vision / one lid has dropped and I feel dizzy / left brow drooping, also having trouble swallowing
/ my whole face is drooping on one side / one side of my face has gone numb / numb down one side / half my face
is numb and won't move / is this a stroke? my face has slipped / I wet myself and couldn't stop it / lost
control of my bladder / i cant hold my pee anymore since botox / I've come out in hives / hives all over my
chest / covered in an itchy rash all over / itchy all over my body since the injections / welts on my arms and
neck / I fainted in the car park / nearly passed out on the bus home / my friend has collapsed / she passed out
and won't wake up / feeling faint / so dizzy I can't stand / I feel lightheaded after my treatment today / the
room is spinning / my face is swelling / my face has blown up like a balloon / her tongue is swollen / tongue
feels thick / my lips are tingling / lips have puffed up massively / my friend had it yesterday and her face is
swelling / swelling is getting worse every hour / my swelling hasn't gone down and is spreading / chest pain /
tightness in my chest / my chest feels heavy / heart is racing and won't stop / having palpitations since I got
home / he had a seizure just now / she is having a fit / I can't stop shaking / the skin on my nose has gone
white and it hurts / a grey patch on my cheek, very painful / skin near the injection turned black / my lip is
blanching / my lips have gone blue / I think I'm having an allergic reaction / alergic reaction help / could
this be anaphylaxis / anaphalactic shock?? / could it be an allergic reaction / I think I am reacting badly to
the botox / bad reaction to the treatment / flu-like for four days now / I feel like I have the flu since my
treatment, it has lasted days / aching all over and feel rubbish / I feel really unwell / I don't feel right
since my injections / something is very wrong / something isn't right with me / not feeling well at all after
the botox / I'm dying / call an ambulance / is this an emergency? my tongue feels fat / should I go to A&E, I
can't swallow / I need an ambulance / throwing up since this morning / the worst headache of my life / headache
won't go away, day four / excruciating pain where you injected me / my name is Jo and I can't breathe / Tuesday
at 3 please. also my lips are swelling / do you take amex? by the way my throat is tightening / how long does
redness last because my breathing is a bit off / what are the side effects I have trouble breathing / is it
normal that I can't swallow properly / is it normal for my throat to feel tight / is it possible that my throat
is closing / should I be worried that I'm seeing double / will it go away? my vision is double / what should I
do if I can't breathe / not sure if this matters but my speech is slurred / dont know why but my throat feels
tight / no bruising, but my throat is closing / no pain, I just can't swallow / sorry to bother you, it's
probably nothing, but my tongue is a bit swollen / my daughter had botox here and now she is struggling to
breathe / my nan's eyelids are drooping and she sounds drunk / asking for a friend, she can't move her arm / I
had botox 2 years ago and today I can't breathe / my eyelid was fine yesterday but today I see double /
BREATHING IS HARD / c\u200ban't bre\u200bathe / ｃａｎ'ｔ ｂｒｅａｔｈｅ / i can’t breathe / cannnn't breeeathe / cant
br3athe / i cnt breathe / hard to brethe / trubble swolowing / throat feels odd, its getting hard to talk /
keeled over in the kitchen after her jabs / came over all funny and went grey / legs like lead / head feels too
heavy for my neck to hold up my head / I am drooling and can't stop / my jaw is so weak I can't chew / can't
chew my dinner / I stopped breathing for a second / she is unresponsive / gone all woozy / no puedo respirar /
je ne peux pas respirer / Je n'arrive plus à avaler / ich kriege keine Luft / ich kann nicht mehr schlucken /
non riesco a respirare / não consigo respirar / ik kan niet ademen / nie mogę oddychać / не могу дышать / 我不能呼吸
/ 숨을 못 쉬겠어요 / لا أستطيع التنفس / tôi không thở được / tengo la cara hinchada / hola, veo doble desde ayer / ok
so not to panic anyone but since the jabs my food keeps coming back up my nose / what time do you shut? asking
because my lips have ballooned / botox on weds, now its sat and i cant seem to keep my eyes open, head feels
like a brick / my wife had the treatment and now her speech sounds drunk / think my body is reacting, im covered
in blotches / hello i feel very shaky and short of breth / gran cant lift her spoon / eyes gone crossed / every
car has a twin when i drive / my left eye just stays open when i sleep / swollen under the tongue / swallowing
my own spit is an effort / my throat keeps clamping / voice is disappearing / my breathing went funny around 4am
/ woke up gasping / im scared my windpipe is blocked / numb chin and tongue for 3 days / muscles in my neck have
given up / head drops down when i sit / i keep falling over my own feet / i cannot feel the right side of my
face / the pain in my eye is unreal / since the filler my vision in one eye is like fog / skin by the injection
is turning a weird grey colour and throbbing / massive hives on my belly / itchy hands and tight throat / sudden
wheeze / felt faint and sweaty twice today / blacked out in the shower / he's having convulsions / chest feels
like it's being crushed / my heart keeps skipping / havent had control of my bladder since sunday / feverish and
my face is hot and swollen / burning fever, shaking, redness spreading up my cheek / i feel like i am going to
die / is there someone i can ring, my daughter isnt breathing right / brethin hard / my toung is swoling /
drooppy eyelid and duble vision / please advise, both lids are shut / cant open my eye and its watering / hiya,
odd one, since friday i keep missing the step when i go upstairs because i see it twice / i had my forehead done
last week and now my neck muscles feel too floppy / my nan says her tablets won't go down since the botox /
voice is weirdly quiet and breathy today / i'm talking like i've had a dentist injection but i didnt / i get out
of breath tying my laces since the treatment / my chest is so tight / it feels as though my airway is getting
smaller / there's a rash creeping up my neck and i feel hot and dizzy / my face looks like i've been stung by
bees / upper lip is huge / lip swelled up out of nowhere / eyes are puffed nearly shut / i can only see half of
things / vision comes and goes in my left eye / sudden loss of sight after filler / everything has a shadow
around it, double / my eyelids won't stay open / both eyebrows dropped and eyes feel heavy / i cant whistle or
drink through a straw and my speech is slurring / dribbling when i drink / coughing whenever i eat / feels like
food is stuck / my swallow isnt right / the left side of my body feels numb / my hand has gone numb and i cant
do my buttons up / i think im having some sort of reaction / my skin went white straight after and its really
hurting / got purple blotches round my nose and its sore / nose tip turning black / i collapsed at work / my
husband found me on the floor / i'm shaking and can't get warm and i feel awful / throat's sore and i can't
swallow / please can someone ring me my wife cant breathe / not being dramatic but i think my throat is closing
up / breathing hurts / i feel like i'm suffocating / i might pass out / palpitations and sweating / can't
control my wee / weakness in my legs for two days / i'm so weak i can't get out of bed / my arms feel heavy and
weird since the injections / sorry for typo's cant see scren properly / can u cancel my appt im in a&e with my
throat / her mouth is drooping and she's talking rubbish / my kid's lips went blue / sharp pain in my eye since
the needle / my eye wont move properly / been vomiting for 2 days since my treatment / headache for 5 days
straight and blurry eyes / bad headache and stiff neck that wont go / i have flu symptoms ever since / muscles
ache all over and i'm exhausted since botox / my tongue is going numb / mouth so numb i bit my tongue, hours
after / hives after my appointment / something went wrong, half my face isnt moving / how do i treat a droopy
lid and double vision / whats your number, my sister is having an allergic reaction / is swelling of the tongue
serious? mine is swelling / do you open saturday? my breathing has been bad since thursday / mrs patel, tuesday,
oh and i cannot swallow / ich bekomme keine luft mehr / j'ai du mal à respirer / me cuesta tragar desde ayer /
tengo la lengua hinchada / my soup keeps dribbling down my chin and I can't feel it / every time I drink
something I end up coughing / been sounding like I have marbles in my mouth since lunch / everyone at work keeps
asking me to repeat myself, my speech is a mess / road signs looked doubled driving home / I have to hold my
eyelid up with my finger to see and the other one is going too / neck feels like it cant support my skull / my
head weighs a ton, can't keep it upright / I dropped three mugs today, no grip at all / climbing the stairs has
become impossible since my appointment / got breathless walking to the kitchen, never happened before / cant get
a proper lungful of air / feels like someone is sitting on my chest / feels like a hand around my throat /
swallowing feels like I'm trying to push a golf ball down / tablets get stuck now and so does bread / my tongue
won't do what I tell it / tongue feels two sizes too big for my mouth / mouth is tingling and lips feel fat /
face like a balloon this morning / my cheeks and eyes are so puffed up I look like a hamster / came out in big
red itchy lumps all up my arms / scratching like mad, my whole body is itchy / I nearly hit the floor getting
out of the shower / had a funny turn after my appointment / legs went from under me in tesco / she went limp in
the chair / I feel drunk but sober, everything's swaying / heart going like the clappers / pulse is all over the
place / cant stop trembling, cold sweats / there's a white patch by my nose that's really sore / the bit above
my lip has gone a purple net pattern / the skin looks dusky and it hurts / been in bed for 3 days feeling like
flu / aching in every joint since tuesdays jab / i havent been right since the injections / something feels
really off with my body / my mum had botox yesterday and she isn't making sense / husband cant get her to wake
up / peed myself twice this week which never happens / haven't been able to pee all day / my left arm won't lift
/ cant close my mouth properly, food falls out / half my mouth doesn't move and my cheek is numb / eyes wont
focus on the screen / print on the page is swimming / lights have halos and everything's smeary / i went blind
for a minute / eyeball feels like it's being stabbed / eye is bulging and painful / cant blink my right eye /
woke up with my eye closed over / both brows feel so heavy i cant see out / my eyelids feel like they are made
of lead / dont think i can breathe right / breathin is funny / wheezy chest, is that a normal thing after /
hoarse for a week now / voice has gone to a whisper / I keep gagging on my saliva / think my throat is swelling
up a little bit / a teeny bit tight in the throat, probably nothing / slight trouble swallowing, sure it's fine
/ just wondering, is it usual that I'm seeing two of you / i wanted to ask about parking but also im finding it
difficult to breathe / can you move me to friday? im dizzy and keep seeing double / its sarah, i cant swallow /
sarah jones, 07700 900123, having trouble breathing / tomorrow afternoon if my tongue stops swelling / yes
please and my chest hurts / no thats wrong, my face is numb / my friend who came with me on monday is struggling
to talk / our client's face is swelling up / my boyfriend passed out / a girl at my salon cant breathe after her
injection / my toddler swallowed some of the botox cream and is wheezing / I'm getting weaker by the day /
weakness spreading from my neck to my shoulders / can hardly hold a pen / can barely open my eyes / could hardly
swallow my dinner last night / havent been able to swallow solid food since / I'm scared, I can't breathe / HELP
CANT BREATHE / help my throat / allergic reaction i think / hives hives everywhere / is hives all over my
stomach an emergency / should i ring 999 / where is the nearest er my face is swelling / dont feel well, sweaty
and faint / really light headed and sick / i feel like im going to pass out / my vision went black for a second
/ headache wont shift and my neck is stiff / pain is unbearable / worst pain ive ever had in my eye / feels like
the botox has gone everywhere in my body / i think i was poisoned by the botox / my muscles are getting weak all
over / trubel breething / throte closing / swolen tounge / blury vison / cant swolow / diziness and fainting
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
no trouble breathing / I have no trouble breathing or swallowing / I can breathe fine / not having any trouble
swallowing / I don't have a fever / no fever, hives or wheezing / never had double vision / my throat is not
swollen / no double vision, no droopy lids, all well / without any chest pain / breathing is not a problem / I'm
not suicidal / what if my eyelid droops / what if I can't breathe / what happens if I can't swallow afterwards /
what if my smile is crooked / if I get a droopy eyelid what do you do / in case of an allergic reaction what do
you do / can it cause trouble swallowing? / can botox cause double vision / could it make my face droop / could
botox give me a stroke / does it cause muscle weakness / does botox ever spread and cause trouble breathing / do
people faint during it / has anyone ever had a seizure / have you ever had a patient stop breathing / is it
possible to stop breathing / is trouble swallowing a side effect / are hives a known side effect / how likely is
a droopy eyelid / how common is ptosis / how often do people get droopy eyelids / what are the chances my eyelid
droops / what is the risk of drooping / risk of droopy brow? / what are the odds of getting blurred vision /
droopy eyelid - is that common? / what are the risks? droopy eyelid? / is a droopy eyelid common / will my eyes
feel heavy / will my throat feel tight / will I have trouble breathing / will I feel dizzy afterwards / will I
be able to swallow normally / would I get hives / I'm worried about getting a droopy eyelid / scared of a droopy
eyelid / I'm nervous about drooping brows / I don't want to end up with a droopy eye / how do I avoid a crooked
smile / how do you prevent drooping / I read that it can cause trouble breathing / I heard you can lose your
voice / I saw online that people get double vision / is it true that you can't breathe properly afterwards /
what does an allergic reaction look like / what are the symptoms of an infection / signs of infection I should
look for / how do you treat an allergic reaction / what would you do if someone fainted / do you have an epipen
in case of anaphylaxis / my gran had double vision in 2010 / had a droopy lid years ago, all good now / I had
trouble swallowing as a child / my eyelid drooped last year but it went away / had hives once in 2015 / when I
was pregnant I fainted / I used to have chest pain / my droopy eyelid cleared up / had blurred vision after my
last botox but it resolved / my friend got a droopy eyelid, could that happen to me / my cousin ended up with a
crooked smile, how do you avoid that / a woman I know had trouble swallowing, what's the risk / these pores are
killing me / dying to try it / I'm dying to get rid of these pores / to die for skin / my skin can't breathe
under makeup / I want my pores to breathe / the price took my breath away / I'm holding my breath for a discount
/ I almost choked at the price / that price gave me a heart attack / hard to swallow that price / I have trouble
swallowing pills, can I take something else / I faint at the sight of needles / I always faint with needles / I
tend to pass out at blood tests / I get dizzy when I see blood / needles make my heart race, I'm so nervous /
I'm allergic to penicillin / I had an allergic reaction to latex / I had an allergic reaction to lidocaine
before, can I still come / I have hay fever / I get fever blisters / can I come with a fever / I'm not feeling
well so I need to reschedule / I'm ill, can I cancel tomorrow / I can't talk on the phone, email me / I can't
speak English very well / can I talk to someone / I have trouble speaking to a person there / I can't see any
difference / I can't see your opening hours on the website / the before and after pictures are blurry / I can't
see the price list on the page / can you lift my droopy eyelids / my brows have always been droopy / hooded
droopy lids from ageing, does this help / does it help with sagging brows / faint lines around my mouth / I have
a double chin / blurred lines between micro and baby botox / double booked, sorry / I can't wait to breathe easy
after my exam / weak chin, can it be improved / I can't walk in without an appointment? / I can't walk far from
the station, is there parking / I can't stand these wrinkles / when is closing time / emergency contact number?
/ do you have a number for emergencies / I cut myself shaving, can I still come / acne with pus, can it help /
does it help with red skin that is spreading from rosacea / does it work on black skin / my hair has gone grey,
am I too old / do you do bladder botox / I have an overactive bladder, is it ok / I need eye drops for dry eyes,
can I have it / do you do lip flips for a bigger lip / will it give me fat lips / can it slim my fat face / do
you treat strokes patients / my mum had a stroke five years ago, can she have it / I have asthma and get wheezy
in winter, can I have it / does numbing cream make my face numb for long / my face is still numb from the
numbing cream / does it hurt / does it hurt a lot / how bad is the pain / how long does swelling last / how long
does the redness last / what are the side effects / what are the most serious risks / can you die from botox /
can you breathe normally during it / I am scared of needles / can I smile afterwards / will my smile look uneven
/ will it freeze my face / is the headache common / can I get a headache from it / how long is my face numb /
can I exercise after / can I lie down after / I have a small bruise / a tiny bruise on my cheek / little bumps
on the day / a bit red today / my skin is slightly red after the appointment this morning / little red dots
where the needle went / a bit sore where it was injected / is it poison / is it safe for my eyes / can I have it
under my eyes / does it lift the brow / can I have my lower eyelids done / can it fix an uneven smile / gummy
smile treatment? / is my smile going to look natural / does it help with neck tightness lines / can it tighten
my throat skin / how soon can I fly / can I swallow normally after neck injections / will it affect my voice /
can it affect singing or my voice / does botox weaken muscles / which muscles get weak / do I stop my blood
thinners / I don't want to die from this, is it safe / can it cause suicidal thoughts / my husband will kill me
if he finds out / laughing so hard I could die / my heart is set on Saturday / I got the fright of my life at
the quote, it's so expensive / my phone screen is black / the website is not working, something is wrong with
the booking page / something went wrong with my payment / can I park by the hospital / are you in the hospital
building / my skin is oily and I break out / my chest lines need help / botox for chest wrinkles / I sweat a lot
on my hands / I'm hot and sweaty all the time, does it help / I want a tighter jaw / tight deadline: wedding on
Friday / can I drink after / can I eat before / what do you do about asymmetry / my results are uneven / it wore
off too soon / nothing happened after two weeks / I feel ugly / I feel awful about my wrinkles / thanks, that
helps / hi / book me in for Tuesday / my name is Hope Grey / call me on 503 555 0188 / 12 High Street / necesito
una cita / ¿hablan español? / bonjour, combien ça coûte / guten tag, was kostet das / можно записаться? / 你好，多少钱
/ how soon do brows drop if it goes wrong / does anyone ever get double vision / could you explain what ptosis
is / what is ptosis / are breathing problems a known complication / would my eyelid droop if you inject too low
/ i want my brow lifted not dropped / i don't want a droopy face / can my smile change / will my speech be
affected / do people usually feel faint after / my aunt's eye drooped after botox in 2012 / i had vertigo a few
years ago / i had hives as a kid / a colleague had a crooked smile for weeks, how do you avoid it / no
allergies, no trouble with breathing / i'm not dizzy or anything / thankfully no droop / my eyes feel fine / no
fever no pus / price made me gasp / breathtaking results / need a breather from work / heavy eyelids run in my
family, can botox lift them / do you fix crooked smiles / can i get lip injections for uneven lips / i get cold
sores on my lip / my lips are dry / my lips feel dry after the peel / can i chew gum after / can i drink wine
tonight / can i swallow my vitamins after / how long before i can drink coffee / is it ok to talk on the phone
after / do i have to keep my head up after / how long must i stay upright / is numbness normal with the cream /
does the cream numb your lips / a tiny red dot and a bump this morning / slight swelling at the needle sites an
hour ago, how long / bruise under my eye, how do i cover it / is a headache normal / had a mild headache, gone
now / feeling great after my session / i could kill for smaller pores / im dead tired and need a glow / this app
is killing my battery / can't sleep with excitement / i am deaf, can't hear calls / i am blind in one eye since
birth, can i have it / i'm short sighted, can i keep my glasses on / hard to say which one i want / the price is
a shock / i choked up reading your reviews / my skin is suffocating under sunscreen / how will i know if im
allergic / do you test for allergies first / is there a chance of my brows dropping / can it make it hard to
swallow if you do the neck / does neck botox affect swallowing / could i lose my voice from it / is it normal to
feel a bit heavy in the forehead / will my lips go numb / would it cause blurred vision if its near the eye / is
there any risk to eyesight / how long would a droopy lid last if it happened / can a droopy eyelid be fixed /
has anyone had a bad reaction here / how many of your patients get ptosis / do you carry emergency medicine for
reactions / what do you do in an emergency / can i have it with asthma / i have epilepsy, is that a problem / i
have migraines, can i still have it / i had bells palsy years ago / i've got high blood pressure / i have a
pacemaker / i get panic attacks, can i bring a friend / i feel faint just thinking about needles / i'm a fainter
with needles, can i lie down / my heart is racing with excitement / i cannot breathe with excitement haha / i
nearly died when i saw the price / omg i'm dead, that's so expensive / my head is spinning with all these
options / i'm dizzy with all the choices / i'm choking on these prices / your prices made my eyes water / my
eyes light up at offers / i have tired looking eyes / i've got puffy under eyes / hooded eyes, can it open them
up / one of my eyes is naturally smaller / my smile is naturally crooked, can you even it / my left brow sits
higher / can't raise my eyebrows anymore, is that expected / my forehead is numb looking, i mean frozen / my
face doesnt move much, is it too much / i had it done yesterday and have tiny bumps / i have a little bruise
from yesterday / my cheeks are a bit pink after it / mild redness since the treatment an hour ago / bit of
tenderness today / a bit itchy where the needles went in / skin feels tight after the peel / no side effects so
far / all good, no swelling / never had any problems breathing / it doesn't hurt at all / i haven't had any
droopiness / everything went smoothly thanks / how do i look after my skin / can i breathe through my nose
during it / do i need to hold still / can i talk during it / can i have a glass of water / will i be able to
speak normally after / is it ok for singers / will my kiss feel different / can i get it before a flight / when
can i wash my face / i have a spot on my chin with a head on it / my acne is spreading, does it help / my
rosacea flares and my face goes hot and red / sweaty armpits / i grind my teeth / my jaw is tight from clenching
/ i have tmj pain / tension headaches, does it help / do you treat migraines / can botox help a gummy smile /
neck lines and a saggy throat / i hate my droopy jowls / i look like a bulldog / my skin looks dead / is there
any chance my eyelid could droop / could this make my smile lopsided / my sister's brow dropped after botox
years ago and it recovered / does micro botox affect breathing / can it affect my eyesight / will it paralyse my
face / how do you avoid droopy brows / is difficulty swallowing something to worry about with neck botox / I've
heard horror stories about drooping / what is the worst that can happen / what percentage get a droopy lid /
whats the risk of an allergic reaction / anyone ever fainted in your chair / can I get it if I have a history of
seizures / I had a stroke in 2018, can I have it / I have a heart condition, am I ok for this / I take
medication for high blood pressure and palpitations, can I have botox / I'm allergic to eggs, is that a problem
/ I've got cold sores at the moment / i have a cold, should i come tomorrow / my kid has a fever so I need to
cancel / running late, out of breath, be there in 5 / I'm so excited I can hardly breathe / I laughed until I
couldn't breathe / the queue was killing me / my face is red after my facial / my skin is tight and shiny / does
it make your face feel tight / will my forehead feel heavy / my eyebrows are uneven naturally, can you even them
/ one brow is higher than the other, can you fix it / I look tired, my eyes droop with age / my eyelids are
getting saggy, will it help / do you treat sagging jowls / my face has dropped with age, can botox lift it / my
lips are thin, can you make them bigger / puffy eyes in the morning, can botox help / bags under my eyes / I
want to get rid of dark circles / can I sleep on my side / can I drive after / can I wear contact lenses / how
long until the bumps go / how many days does swelling take to go down / is swelling normal / is it normal to
bruise / are headaches normal / bruise on my cheek, how long will it last / a few little red bumps right now, is
that normal / i have small bumps after my treatment today / my bruise has gone yellow / some redness where you
injected me this morning / slightly tender today / i can't feel any difference / i can't see it working yet / my
forehead still moves / i can't move my forehead, is it too much / can't frown anymore, love it / my forehead
feels frozen
""")

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


@pytest.mark.parametrize("text", ["", " ", "?", "...", "!!!", "|", "\U0001f600", "\u200b", "a" * 5000])
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


LONG = [
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
