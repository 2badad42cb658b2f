"""Options of forms about appraisals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.ground.text import T
from odr.hearing.appraisal.models import Appraisal, AppraisalState
from odr.hearing.appraisal.queries import appraisals_of
from odr.identity.actors import Actor
from odr.procedure.forms.fields import Option, choice_source

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def appraisal_options(rows: Sequence[Appraisal]) -> list[Option]:
    return [
        Option(row.reference, T("%(fact)s (%(state)s)", fact=row.fact[:100], state=row.state.label)) for row in rows
    ]


@choice_source("appraisals_reported")
def appraisals_reported(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Appraisals whose report is here."""
    return appraisal_options(appraisals_of(sitting.session, case, AppraisalState.REPORTED))
