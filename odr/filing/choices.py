"""Options of filing's forms that depend on the day or the case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import Case, Track
from odr.filing.inputs import CLAIM_PARTS, POSITIONS
from odr.filing.models import Fact
from odr.identity.actors import Actor
from odr.procedure.forms import Option, choice_source

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@choice_source("causes")
def causes(sitting: Any, case: Case | None, actor: Actor | None) -> list[Option]:
    """The causes under which a claim may be filed today, or could on the day the case was."""
    if case is None:
        today = sitting.now.astimezone(sitting.court.settings.tz).date()
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


@choice_source("facts_of_claim")
def facts_of_claim(sitting: Sitting, case: Case | None, actor: Actor) -> list[Option]:
    """Facts of a claim that is still being written: they stand in its own form, and its page gives them."""
    return []


@choice_source("facts_of_others")
def facts_of_others(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Facts that another party alleges."""
    rows = sitting.session.scalars(
        select(Fact).where(Fact.case_id == case.id, Fact.party_id != actor.party_id).order_by(Fact.number)
    )
    return [Option(fact.reference, f"{fact.number}. {fact.what}") for fact in rows]


@choice_source("claim_parts")
def claim_parts(sitting: Sitting, case: Case | None, actor: Actor | None) -> list[Option]:
    """The parts of a claim a defect may be in."""
    return [Option(value, words) for value, words in CLAIM_PARTS.items()]


@choice_source("positions")
def positions(sitting: Sitting, case: Case | None, actor: Actor | None) -> list[Option]:
    """What a respondent may say to what is asked for."""
    return [Option(value, words) for value, words in POSITIONS.items()]
