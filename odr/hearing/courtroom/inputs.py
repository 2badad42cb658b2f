"""What is given to fix a hearing at one hour: with the summons, or by the judge who opens the examination."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from odr.ground.text import T
from odr.hearing.courtroom.calendar.diary import LONGEST
from odr.hearing.vocabulary import Mode
from odr.procedure.forms.hours import CourtHour
from odr.procedure.forms.inputs import Choice, CourtDate, CourtModel, CourtText, field

Minutes = Annotated[
    int,
    Field(ge=10, le=LONGEST),
    field(T("How many minutes does it take?"), T("Judge, room and everybody called are kept free so long.")),
]
"""How long a hearing is to take."""
OwnVideo = Annotated[
    bool,
    field(
        T("By the court’s own video"),
        T("Everybody enters from the case; the court records. Nobody needs another program."),
    ),
]
"""Whether a hearing is held in the court's own media room."""
AllTheSame = Annotated[
    bool,
    field(
        T("Fix it all the same"),
        T("Only where the court has said that somebody has another hearing then, or that the hour is unusual."),
    ),
]
"""Whether an hour is taken that the calendar asked about."""


class SummonInput(CourtModel):
    """A hearing with everybody at the same time, and the call to it."""

    mode: Annotated[Mode, Choice(Mode), field(T("How is it held?"))]
    on: Annotated[CourtDate, field(T("Day"))]
    at: Annotated[str, CourtHour(), field(T("Hour"), T("For example 09:30."))]
    length: Minutes = 60
    place: Annotated[str, CourtText(2, 300), field(T("Courtroom, or address of the video room"))]
    here: OwnVideo = False
    gap: Annotated[
        Literal["", "agreed", "force_majeure"],
        field(
            T("More than a month after the last hearing"),
            T("Only where the parties agree or force majeure left no earlier day [EXT 5]."),
            options={"": T("It is not"), "agreed": T("The parties agree"), "force_majeure": T("Force majeure")},
        ),
    ] = ""
    closed_doors: Annotated[bool, field(T("Closed to the public, by the judge’s order"))] = False
    despite: AllTheSame = False
