"""A stage for the templates: a small Jinja environment with the globals the court gives them, and sample pages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader, StrictUndefined
from pydantic import Field

from odr.docket.models import PartyKind
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import SIGNS, LastDay, Money, T, Text, last_day, write, write_day, write_instant
from odr.payments.fee.scales import FeeStep
from odr.procedure.forms import fields as forms
from odr.procedure.forms.fields import Option
from odr.procedure.forms.inputs import (
    Choice,
    CourtDate,
    CourtEmail,
    CourtModel,
    CourtMoney,
    CourtPhone,
    CourtText,
    RefTo,
    field,
)
from odr.procedure.rules.base import Period, Unit
from odr.procedure.rules.registry import PackRegistry
from odr.procedure.time.reckoning import reckon

ROOT = Path(__file__).resolve().parent.parent.parent
TZ = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 4, 24, 2, 11, tzinfo=UTC)


class FactRow(CourtModel):
    """A row with a date, words and files."""

    happened_on: Annotated[CourtDate | None, field(T("When"), T("For example 11 November 2025."))] = None
    what: Annotated[str, CourtText(1, 2000), field(T("What happened"))]
    proofs: Annotated[list[Annotated[str, RefTo("exhibit")]], field(T("Exhibit"))] = []


class Everything(CourtModel):
    """Every widget once."""

    name: Annotated[
        str, CourtText(1, 200, one_line=True), field(T("Name"), T("As in the identity document or licence."))
    ]
    kind: Annotated[PartyKind, Choice(PartyKind), field(T("You are"))] = PartyKind.PERSON
    track: Annotated[
        Literal["small", "simple", "ordinary"],
        field(
            T("Procedure"),
            options={"small": T("small claims"), "simple": T("simple procedure"), "ordinary": T("ordinary procedure")},
            widget="select",
        ),
    ]
    email: Annotated[str, CourtEmail(), field(T("E-mail address"))]
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"))] = None
    amount: Annotated[CourtMoney, field(T("Amount"), T("For example 3,240.00. Only if you ask for money."))]
    days: Annotated[int, Field(ge=3, le=30), field(T("Days to mend it"))] = 7
    facts: Annotated[list[FactRow], Field(min_length=1, max_length=3), field(T("Fact"))]
    agree: Annotated[
        bool,
        field(
            T("I agree that the case may be examined in writing, each side when it suits them"),
            T("Only if everybody agrees (Online Litigation Rules, art. 20). You can ask for a live hearing later."),
        ),
    ] = False
    statement: Annotated[str | None, CourtText(0, 4000), field(T("Your answer in your own words"))] = None


TYPED = {
    "name": "",
    "kind": "person",
    "email": "wu@",
    "amount": "1.000,50",
    "days": "7",
    "facts-0-happened_on-day": "14",
    "facts-0-happened_on-month": "2",
    "facts-0-happened_on-year": "2026",
    "facts-0-what": "I booked a room for three nights, 3 to 6 May, in the Xinglu app.",
    "facts-0-proofs": ["c1"],
    "facts-1-happened_on-day": "30",
    "facts-1-happened_on-month": "2",
    "facts-1-happened_on-year": "2026",
    "facts-1-what": "",
    "agree": "true",
}
CHOICES = {"exhibit": [Option("c1", "C-1 Booking page with “Pay at the hotel”"), Option("c2", "C-2 Bank message")]}


def url_for(endpoint: str, **values: Any) -> str:
    """Addresses of the shape Flask makes."""
    if endpoint == "static":
        return f"/static/{values['filename']}"
    return "/" + endpoint.replace(".", "/") + "".join(f"/{value}" for value in values.values())


def environment(
    locale: str, *, person: Any = None, training: bool = False, witnesses: int = 0, extra: dict[str, str] | None = None
) -> Environment:
    """The globals and filters that ``odr.app`` and ``odr.web.guards`` give."""
    env = Environment(
        loader=ChoiceLoader([DictLoader(extra or {}), FileSystemLoader(ROOT / "templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(
        _=lambda msgid, **params: Text(msgid, params).render(locale),
        locale=locale,
        person=person,
        hats=[],
        csrf_token=lambda: "token",
        identity_asked=lambda act=None: None,
        identity_faults=list,
        hears=lambda: "",
        is_heard=lambda: True,
        is_silent=lambda: False,
        list_address=lambda name, begins, at=None: "?",
        url_for=url_for,
        request=SimpleNamespace(method="GET", full_path="/cases/abc?", path="/cases/abc", url_rule=None),
        settings=SimpleNamespace(court_name="Internet Court", court_name_zh="互联网法院"),
        training=training,
        log_status=lambda: SimpleNamespace(size=184207, signed_at=NOW, witnesses=witnesses),
        court_now=lambda: NOW,
        nav_items=[
            SimpleNamespace(endpoint="cases.overview", key="overview", label=T("Entry"), rarely=False),
            SimpleNamespace(endpoint="cases.docket", key="docket", label=T("Receipt"), rarely=False),
        ],
    )
    env.filters.update(
        text=lambda value: write(value, locale, TZ),
        money=lambda value: write(value, locale),
        day=lambda value: (
            write(value, locale)
            if isinstance(value, LastDay)
            else write_day(value.astimezone(TZ).date() if isinstance(value, datetime) else value, locale)
        ),
        last_day=lambda due_at: last_day(due_at, TZ),
        instant=lambda value: write_instant(value, locale, TZ),
        sentence=lambda words: words[:1].upper() + words[1:],
        sign=lambda between: SIGNS[locale][between],
    )
    return env


def wrong_fields(locale: str) -> list[forms.FormField]:
    """The fields of a form that came back with faults."""
    try:
        forms.parse(Everything, TYPED)
    except InvalidInput as error:
        return forms.fields_of(Everything, locale, TYPED, error.faults, CHOICES)
    raise AssertionError("the sample must be wrong")


def court_things() -> dict[str, Any]:
    """A case, its time limits, its fee and its docket as the macros take them."""
    pack = PackRegistry.load().in_force("cn", date(2026, 4, 1))
    reckoning = reckon(
        pack, Period(amount=6, unit=Unit.WORKING_DAYS), datetime(2026, 4, 20, 2, 0, tzinfo=UTC), article="OLR 14"
    )
    caption = T("%(claimant)s v %(respondent)s", claimant="Li", respondent="Haiyun Information Technology Co., Ltd.")
    case = SimpleNamespace(
        reference="abc",
        number="(2026) Net Civ 4471",
        caption=caption,
        parties=[],
    )
    window = SimpleNamespace(reference="w1", due_at=datetime(2026, 4, 27, 15, 59, 59, tzinfo=UTC))
    act = SimpleNamespace(
        name="file_answer",
        title=T("Check your answers"),
        help=T("Write the day like 27 April 2026 or 2026-04-27."),
        page=None,
    )
    opened = SimpleNamespace(act=act, window=window, breach=None, rule=None)
    closed = SimpleNamespace(
        act=act,
        window=None,
        breach=ActNotOpen(T("The time has ended."), T("Leave this empty.")),
        rule=pack.cite("CPL 128"),
    )
    entries = [
        SimpleNamespace(
            number=n,
            words=None if n == 21 else f"Question {n} answered",
            title=T("Receipt"),
            is_hidden=n == 21,
            is_mine=n == 22,
            by=T("Entry"),
            by_name="Haiyun",
            effective_at=NOW - timedelta(days=22 - n),
        )
        for n in (22, 21, 20)
    ]
    steps = [
        FeeStep(T("At most %(most)s characters.", most=5), Money(30_000, "CNY"), "scale", "FEE 13"),
        FeeStep(T("Write this as text."), Money(-15_000, "CNY"), "half", "FEE 16"),
    ]
    return {
        "case": case,
        "act": act,
        "due": SimpleNamespace(window=window, title=T("Result"), act=opened),
        "open_acts": [opened],
        "closed_acts": [closed],
        "entries": entries,
        "reckoning": reckoning,
        "steps": steps,
        "total": Money(15_000, "CNY"),
        "now": NOW,
    }


SAMPLE = (Path(__file__).parent / "sample.html").read_text(encoding="utf-8")
"""A page with every macro on it."""


def sample(locale: str, **how: Any) -> str:
    """The sample page, rendered."""
    env = environment(locale, extra={"sample.html": SAMPLE}, **how)
    fields = wrong_fields(locale)
    return env.get_template("sample.html").render(
        fields=fields, errors=forms.summary(fields), tab="overview", **court_things()
    )
