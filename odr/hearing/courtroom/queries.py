"""Finding the rows of the courtroom that a reference in an input means, as far as the actor may see them."""

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
