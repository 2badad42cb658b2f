"""The undertaking to tell the truth: the same words for a witness, and for a party questioned in person (EV 65, 71)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from odr.docket.models import Case
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.forms.inputs import CourtModel, field

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

UNDERTAKING = (
    T("I shall state what I know truthfully, and conceal, distort, add and leave out nothing."),
    T("If I state what is false, I accept that the court fines or detains me; what is a crime is prosecuted."),
)
"""What somebody undertakes who is heard, with what follows from a false statement; a witness's undertaking says what a party's says (EV
65, 71).
"""


class UndertakingInput(CourtModel):
    """The undertaking to tell the truth (EV 65, 71)."""

    promise: Annotated[
        Literal["yes"],
        field(T("I shall tell the truth, and I know what follows if I do not"), options={"yes": T("I promise it")}),
    ]


def undertaking_words(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """The undertaking, as it is read before it is signed and aloud in the hearing."""
    return list(UNDERTAKING)
