"""Names, phone numbers and email addresses: tidied and checked by their shape only."""
from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, Optional

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult

NAME_LIMIT = 60
CONTACT_LIMIT = 254
EMAIL = re.compile(r"[^\s@<>(),;:\"]+@[^\s@<>(),;:\"]+\.[^\s@<>(),;:\"]*[^\s@<>(),;:\".!?]")
PHONE = re.compile(r"(?<![\w@])\+?\(?\d[\d\s().\-/]{5,}\d(?:\s*(?:ext\.?|x)\s*\d{1,6})?(?![\w@])", re.I)
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_NAME_WORD = re.compile(r"[^\W\d_][^\W\d_'’.\-]*(?:['’.\-]+[^\W\d_]*)*")

# One of these words makes a text a sentence, an answer to something else, or a topic.
_NEVER_IN_NAMES = frozenset(
    """
    about acne actually aftercare afternoon afternoons afterwards again age already also always
    anonymous any anyone anything anytime anyway appointment are asap ask available baby back
    been before booking botox brands bruise bruising but call cancel cannot cant cheeks clinic
    cost costs could did doctor does doesnt dont downtime duration effects either email evening
    evenings everything expensive female file filler fillers find forehead forget free
    from get give had has hate have hello help here hey hours how idk im injectable injection
    injections injector interested into is it its jawline just know lasers later lips looking
    maybe meant meds microbotox microneedling mind mobile morning mornings much need needed
    needles never nobody none nope nose not nothing number numbing nurse offline oil oily ok
    okay only or other our pain painful phone please pores prefer pregnant prices private
    procedure question quick rather really recovery results risks rosacea sad safety same
    saturday say scars secret sent shine should since skin skip some someone something soon
    sorry stop stuff sunday sweat sweating swelling tell text than thank thanks that thats the
    their them there they thing think this thursday time times today tomorrow tonight too
    treatment treatments tuesday under understand units until want wants was website wednesday
    weekend were what whatever whats when whenever where which who whose why with without wont
    would wrinkles wrong yeah yep yes yesterday you your yours
    """.split()
)
# Short answers, and words that are topics by themselves but surnames after another name.
_NEVER_ALONE = frozenset(
    "a an and best bye can case chin day do dr face friday good hi i k like list lol male may me "
    "med miss monday mr mrs ms my n nah needle new no of on one price reason safe side so sure "
    "test to us we will work y".split()
)
# "I" and its short forms begin a sentence.
_SPEAKS = frozenset("i i'd i'm i've i'll we'd we're we've".split())


@dataclass(frozen=True)
class Contact:
    """A way to reach a visitor.

    Attributes:
        shown: as the visitor knows it, e.g. "(503) 555-0142".
        kind: "phone" or "email".
        key: one spelling for look-up, e.g. "+15035550142".
    """

    shown: str
    kind: Literal["phone", "email"]
    key: str


def clean_name(text: str) -> Optional[str]:
    """The name a text is, in one spelling of its blanks; None when it has not the shape of a name."""
    if any(unicodedata.category(sign)[0] == "C" and sign != "\u200d" for sign in text):
        return None  # line breaks and other control characters
    name = " ".join(unicodedata.normalize("NFC", text).split()).strip(" .,;!")
    words = name.split(" ")
    if not name or len(name) > NAME_LIMIT or len(words) > 6:
        return None
    if not all(_NAME_WORD.fullmatch(word) for word in words):
        return None
    plain = [word.lower().replace("’", "'").strip(".") for word in words]
    if any(word in _NEVER_IN_NAMES or word.replace("'", "") in _NEVER_IN_NAMES for word in plain):
        return None
    short = sum(word in _NEVER_ALONE for word in plain)
    if short == len(plain) or (short > 1 and len(plain) > 2) or _SPEAKS.intersection(plain):
        return None
    return name


def clean_contact(text: str, *, region: str) -> Optional[Contact]:
    """The phone number or email address a text is; None when it is neither.

    Args:
        text: the number or address, and nothing else.
        region: where numbers without a country code belong, e.g. "US".
    """
    if len(text) > CONTACT_LIMIT or any(unicodedata.category(sign) == "Cc" for sign in text):
        return None
    text = " ".join(unicodedata.normalize("NFKC", text).split()).rstrip(".,;!")
    return _email(text) if "@" in text else _phone(text, region)


def find_contact(text: str, *, region: str) -> Optional[tuple[int, int, Contact]]:
    """The first phone number or email address inside a text, with where it starts and ends."""
    found = []
    for pattern in (EMAIL, PHONE):
        for match in pattern.finditer(text):
            if pattern is PHONE and _DATE.fullmatch(match[0].strip()):
                continue
            contact = clean_contact(match[0].removeprefix("mailto:"), region=region)
            if contact:
                found.append((match.start(), match.end(), contact))
    return min(found, key=lambda item: item[0], default=None)


def _email(text: str) -> Optional[Contact]:
    try:
        address = validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        return None
    return Contact(address, "email", address.casefold())


def _phone(text: str, region: str) -> Optional[Contact]:
    if re.search(r"[^\W\d_]", re.sub(r"\b(?:ext|x)\b\.?|(?<=\d)x(?=\d)", "", text, flags=re.I)):
        return None  # letters: the library would turn "FLOWERS" into digits
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    # "possible", not "valid": lists of valid area codes are older than some telephones
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    if len(set(str(number.national_number))) == 1:
        return None
    if phonenumbers.number_type(number) == PhoneNumberType.PREMIUM_RATE:
        return None
    home = number.country_code == phonenumbers.country_code_for_region(region)
    style = PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
    key = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return Contact(phonenumbers.format_number(number, style), "phone", key)
