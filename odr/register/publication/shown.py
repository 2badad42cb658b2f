"""What the pages of publication show: texts in pieces, candidates in groups, the account of a month. No flask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import Case, Role
from odr.ground.text import T, Text
from odr.identity.models import Account
from odr.procedure.rules.pack import RulePack
from odr.procedure.rules.redaction import Private
from odr.register.publication.models import Publication, PublicationObjection, PublicationState
from odr.register.publication.redacting import OBJECTED, Redaction
from odr.register.redaction.apply import apply
from odr.register.redaction.known import Candidate, Choice, Source, Standing
from odr.register.redaction.structure import Block, MarkKind, PublicText

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

THINGS: dict[Private, Text] = {
    Private.PERSON: T("Name of a person"),
    Private.ORGANISATION: T("Name of an organisation"),
    Private.ADDRESS: T("Address"),
    Private.PHONE: T("Telephone number"),
    Private.EMAIL: T("E-mail address"),
    Private.ID_NUMBER: T("Identity or licence number"),
    Private.BANK_ACCOUNT: T("Bank account"),
    Private.PLATE: T("Number plate"),
    Private.TITLE_DEED: T("Number of a title deed"),
    Private.ACCOUNT: T("Account name on a platform"),
    Private.URL: T("Address of a web page"),
    Private.BIRTH_DATE: T("Date of birth"),
    Private.ORDER_NUMBER: T("Number of an order, parcel or payment"),
    Private.HEALTH: T("State of health"),
    Private.TRADE_SECRET: T("Trade secret"),
    Private.PRIVACY: T("Private life"),
    Private.INVESTIGATION: T("Technical investigation"),
    Private.OTHER: T("Something else that is private"),
}
FOUND_BY: dict[Source, Text] = {
    Source.DOCKET: T("Known from the docket"),
    Source.PATTERN: T("A pattern of signs"),
    Source.CONTEXT: T("The words around it"),
    Source.MODEL: T("The names model"),
    Source.PERSON: T("Somebody pointed at it"),
}


ROLES: dict[str, Text] = {role.value: role.label for role in Role} | {
    "representative": T("acts for a party"),
    "shop": T("shop of the claim"),
    "outsider": T("somebody outside who objects to the enforcement"),
    "guarantor": T("gave security in the enforcement"),
    "successor": T("named as debtor in the enforcement"),
}
"""Who somebody is whom the docket knows."""


@dataclass(frozen=True)
class Piece:
    """Some signs of a text: plain, or with what was done there. ``number`` is the candidate's; ``is_open`` while nobody decided."""

    words: str
    how: str = ""  # "", "replaced", "cut", "candidate"
    number: int | None = None
    is_open: bool = False


@dataclass(frozen=True)
class Pair:
    """A block of the original beside its public words."""

    place: int
    part: str
    original: tuple[tuple[Piece, ...], ...]
    public: tuple[tuple[Piece, ...], ...]
    touched: bool


@dataclass(frozen=True)
class Group:
    """A candidate with all its places, as the desk lists it."""

    number: int
    surface: str
    thing: Text
    what: Text | str
    found_by: Text
    places: int
    blocks: tuple[int, ...]
    replacement: str
    article: str
    provisional: bool
    standing: str
    choice: str | None


def today(sitting: Sitting, case: Case) -> date:
    """Today where the court is."""
    return sitting.now.astimezone(sitting.pack(case).tz).date()


def deadline_article(sitting: Sitting, case: Case) -> Text | None:
    """The article of the deadline, in words."""
    rules, pack = sitting.pack(case).publication, sitting.pack(case)
    return pack.cite(str(rules.deadline_article)) if rules is not None and rules.deadline_article is not None else None


def _marked(block: Block) -> tuple[tuple[Piece, ...], ...]:
    found = []
    for cell, words in enumerate(block.cells):
        pieces, at = [], 0
        for mark in sorted(m for m in block.marks if m.cell == cell):
            pieces += [Piece(words[at : mark.start])] if mark.start > at else []
            pieces.append(Piece(words[mark.start : mark.end], "cut" if mark.kind is MarkKind.CUT else "replaced"))
            at = mark.end
        found.append((*pieces, *([Piece(words[at:])] if words[at:] else [])))
    return tuple(found)


def pairs_of(redaction: Redaction, public: PublicText | None = None) -> list[Pair]:
    """Every block of the original beside the public one; where a candidate is open its own words still stand there."""
    made = public if public is not None else _so_far(redaction)
    waiting = set(redaction.open)
    pairs = []
    for place, (block, other) in enumerate(zip(redaction.original.blocks, made.blocks, strict=True)):
        here = [one for one in redaction.candidates if one.block == place and one.choice is not Standing.KEPT]
        original = tuple(
            tuple(_numbered(words, [one for one in here if one.cell == cell], waiting))
            for cell, words in enumerate(block.cells)
        )
        pairs.append(Pair(place, block.role.value, original, _marked(other), bool(here)))
    return pairs


def _so_far(redaction: Redaction) -> PublicText:
    choices = {**redaction.choices, **dict.fromkeys(redaction.open, Choice.LEAVE)}
    return apply(redaction.original, redaction.candidates, choices)


def _numbered(words: str, here: Sequence[Candidate], waiting: set[int]) -> Iterator[Piece]:
    at = 0
    for one in sorted(here, key=lambda each: each.start):
        if one.start > at:
            yield Piece(words[at : one.start])
        yield Piece(words[one.start : one.end], "candidate", one.number, one.number in waiting)
        at = one.end
    if words[at:]:
        yield Piece(words[at:])


def groups_of(redaction: Redaction) -> dict[str, list[Group]]:
    """Candidates for the desk: what is open first, then what has a proposal, then what is fixed and what is always shown."""
    found: dict[str, list[Group]] = {"open": [], "decide": [], "fixed": [], "kept": []}
    for number, places in redaction.groups.items():
        group = _group(number, places, redaction.choices.get(number))
        if group.standing in ("fixed", "kept"):
            found[group.standing].append(group)
        elif number in redaction.open:
            found["open"].append(group)
        else:
            found["decide"].append(group)
    return found


def _group(number: int, places: Sequence[Candidate], choice: Choice | None) -> Group:
    first = places[0]
    standing = "open" if any(one.choice is Standing.OPEN for one in places) else first.choice.value
    default = None if standing == "open" else first.by_default
    chosen = choice or default
    return Group(
        number,
        first.surface,
        THINGS[first.kind],
        "" if first.what == OBJECTED else ROLES.get(first.what, first.what),
        FOUND_BY[first.source],
        len(places),
        tuple(sorted({one.block for one in places})),
        first.replacement,
        first.article,
        first.provisional,
        standing,
        chosen.value if chosen is not None else None,
    )


@dataclass(frozen=True)
class Hand:
    """Somebody through whose hands the text goes, and whether it has."""

    state: str  # "done" | "now" | "later"
    title: Text
    more: Text | str | None = None


def hands_of(sitting: Sitting, case: Case, row: Publication) -> list[Hand]:
    """The way of a text: found by the machine, decided by the clerk, open to objections, approved, published."""
    windows = sitting.windows(case, "publication_objection", state=None, subject=row.reference)
    is_open = bool(sitting.windows(case, "publication_objection", subject=row.reference))
    proposed, approved = row.state in (S.PROPOSED, S.APPROVED, S.PUBLISHED), row.state in (S.APPROVED, S.PUBLISHED)
    until = max((w.due_at for w in windows if w.due_at is not None), default=None)
    return [
        Hand("done", T("The machine proposes"), T("By the rules of the pack; what nobody knows is left open.")),
        Hand(
            "done" if proposed else "now",
            T("The clerk decides each candidate"),
            _who(sitting, row.proposed_by) if proposed and row.proposed_by else None,
        ),
        Hand(
            "done" if windows and not is_open else "now" if is_open else "later",
            T("The parties can object"),
            T("Until %(day)s", day=until) if until is not None else None,
        ),
        Hand(
            "done" if approved else "now" if proposed and not is_open else "later",
            T("The judge approves; not the person who ticked"),
            _who(sitting, row.approved_by) if approved and row.approved_by else None,
        ),
        Hand(
            "done" if row.state is S.PUBLISHED else "now" if row.state is S.APPROVED else "later",
            T("Published and anchored, all formats at once"),
        ),
    ]


S = PublicationState


def _who(sitting: Sitting, account_id: int | None) -> str:
    account = sitting.session.get(Account, account_id) if account_id is not None else None
    return account.name if account is not None else ""


def objections_of(sitting: Sitting, case: Case, row: Publication) -> list[tuple[str, PublicationObjection]]:
    """Who objected to what."""
    found = sitting.session.scalars(
        select(PublicationObjection)
        .where(PublicationObjection.publication_id == row.id)
        .order_by(PublicationObjection.id)
    )
    return [(case.name_of(one.party_id), one) for one in found]


@dataclass(frozen=True)
class Masked:
    """What was replaced or cut, by kind of thing and rule."""

    what: Text
    things: int
    places: int
    is_cut: bool
    article: Text
    provisional: bool


def masked_of(pack: RulePack, masked: Sequence[Mapping[str, Any]]) -> list[Masked]:
    """The table of what was replaced and cut."""
    return [
        Masked(
            THINGS[Private(one["what"])],
            one["things"],
            one["places"],
            one["how"] == MarkKind.CUT.value,
            pack.cite(one["article"]),
            one["provisional"],
        )
        for one in masked
    ]
