"""Options of the forms of judgment that several concepts share: the parties by their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.docket.queries import parties
from odr.identity.actors import Actor
from odr.procedure.forms.fields import Option, choice_source

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@choice_source("parties_by_label")
def parties_by_label(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Everybody in the case, under the label an input uses."""
    return [Option(p.label, p.name, p.role.label) for p in parties(case)]
