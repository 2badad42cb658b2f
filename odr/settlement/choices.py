"""Options of the forms of the private room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Role
from odr.docket.queries import parties
from odr.docket.visibility import same_side
from odr.identity.actors import Actor
from odr.identity.models import Account, AccountRole, AccountState
from odr.procedure.forms import Option, choice_source
from odr.settlement.confirming import grounds
from odr.settlement.lookups import messages_for, milder
from odr.text import T

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@choice_source("settling_parties")
def settling_parties(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Everybody in the case, under the label an input uses."""
    return [Option(p.label, p.name, p.role.label) for p in parties(case)]


@choice_source("settling_others")
def settling_others(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Everybody on another side."""
    me = next((p for p in case.parties if p.id == actor.party_id), None)
    return [Option(p.label, p.name, p.role.label) for p in parties(case) if me is None or not same_side(p, me)]


@choice_source("mediators")
def mediators(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """The court's list of mediators, without anybody who is a party."""
    barred = {p.account_id for p in case.parties}
    rows = sitting.session.scalars(
        select(Account)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(
            AccountRole.role == Role.MEDIATOR, AccountRole.revoked_at.is_(None), Account.state == AccountState.ACTIVE
        )
        .order_by(Account.name)
    )
    return [Option(str(a.email), a.name) for a in rows if a.id not in barred]


@choice_source("grounds_not_to_confirm")
def grounds_not_to_confirm(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Grounds on which an agreement is not confirmed, by the rules of the case."""
    return [
        Option(key, ground.title, sitting.pack(case).cite(ground.article))
        for key, ground in grounds(sitting, case, "dismissed").items()
    ]


@choice_source("messages_in_room")
def messages_in_room(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What parties said to everybody in the room, as far as it stands in its first words."""
    found = [m for m in messages_for(sitting.session, case, actor) if m.caucus_id is None and m.party_id is not None]
    changed = milder(sitting.session, found)
    return [Option(str(m.entry_number), m.speaker, m.words[:200]) for m in found if m.id not in changed]


@choice_source("caucus")
def caucus(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """With whom one may speak alone: a party with the mediator, the mediator with each party."""
    if actor.role is Role.MEDIATOR:
        return [Option(p.label, p.name, p.role.label) for p in parties(case)]
    return [Option(p.label, T("Only the mediator reads it")) for p in parties(case) if p.id == actor.party_id]
