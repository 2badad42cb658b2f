"""Options of filing's forms, and the rows that references in them mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case, Party, Track
from odr.docket.queries import parties
from odr.filing.claim.progress import requests_of
from odr.filing.claim.queries import claims_of
from odr.filing.course.objections import request_options
from odr.filing.models import Fact, Request, RequestKind, RequestState
from odr.ground.text import Money, T
from odr.identity.actors import Actor
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.windows import window_title
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.models import Window

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

POSITIONS = {
    "admit": T("I agree to all of it"),
    "partly": T("I agree to part of it"),
    "defend": T("I do not agree"),
}


@choice_source("causes")
def causes(sitting: Any, case: Case | None, actor: Actor | None) -> list[Option]:
    """The causes under which a claim may be filed today, or could on the day the case was."""
    if case is None:
        today = sitting.today
        pack = sitting.court.packs.in_force(sitting.court.settings.pack, today)
        return [Option(key, cause.title, cause.description) for key, cause in pack.causes_on(today).items()]
    return [
        Option(key, cause.title, cause.description)
        for key, cause in sitting.pack(case).causes_on(case.filed_on).items()
    ]


@choice_source("tracks")
def tracks(sitting: Sitting, case: Case, actor: Actor | None) -> list[Option]:
    """The procedures the case's pack knows."""
    return [Option(track.value, track.label) for track in Track if track.value in sitting.pack(case).tracks.list]


@choice_source("fact_number")
def fact_numbers(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """The numbered facts of the pleadings, by their numbers."""
    rows = sitting.session.scalars(select(Fact).where(Fact.case_id == case.id).order_by(Fact.number))
    return [Option(str(fact.number), f"{fact.number}. {fact.what[:160]}") for fact in rows]


@choice_source("positions")
def positions(sitting: Sitting, case: Case | None, actor: Actor | None) -> list[Option]:
    """What a respondent may say to what is asked for."""
    return [Option(value, words) for value, words in POSITIONS.items()]


WAITING = {
    "withdrawals": RequestKind.WITHDRAWAL,
    "jurisdiction_objections": RequestKind.JURISDICTION,
    "challenges": RequestKind.RECUSAL,
    "extensions": RequestKind.TIME,
    "rebuttal_times": RequestKind.REBUTTAL,
    "latenesses": RequestKind.LATENESS,
    "identity_requests": RequestKind.IDENTITY,
    "joinders": RequestKind.JOINDER,
    "jurisdiction_appeals": RequestKind.APPEAL,
    "ruling_appeals": RequestKind.RULING_APPEAL,
    "complaints": RequestKind.COMPLAINT,
    "dispositions": RequestKind.DISPOSITION,
    "procedure_objections": RequestKind.PROCEDURE,
    "legal_aids": RequestKind.LEGAL_AID,
    "new_claims": RequestKind.NEW_CLAIM,
}
"""Source of options → requests of that kind that wait."""

REFERENCES = {
    "withdrawal": RequestKind.WITHDRAWAL,
    "jurisdiction_objection": RequestKind.JURISDICTION,
    "challenge": RequestKind.RECUSAL,
    "extension": RequestKind.TIME,
    "rebuttal_time": RequestKind.REBUTTAL,
    "lateness": RequestKind.LATENESS,
    "identity_request": RequestKind.IDENTITY,
    "joinder": RequestKind.JOINDER,
    "jurisdiction_appeal": RequestKind.APPEAL,
    "ruling_appeal": RequestKind.RULING_APPEAL,
    "complaint": RequestKind.COMPLAINT,
    "disposition": RequestKind.DISPOSITION,
    "procedure_objection": RequestKind.PROCEDURE,
    "legal_aid": RequestKind.LEGAL_AID,
    "new_claim": RequestKind.NEW_CLAIM,
}
"""Kind of a reference → requests it may lead to."""


def _waiting(kind: RequestKind) -> Callable[[Any, Any, Any], list[Option]]:
    def source(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
        """Requests of the kind that wait for a decision."""
        return request_options(sitting, case, requests_of(sitting, case, kind))

    return source


for _name, _kind in WAITING.items():
    choice_source(_name)(_waiting(_kind))


def window_named(sitting: Sitting, case: Case, window: Window) -> Option:
    return Option(
        window.reference,
        T("%(title)s, until %(at)s", title=window_title(sitting, case, window), at=window.due_at)
        if window.due_at
        else window_title(sitting, case, window),
    )


@choice_source("all_parties")
def all_parties(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Everybody whose rights the case decides."""
    return [Option(p.reference, T("%(name)s, %(role)s", name=p.name, role=p.role.label)) for p in parties(case)]


@choice_source("claims")
def claims(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Claims that stand, with whose they are."""
    names = {p.id: p for p in case.parties}
    rows = [(c, names[c.party_id]) for c in claims_of(sitting.session, case) if c.party_id in names]
    return [
        Option(
            c.reference,
            T(
                "%(name)s, %(role)s: %(amount)s",
                name=p.name,
                role=p.role.label,
                amount=Money(c.amount_minor, c.currency),
            ),
        )
        for c, p in rows
    ]


def find_request(kind: RequestKind) -> Callable[[Any, Case, Actor, str], Request | None]:
    """A resolver of requests of one kind; a decided challenge too, since it may be reviewed."""

    def find(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Request | None:
        """The request if it waits, or is the party's own."""
        row: Request | None = sitting.session.scalar(
            select(Request).where(Request.case_id == case.id, Request.reference == reference, Request.kind == kind)
        )
        waits = row is not None and (
            row.state is RequestState.ASKED or (actor.role in PARTY_ROLES and row.party_id == actor.party_id)
        )
        return row if waits else None

    return find


@resolver("party")
def find_party(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Party | None:
    """A party of the case."""
    return next((p for p in case.parties if p.reference == reference and p.left_at is None), None)


for _reference, _request in REFERENCES.items():
    resolver(_reference)(find_request(_request))
