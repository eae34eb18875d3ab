"""What a message tells about a booking: name, contact, time, and whether a minor writes."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional, Protocol

from assistant.booking import times
from assistant.booking.contact import EMAIL, PHONE, Contact, clean_contact, clean_name, find_contact
from assistant.booking.times import ClinicClock, PreferredTime


class Clinic(ClinicClock, Protocol):
    """The part of the clinic's settings that details are read with."""

    @property
    def phone_region(self) -> str:
        """Region of phone numbers without a country code."""


@dataclass(frozen=True)
class Details:
    """What one message says; None for what it does not."""

    name: Optional[str] = None
    contact: Optional[Contact] = None
    preferred_time: Optional[PreferredTime] = None
    visitor_kind: Optional[str] = None  # "new" or "returning"


@dataclass(frozen=True)
class Correction:
    """A wish to change something: which slot (None: not said) and the words after it."""

    slot: Optional[str]
    rest: str


_TOKEN = r"[^\W\d_][^\W\d_'’.\-]*(?:['’\-][^\W\d_]+)*\.?"
_TOKENS = rf"({_TOKEN}(?:\s+{_TOKEN}){{0,5}})"
_SURE_NAME = re.compile(
    r"\b(?:my (?:full )?name(?: is|'s|’s|:)?|(?:the |under the )?name(?: is|'s|:)|under the name(?: of)?"
    rf")\s+{_TOKENS}",
    re.I,
)
_PERHAPS_NAME = re.compile(
    rf"\b(?:I'm|I’m|I am|Im|i'm|i’m|i am|im|This is|this is|call me|Call me)\s+{_TOKENS}"
)
_NAME_HERE = re.compile(rf"(?:^|[.!,]\s*){_TOKENS}\s+here\b")
_PARTICLES = {"al", "bin", "da", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el"}
_PARTICLES |= {"la", "le", "ten", "ter", "van", "von", "y", "e"}
# Words after a name that belong to the next thing said.
_NAME_ENDS = {"and", "at", "on", "my", "here", "phone", "tel", "cell", "mobile", "or", "for", "from", "i"}
_NOT_A_NAME = frozenset(
    "american asian available black british busy calling coming curious excited fine free glad going "
    "happy hoping interested keen looking nervous new over planning ready returning scared thinking "
    "trying turning under unsure white wondering worried writing booking emailing messaging".split()
)

_NEW = re.compile(
    r"\bnew (?:patient|client|customer|here)\b|\bfirst[- ]time(?:r| patient| client| visitor)?\b"
    r"|\bmy first (?:visit|appointment|time)\b|\b(?:never|not|haven'?t|have not) (?:been|come)\b",
    re.I,
)
_RETURNING = re.compile(
    r"\b(?:returning|existing|regular|current) (?:patient|client|customer)\b"
    r"|\b(?:i'?ve|i have|i'?ve already) been (?:there|here|to you|with you|in|before)\b"
    r"|\bbeen (?:there|here|to you) before\b|\bi'?m a (?:regular|returning)\b",
    re.I,
)

_FIELD_WORDS = (
    ("visitor_name", r"(?:sur|last |first |full )?name"),
    ("visitor_contact", r"(?:phone|mobile|cell|contact|telephone)(?: (?:number|details?))?|number"),
    ("visitor_contact", r"e-?mail(?: address)?|mail|address|contact"),
    ("preferred_time", r"(?:preferred )?(?:times?|days?|dates?|hours?|slot)"),
)
_CHANGE = re.compile(
    r"\b(?:change|correct|update|fix|edit|amend|wrong|replace|mistake in|typo in)\s+"
    r"(?:that is |is )?(?:my |the |in |in the |in my )*"
    r"(?:" + "|".join(f"(?P<f{n}>{words})" for n, (_, words) in enumerate(_FIELD_WORDS)) + r")\b"
    r"(?:\s*(?:to|is|into|should be|:|,|;|it'?s|with|for)\b|[:,;])?\s*(?P<rest>.*)",
    re.I | re.S,
)
_FIELD_ALONE = re.compile(
    r"(?:no,?\s+)?(?:just\s+)?(?:my |the )?(?:"
    + "|".join(f"(?P<f{n}>{words})" for n, (_, words) in enumerate(_FIELD_WORDS))
    + r")(?:\s+(?:is|are)\s+(?:wrong|not right|incorrect))?(?:\s+please)?[.!]?",
    re.I,
)
_FIELD_WRONG = re.compile(
    r"\b(?:my |the )(?:"
    + "|".join(f"(?P<f{n}>{words})" for n, (_, words) in enumerate(_FIELD_WORDS))
    + r")\s+(?:is|are|was|should be|'s)\s+(?:wrong|not right|incorrect|misspelled|spelled)?[\s,.;:-]*"
    r"(?:it should be|should be|it'?s|make it)?\s*(?P<rest>.*)",
    re.I | re.S,
)
_MARKER = re.compile(
    r"\b(?:actually|i meant|i mean|make (?:it|that)|change (?:it|that|this)|instead|rather|sorry|oops"
    r"|wait|correction|no,|not .{1,30} but|let'?s (?:do|say|make)|can (?:we|you|i) (?:do|make it|change))",
    re.I,
)
_LEAD_IN = re.compile(
    r"^(?:(?:actually|sorry|oops|wait|no|hmm|oh|well|ok|okay|yes|please|hi|hello|it'?s|its|it is|that'?s"
    r"|this is|my name is|my name'?s|i'?m|im|i am|name is|name:|the name is|make (?:it|that)|to|is"
    r"|i (?:meant|mean)|change (?:it|that|this)(?: to)?|you can (?:reach|call|text|email) me (?:at|on)"
    r"|call me (?:at|on)|(?:my )?(?:phone|mobile|cell|number|email|e-mail)(?: (?:number|address))?"
    r"(?: is|:)?)[\s,:;.-]+)+",
    re.I,
)
_TRAIL = re.compile(r"[\s,;.-]+(?:here|please|thanks|thank you|instead|that'?s (?:it|all|me))[.!]*$", re.I)

_YES = frozenset(
    "y ya yah yea yeah yep yes yess yup ok okay okey k sure agreed agree correct right absolutely "
    "definitely certainly confirmed confirm affirmative exactly perfect".split()
)
_NO = frozenset("n no nope nah never not don't dont disagree negative neither".split())
_YES_PHRASES = re.compile(
    r"^(?:i (?:do )?(?:agree|accept|consent|confirm)|send it|go ahead|please (?:do|send)|looks? (?:good"
    r"|right|fine)|that'?s (?:right|correct|fine|it|me|all)|all (?:good|correct|right)|sounds (?:good|right"
    r"|about right)|both|of course(?! not)|no problem|no worries|i am and i (?:do|agree)|why not)\b",
    re.I,
)


_CODE = re.compile(r"[;<>{}=\\\\]|--")
# What may stand around a yes without making it something else.
_FILLER = _YES | frozenset(
    "a ahead all alright am and as above both can do fine for go good great i is it it's just let's looks me "
    "my now of one please problem request right send so sounds thank thanks that that's the them then "
    "this to too very well we will works would worries you".split()
)


def find_details(text: str, *, clinic: Clinic) -> Details:
    """Details that a free text says plainly; nothing is guessed from a bare word."""
    name = _find_name(text)
    found = find_contact(text, region=clinic.phone_region)
    rest = text if found is None else f"{text[: found[0]]} , {text[found[1] :]}"
    rest = rest if name is None else rest.replace(name, " , ", 1)
    return Details(
        name=name,
        contact=found[2] if found else None,
        preferred_time=times.find(rest, clinic=clinic),
        visitor_kind="new" if _NEW.search(text) else "returning" if _RETURNING.search(text) else None,
    )


def tells(text: str, *, clinic: Clinic) -> bool:
    """Whether a free text tells a name, a contact or a time."""
    found = find_details(text, clinic=clinic)
    return bool(found.name or found.contact or found.preferred_time)


def read_name(text: str) -> Optional[str]:
    """The name in an answer to "what is your name?"; None when there is none."""
    found = _find_name(text)
    if found:
        return found
    rest = PHONE.sub(" ", EMAIL.sub(" ", text)) if "\n" not in text else text
    rest = re.split(r"[,;]|\s+-\s+|\s+and\s+", _TRAIL.sub("", _LEAD_IN.sub("", rest.strip(" "))))[0]
    return clean_name(rest)


def read_contact(text: str, *, clinic: Clinic) -> Optional[Contact]:
    """The contact in an answer to "how can the clinic reach you?"; None when there is none."""
    found = find_contact(text, region=clinic.phone_region)
    return found[2] if found else clean_contact(text.strip(" "), region=clinic.phone_region)


def yes_or_no(text: str) -> Optional[bool]:
    """Yes, no, or None for a text that is neither; emoji and empty texts are neither."""
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text.lower().replace("’", "'"))
    if not words or "?" in text:
        return None
    phrase = _YES_PHRASES.match(" ".join(words))
    if phrase or words[0] in _YES:
        # "ok and how long does it last" sends nothing: beside a yes there may be only courtesies
        rest = " ".join(words)[phrase.end() :].split() if phrase else words[1:]
        return True if all(word in _FILLER for word in rest) else None
    if words[0] in _NO:
        return None if any(word in _YES for word in words[1:]) else False
    return None


def find_correction(text: str) -> Optional[Correction]:
    """What a text wants changed; None when it is no correction."""
    alone = _FIELD_ALONE.fullmatch(text.strip())
    match = alone or _CHANGE.search(text) or _FIELD_WRONG.search(text)
    if match:
        slot = next(slot for n, (slot, _) in enumerate(_FIELD_WORDS) if match[f"f{n}"])
        return Correction(slot, "" if alone else match["rest"].strip())
    return Correction(None, _LEAD_IN.sub("", text)) if _MARKER.search(text) else None


def is_plain(text: str) -> bool:
    """Whether a text is words and not code: what code seems to wish must not end a request."""
    return not _CODE.search(text)


def gives(slot: str, text: str) -> bool:
    """Whether a text has the shape of what the form asked for, so that it is no question.

    Args:
        slot: the slot the form asks for.
        text: the visitor's message.
    """
    if slot == "booking_confirmed" and "?" not in text:
        correction = find_correction(text)
        if correction is not None and correction.slot is not None:
            return True
    if slot in ("consent", "booking_confirmed"):
        return yes_or_no(text) is not None
    if slot == "visitor_name":
        return "?" not in text and read_name(text) is not None
    if slot == "visitor_contact":
        return "?" not in text and bool(EMAIL.search(text) or PHONE.search(text))
    return slot == "preferred_time" and times.is_time(text)


def _find_name(text: str) -> Optional[str]:
    shouting = text.isupper()
    for pattern in (_SURE_NAME, _PERHAPS_NAME, _NAME_HERE):
        for match in pattern.finditer(text):
            sure = pattern is _SURE_NAME
            words = _leading_name(match[1].split(), sure=sure or shouting, last=pattern is _NAME_HERE)
            name = clean_name(" ".join(words)) if words else None
            if name and not (shouting and not sure):
                return name
    return None


def _leading_name(words: list[str], *, sure: bool, last: bool) -> list[str]:
    """The words that are the name: up to the next thing said, written large unless `sure`."""
    taken: list[str] = []
    for word in words:
        plain = word.lower().strip(".")
        if (taken and plain in _NAME_ENDS) or plain in _NOT_A_NAME:
            break
        if not sure and not word[0].isupper() and not (taken and plain in _PARTICLES):
            if last:
                taken = []
                continue
            break
        taken.append(word)
        if word.endswith(".") and len(plain) > 2:
            break  # the end of a sentence, not of "J."
    while taken and taken[-1].lower() in _PARTICLES - {"do"}:
        taken.pop()
    return taken if not taken or taken[0].lower() not in _NOT_A_NAME else []
