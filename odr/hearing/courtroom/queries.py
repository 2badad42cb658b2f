"""How references in inputs become rows, each found through what the actor may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.hearing.models import Motion
from odr.hearing.queries import row_named
from odr.identity.actors import Actor
from odr.procedure.acts.resolvers import resolver

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@resolver("motion")
def find_motion(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Motion | None:
    """A motion about the way the hearing is held."""
    return row_named(sitting, case, Motion, reference)
