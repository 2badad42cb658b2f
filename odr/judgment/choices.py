"""Options of the forms of judgment."""

from __future__ import annotations

from typing import Any

from odr.docket.models import Case
from odr.docket.queries import parties
from odr.identity.actors import Actor
from odr.judgment.file import ExhibitOnFile, case_file
from odr.judgment.kinds import AppealState, MotionState
from odr.judgment.lookups import motions_of, obligations_of, party_with, petitions_of, reliefs_by_key, unconfirmed
from odr.procedure.forms import Option, choice_source
from odr.text import Money, T


@choice_source("finding_subjects")
def finding_subjects(court: Any, case: Case, actor: Actor) -> list[Option]:
    """Exhibits and facts on which something can be found."""
    return [
        Option(i.subject, f"{i.label} {i.exhibit.title}" if isinstance(i, ExhibitOnFile) else f"{i.label}. {i.fact.what}") for i in case_file(court, case).items
    ]


@choice_source("exhibits_examined")
def exhibits_examined(court: Any, case: Case, actor: Actor) -> list[Option]:
    """Exhibits that were open to cross-examination."""
    return [Option(e.label, f"{e.label} {e.exhibit.title}") for e in case_file(court, case).exhibits if e.examined]


@choice_source("reliefs_asked")
def reliefs_asked(court: Any, case: Case, actor: Actor) -> list[Option]:
    """What was asked for, by claim and number."""
    return [
        Option(key, f"{r.number}. {r.what}", str(Money(r.amount_minor, r.currency or c.currency)) if r.amount_minor else None)
        for key, (c, r) in reliefs_by_key(court.session, case).items()
    ]


@choice_source("parties_by_label")
def parties_by_label(court: Any, case: Case, actor: Actor) -> list[Option]:
    """Everybody in the case, under the label an input uses."""
    return [Option(p.label, p.name, p.role.label) for p in parties(case)]


@choice_source("open_motions")
def open_motions(court: Any, case: Case, actor: Actor) -> list[Option]:
    """Motions that wait for a ruling."""
    return [Option(m.reference, m.kind.label, m.asks) for m in motions_of(court.session, case, MotionState.OPEN)]


@choice_source("appeals_of_others")
def appeals_of_others(court: Any, case: Case, actor: Actor) -> list[Option]:
    """Appeals that another party filed."""
    found = petitions_of(court.session, case, AppealState.FILED, AppealState.ANSWERED)
    names = {p.id: p.name for p in case.parties}
    return [Option(p.reference, T("Appeal of %(name)s", name=names[p.party_id]), p.asks) for p in found if p.party_id != actor.party_id]


def _obligation_words(case: Case, obligation: Any) -> str:
    debtor = party_with(case, obligation.debtor_id)
    what = str(obligation.amount) if obligation.amount else obligation.what or ""
    return f"{debtor.name if debtor else ''}: {what} ({obligation.due_on.isoformat()})"


@choice_source("open_obligations")
def open_obligations(court: Any, case: Case, actor: Actor) -> list[Option]:
    """What is still owed, as far as it concerns the one who asks."""
    mine = (None, actor.party_id)
    rows = [o for o in obligations_of(court.session, case) if o.done_at is None]
    return [Option(o.reference, _obligation_words(case, o)) for o in rows if actor.party_id is None or o.debtor_id in mine or o.creditor_id in mine]


@choice_source("reported_obligations")
def reported_obligations(court: Any, case: Case, actor: Actor) -> list[Option]:
    """Performance that a debtor reported and the creditor has not answered."""
    rows = [o for o in obligations_of(court.session, case) if unconfirmed(court.session, o)]
    return [Option(o.reference, _obligation_words(case, o)) for o in rows if o.creditor_id == actor.party_id]
