"""What a judgment says of a natural person beside the name: sex and day of birth, as their document has it (the form of
civil judgments of 2016). Their own side and the court read it before, and no publication does (JDP 10).
"""

from __future__ import annotations

import enum
from datetime import date
from typing import TYPE_CHECKING

from odr.docket.models import Case, Party, PartyKind
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.procedure.forms.inputs import field
from odr.procedure.papers.form import PERSON, VERIFIED, verified_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

BESIDE = "beside"
"""Under what is kept what a party said otherwise than the registry verified."""


class Sex(enum.Enum):
    """As the document says."""

    FEMALE = "female"
    MALE = "male"

    @property
    def label(self) -> Text:
        """The word."""
        return {Sex.FEMALE: T("Female"), Sex.MALE: T("Male")}[self]


SEX = field(T("Sex, as on the document"), T("Of a person only. It stands in the judgment."))
BORN = field(
    T("Day of birth, as on the document"),
    T("Of a person only. It stands in the judgment; what is published says the year at most."),
)


class Told(enum.Enum):
    """What became of what was said of a person."""

    NOTHING = "nothing"  # nothing was said
    KEPT = "kept"
    BESIDE = "beside"  # the registry verified otherwise: that stands until it looks again


def note_person(
    sitting: Sitting,
    case: Case,
    party: Party,
    sex: Sex | None,
    born_on: date | None,
    *,
    own: bool = True,
    verified: bool = False,
) -> Told:
    """Keep what is said of a person, and what was said before of what is not said now; gives what became of it.

    What the registry ``verified`` is replaced by the registry alone: a party that says otherwise is kept beside it.
    Raises InvalidInput of a company, of papers that are somebody else's, and for a day nobody living was born on.
    """
    if sex is None and born_on is None:
        return Told.NOTHING
    where = "born_on" if born_on is not None else "sex"
    if party.kind is not PartyKind.PERSON or not own:
        raise InvalidInput.at(where, T("Only of a person, from their own document: leave it empty."))
    today = sitting.today
    if born_on is not None and born_on > today:
        raise InvalidInput.at("born_on", T("Nobody who is a party here was born on this day."))
    said = {"sex": sex.value if sex else None, "born_on": born_on.isoformat() if born_on else None}
    kept = {key: value for key, value in said.items() if value is not None}
    before = party.details.get(PERSON, {})
    seen = verified_of(party.details)
    entry = sitting.next_number(case)
    beside = {} if verified else {key: value for key, value in kept.items() if seen.get(key, value) != value}
    stands = {key: value for key, value in kept.items() if key not in beside}
    told = {key: value for key, value in before.get(BESIDE, {}).items() if key not in kept} | beside
    now = {**before, **stands, "entry": entry if stands else before["entry"], BESIDE: told}
    if verified:
        now[VERIFIED] = sorted({*seen, *kept})
    if not told:
        del now[BESIDE]
    party.details = {**party.details, PERSON: now}
    return Told.BESIDE if beside else Told.KEPT
