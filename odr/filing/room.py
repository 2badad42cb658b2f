"""What the filing room brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import Case
from odr.filing import acts
from odr.filing.models import Fact
from odr.identity.actors import Actor
from odr.procedure.hooks import Room

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def find_fact(court: Sitting, case: Case, actor: Actor, reference: str) -> Fact | None:
    """A numbered fact of the case."""
    return court.session.scalar(select(Fact).where(Fact.case_id == case.id, Fact.reference == reference))


def on_served(court: Sitting, case: Case, facts: Mapping[str, Any]) -> None:
    """A party was served: with the claim, its windows start; the court's own window to serve is met."""
    if facts["occasion"] == "claim":
        acts.start_answer(court, case, facts["party"], facts["at"], facts["proof"])


ROOM = Room(
    name="filing",
    acts=("odr.filing.acts", "odr.filing.choices"),
    routes=("odr.filing.routes:filing",),
    on_lapse={"registry_review": acts.accept_first, "correction": acts.not_corrected},
    on_event={"served": on_served},
    resolvers={"fact": find_fact},
)
