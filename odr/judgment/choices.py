"""Options of the forms of judgment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odr.docket.models import Case
from odr.docket.queries import parties
from odr.identity.actors import Actor
from odr.judgment.before_claim import claims_that_follow
from odr.judgment.duty import judges
from odr.judgment.file import ExhibitOnFile, case_file
from odr.judgment.kinds import PRESERVATIONS, AppealState, MotionState, PreservationState
from odr.judgment.lookups import (
    evidence_to_preserve,
    motions_of,
    obligations_of,
    party_with,
    petitions_of,
    preservations_of,
    reliefs_by_key,
    unconfirmed,
)
from odr.judgment.models import Motion, Preservation
from odr.procedure.forms import Option, choice_source
from odr.text import Money, T

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@choice_source("finding_subjects")
def finding_subjects(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Exhibits and facts on which something can be found."""
    return [
        Option(
            i.subject, f"{i.label} {i.exhibit.title}" if isinstance(i, ExhibitOnFile) else f"{i.label}. {i.fact.what}"
        )
        for i in case_file(sitting, case).items
    ]


@choice_source("findings_waiting")
def findings_waiting(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Exhibits that were open to cross-examination, and facts, on which nothing is found yet."""
    waiting = [i for i in case_file(sitting, case).unfinished if not isinstance(i, ExhibitOnFile) or i.examined]
    return [
        Option(
            i.subject, f"{i.label} {i.exhibit.title}" if isinstance(i, ExhibitOnFile) else f"{i.label}. {i.fact.what}"
        )
        for i in waiting
    ]


@choice_source("exhibits_examined")
def exhibits_examined(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Exhibits that were open to cross-examination."""
    return [
        Option(e.label, f"{e.label} {e.exhibit.title}")
        for e in case_file(sitting, case).exhibits
        if e.examined and not e.ungrounded
    ]


@choice_source("reliefs_asked")
def reliefs_asked(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What was asked for, by claim and number."""
    return [
        Option(
            key,
            f"{r.number}. {r.what}",
            str(Money(r.amount_minor, r.currency or c.currency)) if r.amount_minor else None,
        )
        for key, (c, r) in reliefs_by_key(sitting.session, case).items()
    ]


@choice_source("parties_by_label")
def parties_by_label(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Everybody in the case, under the label an input uses."""
    return [Option(p.label, p.name, p.role.label) for p in parties(case)]


@choice_source("open_motions")
def open_motions(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Motions that wait for a ruling."""
    open_ones = motions_of(sitting.session, case, MotionState.OPEN)
    return [Option(m.reference, m.kind.label, m.asks) for m in open_ones if m.kind not in PRESERVATIONS]


@choice_source("open_preservations")
def open_preservations(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Applications for preservation that wait for a ruling."""
    open_ones = motions_of(sitting.session, case, MotionState.OPEN)
    return [Option(m.reference, m.asks, m.grounds) for m in open_ones if m.kind in PRESERVATIONS]


def _preservations(sitting: Sitting, case: Case, unsecured: bool) -> list[tuple[Option, Preservation]]:
    rows = [
        p
        for p in preservations_of(sitting.session, case, PreservationState.ORDERED)
        if p.waits_for_security is unsecured
    ]
    return [
        (
            Option(
                p.reference, sitting.session.get_one(Motion, p.motion_id).asks, str(p.security) if p.security else None
            ),
            p,
        )
        for p in rows
    ]


@choice_source("unsecured_preservations")
def unsecured_preservations(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Preservations that wait for security."""
    return [option for option, _ in _preservations(sitting, case, True)]


@choice_source("ready_preservations")
def ready_preservations(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Preservations of property or conduct that can be carried out."""
    return [
        option
        for option, row in _preservations(sitting, case, False)
        if evidence_to_preserve(sitting.session, row) is None
    ]


@choice_source("ready_evidence_preservations")
def ready_evidence_preservations(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Evidence that can be preserved now."""
    return [
        option
        for option, row in _preservations(sitting, case, False)
        if evidence_to_preserve(sitting.session, row) is not None
    ]


@choice_source("appeals_of_others")
def appeals_of_others(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Appeals that another party filed."""
    found = petitions_of(sitting.session, case, AppealState.FILED, AppealState.ANSWERED)
    names = {p.id: p.name for p in case.parties}
    return [
        Option(p.reference, T("Appeal of %(name)s", name=names[p.party_id]), p.asks)
        for p in found
        if p.party_id != actor.party_id
    ]


@choice_source("retrial_grounds")
def retrial_grounds(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Grounds on which a binding decision is heard again, by the rules of the case."""
    rules = sitting.pack(case).retrial
    return [
        Option(key, ground.title, sitting.pack(case).cite(ground.article))
        for key, ground in (rules.grounds if rules else {}).items()
    ]


def _obligation_words(case: Case, obligation: Any) -> str:
    debtor = party_with(case, obligation.debtor_id)
    what = str(obligation.amount) if obligation.amount else obligation.what or ""
    return f"{debtor.name if debtor else ''}: {what} ({obligation.due_on.isoformat()})"


@choice_source("open_obligations")
def open_obligations(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What is still owed, as far as it concerns the one who asks."""
    mine = (None, actor.party_id)
    rows = [o for o in obligations_of(sitting.session, case) if o.done_at is None]
    return [
        Option(o.reference, _obligation_words(case, o))
        for o in rows
        if actor.party_id is None or o.debtor_id in mine or o.creditor_id in mine
    ]


@choice_source("reported_obligations")
def reported_obligations(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Performance that a debtor reported and the creditor has not answered."""
    rows = [o for o in obligations_of(sitting.session, case) if unconfirmed(sitting.session, o)]
    return [Option(o.reference, _obligation_words(case, o)) for o in rows if o.creditor_id == actor.party_id]


@choice_source("claims_that_follow")
def claims_following(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """The applicant's claims against the same side, filed since."""
    return [Option(c.reference, c.number or c.caption, c.caption) for c in claims_that_follow(sitting.session, case)]


@choice_source("judges_of_the_court")
def judges_of_the_court(sitting: Sitting, case: Case | None, actor: Actor | None) -> list[Option]:
    """Judges in office."""
    return [Option(str(j.id), j.name) for j in judges(sitting.session)]
