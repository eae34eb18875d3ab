"""Everything that comes from clinic.yml and the environment, checked once, in one place."""
from __future__ import annotations

import datetime as dt
import os
import re
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Optional, Union
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from pydantic import BaseModel, Field, ValidationError, root_validator, validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from assistant.clinic_words import DAY_NAMES as DAY_NAMES
from assistant.clinic_words import DAYS as DAYS
from assistant.clinic_words import consultation_terms, hours_in_words, listed

ROOT = Path(__file__).resolve().parent.parent
SECRET_HEADER = "X-Faq-Secret"  # by which the action server knows the bot
DEADLINE_SECONDS = 9.5  # visitors are promised an answer or an apology within ten
Hours = Optional[tuple[dt.time, dt.time]]

# What a market decides unless clinic.yml says otherwise.
MARKETS: dict[str, dict[str, str]] = {
    "us": {"emergency_number": "911", "crisis_line": "988", "phone_region": "US"},
    "uk": {"emergency_number": "999", "crisis_line": "116 123", "phone_region": "GB"},
    "eu": {"emergency_number": "112", "crisis_line": "112", "phone_region": "IE"},
    "au": {"emergency_number": "000", "crisis_line": "13 11 14", "phone_region": "AU"},
}


class SettingsError(Exception):
    """clinic.yml or the environment cannot be used; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class Opening:
    """Whether the clinic is open at a moment, and that in words."""

    is_open: bool
    says: str


class _Section(BaseModel):
    class Config:
        extra = "forbid"
        allow_mutation = False


class Clinic(_Section):
    """The clinic as visitors know it."""

    market: Literal["us", "uk", "eu", "au"] = "us"  # first: the phone number is read by its rules
    name: str = Field(min_length=1)
    phone: str
    email: str
    address: str
    hours: dict[str, Hours]
    time_zone: str = "America/Los_Angeles"
    emergency_number: str = ""
    crisis_line: str = ""
    privacy_url: str

    @validator("hours", pre=True)
    def _read_hours(cls, value: Any) -> dict[str, Hours]:
        if not isinstance(value, dict) or set(value) != set(DAYS):
            raise ValueError(f"name each of {', '.join(DAYS)} once")
        return {day: _hours(day, value[day]) for day in DAYS}

    @validator("phone")
    def _can_be_called(cls, value: str, values: dict[str, Any]) -> str:
        try:
            number = phonenumbers.parse(value, MARKETS[values.get("market", "us")]["phone_region"])
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise ValueError(f'"{value}" is not a phone number people can call')
        return value

    @validator("time_zone")
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f'"{value}" is not a time zone; write one like America/Los_Angeles')
        return value

    @root_validator(skip_on_failure=True)
    def _market_defaults(cls, values: dict[str, Any]) -> dict[str, Any]:
        market = MARKETS[values["market"]]
        for key in ("emergency_number", "crisis_line"):
            values[key] = values[key] or market[key]
        return values


class Website(_Section):
    """Where the chat may be embedded."""

    origins: tuple[str, ...] = ()

    @validator("origins", each_item=True)
    def _plain_origin(cls, value: str) -> str:
        if not re.fullmatch(r"https?://[\w.-]+(:\d+)?", value):
            raise ValueError(f'"{value}" is not an origin; write it like https://www.clinic.example')
        return value


class Booking(_Section):
    """What a booking request needs and where it goes."""

    minimum_age: int = Field(default=18, ge=18, le=99)
    answer_within: str = "1 working day"
    link: Optional[str] = None
    email: Optional[dict[str, str]] = None
    caldav: Optional[dict[str, str]] = None
    webhook: Optional[dict[str, str]] = None


class Retention(_Section):
    """How long chats and requests are kept, in days."""

    chats_days: int = Field(default=30, ge=1)
    bookings_days: int = Field(default=180, ge=1)


class Consultation(_Section):
    """What a consultation costs and takes."""

    fee: Optional[str] = None
    minutes: Optional[int] = None
    online: Optional[bool] = None


class Policies(_Section):
    """House rules, as sentences."""

    deposit: Optional[str] = None
    cancellation: Optional[str] = None


class Price(_Section):
    """A price the clinic set, and since when it holds."""

    text: str
    as_of: dt.date


class Profile(_Section):
    """What answers may say about the clinic beyond its address; all optional."""

    delivery_methods: tuple[Literal["injection", "microneedling"], ...] = ()
    treatments: tuple[str, ...] = ()
    injectors: Optional[str] = None
    brands: tuple[str, ...] = ()
    numbing: Optional[str] = None
    consultation: Consultation = Consultation()
    prices: Optional[dict[str, Price]] = None
    payment: Optional[str] = None
    policies: Policies = Policies()
    parking: Optional[str] = None
    aftercare_url: Optional[str] = None
    languages: tuple[str, ...] = ("English",)

    @validator("prices")
    def _only_prices_that_are_shown(cls, value: Optional[dict[str, Price]]) -> Optional[dict[str, Price]]:
        others = sorted(set(value or {}) - {"micro_botox"})
        if others:
            raise ValueError(f"the chat shows a price for micro_botox only; take out {', '.join(others)}")
        return value


class Settings(_Section):
    """clinic.yml as one checked object, with what follows from it."""

    clinic: Clinic
    production: bool = False
    website: Website = Website()
    booking: Booking = Booking()
    retention: Retention = Retention()
    profile: Profile = Profile()

    @property
    def names_medicine_first(self) -> bool:
        """Whether the treatment may be named before the visitor names it (advertising rules)."""
        return self.clinic.market == "us"

    @property
    def phone_region(self) -> str:
        """Region in which national phone numbers are read, e.g. "US"."""
        return MARKETS[self.clinic.market]["phone_region"]

    @property
    def phone_e164(self) -> str:
        """The clinic's number as a phone dials it, e.g. "+15035550142"."""
        number = phonenumbers.parse(self.clinic.phone, self.phone_region)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def now(self) -> dt.datetime:
        """The present moment on the clinic's clock."""
        return dt.datetime.now(ZoneInfo(self.clinic.time_zone))

    def day_in_words(self, day: dt.date) -> str:
        """A day as people of the market write it: "March 2, 2026" or "2 March 2026"."""
        month = day.strftime("%B")
        return f"{month} {day.day}, {day.year}" if self.clinic.market == "us" else f"{day.day} {month} {day.year}"

    def hours_on(self, day: dt.date) -> Hours:
        """Opening and closing time of a date, None when closed."""
        return self.clinic.hours[DAYS[day.weekday()]]

    def is_open_on(self, day: dt.date) -> bool:
        """Whether the clinic opens at all on a date."""
        return self.hours_on(day) is not None

    def opening(self, now: Optional[dt.datetime] = None) -> Opening:
        """Open or closed at a moment (default: now), in words for a sentence after "we are"."""
        now = now or self.now()
        today = self.hours_on(now.date())
        if today and today[0] <= now.time() < today[1]:
            return Opening(True, f"open until {today[1]:%H:%M}")
        for ahead in range(8):
            day = now.date() + dt.timedelta(days=ahead)
            hours = self.hours_on(day)
            if hours and (ahead or now.time() < hours[0]):
                when = "today" if ahead == 0 else "tomorrow" if ahead == 1 else DAY_NAMES[day.weekday()]
                return Opening(False, f"closed now and open again {when} at {hours[0]:%H:%M}")
        return Opening(False, "closed")

    def placeholders(self, now: Optional[dt.datetime] = None) -> dict[str, str]:
        """What the {words} of an answer may stand for; "" where clinic.yml says nothing."""
        profile, clinic = self.profile, self.clinic
        price = (profile.prices or {}).get("micro_botox")
        return {
            "clinic": clinic.name,
            "phone": clinic.phone,
            "email": clinic.email,
            "address": clinic.address,
            "hours": hours_in_words(clinic.hours),
            "opening": self.opening(now).says,
            "emergency_number": clinic.emergency_number,
            "crisis_line": clinic.crisis_line,
            "privacy_url": clinic.privacy_url,
            "answer_within": self.booking.answer_within,
            "minimum_age": str(self.booking.minimum_age),
            "chats_days": str(self.retention.chats_days),
            "bookings_days": str(self.retention.bookings_days),
            "treatments": listed(profile.treatments),
            "injectors": profile.injectors or "",
            "brands": listed(profile.brands),
            "numbing": profile.numbing or "",
            "delivery": listed(profile.delivery_methods),
            "consultation_fee": profile.consultation.fee or "",
            "consultation_minutes": str(profile.consultation.minutes or ""),
            "consultation_terms": consultation_terms(
                **profile.consultation.dict(), face_to_face=clinic.market == "uk"
            ),
            "payment": profile.payment or "",
            "deposit": profile.policies.deposit or "",
            "cancellation": profile.policies.cancellation or "",
            "parking": profile.parking or "",
            "aftercare_url": profile.aftercare_url or "",
            "languages": listed(profile.languages),
            "price": price.text if price else "",
            "price_as_of": f"{price.as_of:%B %Y}" if price else "",
        }

    def conditions(self, now: Optional[dt.datetime] = None) -> dict[str, Any]:
        """Clinic settings an answer's `condition` may ask for, beside the slots."""
        set_keys = {f"profile_{key}_set": bool(value) for key, value in self.placeholders(now).items()}
        return {
            **set_keys,
            "market": self.clinic.market,
            "names_medicine_first": self.names_medicine_first,
            "open_now": self.opening(now).is_open,
        }

    @property
    def var(self) -> Path:
        """Folder of everything written at run time; made when missing."""
        folder = Path(os.environ.get("FAQ_VAR") or ROOT / "var")
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def database_url(self) -> str:
        """SQLAlchemy address of the one database (SQLite file unless FAQ_DATABASE_URL is set)."""
        return os.environ.get("FAQ_DATABASE_URL") or f"sqlite:///{self.var / 'faq.db'}"

    @property
    def deadline(self) -> float:
        """Seconds until a visitor hears an apology instead of an answer."""
        return float(os.environ.get("FAQ_DEADLINE_SECONDS") or DEADLINE_SECONDS)

    @property
    def actions_url(self) -> Optional[str]:
        """Address of the action server's webhook; None: the one of endpoints.yml."""
        return os.environ.get("FAQ_ACTIONS_URL") or None

    @property
    def secret(self) -> bytes:
        """Key that signs session tokens: FAQ_SECRET, else one made once and kept in var/secret."""
        given = os.environ.get("FAQ_SECRET")
        if given:
            return given.encode()
        return _kept_secret(self.var / "secret")


def load_settings(path: Optional[Union[str, Path]] = None) -> Settings:
    """Reads clinic.yml (path, else $FAQ_CLINIC, else the one beside pyproject.toml).

    Raises:
        SettingsError: with one sentence that names file, line and what to do.
    """
    file = Path(path or os.environ.get("FAQ_CLINIC") or ROOT / "clinic.yml")
    if not file.exists():
        raise SettingsError(f"{file} is missing: copy clinic.yml from the project and fill in your clinic.")
    try:
        data = YAML().load(file.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError(f"{file.name}:{line}: this is not valid YAML ({error.problem}).") from None
    if not isinstance(data, dict):
        raise SettingsError(f"{file.name}:1: the file is empty; it needs at least the section clinic.")
    try:
        settings: Settings = Settings.parse_obj(_plain(data))
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(_sentence(file, data, first)) from None
    return settings


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _sentence(file: Path, data: Any, error: Any) -> str:
    """One clear sentence for a validation error, with the line of the nearest key that exists."""
    where = [str(part) for part in error["loc"] if part != "__root__"]
    line, node = 1, data
    for part in error["loc"]:
        try:
            place = node.lc  # ruamel keeps the lines
            line = (place.key(part) if isinstance(part, str) else place.item(part))[0] + 1
            node = node[part]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    key = ".".join(where)
    if error["type"] == "value_error.missing":
        return f"{file.name}:{line}: {key} is missing; add it (README, 'For your clinic', lists the keys)."
    if error["type"] == "value_error.extra":
        return f"{file.name}:{line}: {key} is not a known key; check its spelling."
    return f"{file.name}:{line}: {key} cannot be used: {error['msg']}."


def _hours(day: str, value: Any) -> Hours:
    if value == "closed":
        return None
    found = re.fullmatch(r"(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)", str(value))
    if not found:
        raise ValueError(f'{day}: write "closed" or hours like "10:00-18:30"')
    try:
        opens, closes = dt.time(int(found[1]), int(found[2])), dt.time(int(found[3]), int(found[4]))
    except ValueError:
        raise ValueError(f"{day}: {value} is not a time of day") from None
    if closes <= opens:
        raise ValueError(f"{day}: {value} closes before it opens")
    return opens, closes


@lru_cache(maxsize=None)
def _kept_secret(file: Path) -> bytes:
    if not file.exists():
        # written under another name first, so that two starting processes never read half a key
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_bytes(secrets.token_hex(32).encode())
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        draft.unlink()
    return file.read_bytes()
