"""Options of the forms of the private room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.docket.queries import parties
from odr.docket.visibility import same_side
from odr.identity.actors import Actor
from odr.procedure.forms.fields import Option, choice_source

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@choice_source("settling_parties")
def settling_parties(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Everybody in the case, under the label an input uses."""
    return [Option(p.label, p.name, case.role_words(p)) for p in parties(case)]


@choice_source("settling_others")
def settling_others(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Everybody on another side."""
    me = case.party_if_any(actor.party_id)
    return [Option(p.label, p.name, case.role_words(p)) for p in parties(case) if me is None or not same_side(p, me)]
