"""What is written to ask for a place, to answer such a request, and at the door."""

from __future__ import annotations

from typing import Annotated, Literal

from odr.ground.text import T
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.register.calendar.attending.models import Entered, Tie, Way
from odr.register.calendar.attending.rules import Ground


class PlaceInput(CourtModel):
    """Who asks for a place, and what they have to do with the case (CTR 9)."""

    name: Annotated[
        str,
        CourtText(2, 200, one_line=True),
        field(T("Your name, as in your identity document"), T("You show the document at the door.")),
    ]
    tie: Annotated[
        Literal["none", "relative", "interested", "press"],
        field(
            T("What do you have to do with the case?"),
            T(
                "Near relatives of a party, and people whose interest is touched, come first; the press where the rules say so."
            ),
            options={one.value: one.label for one in Tie},
            widget="radios",
        ),
    ]
    tie_words: Annotated[
        str,
        CourtText(0, 500, one_line=True),
        field(
            T("Whose relative, which interest, or for whom you report"),
            T("Only if you did not choose the first. Bring what shows it."),
        ),
    ] = ""
    is_minor: Annotated[
        bool,
        field(T("I am under age"), T("The court then decides whether you may come; say so before, not at the door.")),
    ] = False


class AnswerInput(CourtModel):
    """What the registry answers one request."""

    answer: Annotated[
        Literal["leave", "no_tie", "refuse"],
        field(
            T("What is answered?"),
            options={
                "leave": T("The minor may come"),
                "no_tie": T("The tie does not count: the request takes its turn like any other"),
                "refuse": T("Not admitted"),
            },
            widget="radios",
        ),
    ]
    ground: Annotated[
        Literal["witness", "minor", "disorder"] | None,
        field(T("If not admitted, why?"), options={one.value: one.label for one in Ground}, widget="radios"),
    ] = None
    words: Annotated[str, CourtText(5, 1000), field(T("In words, for who asked"), widget="textarea")]


class WayInput(CourtModel):
    """How the places of one hearing are given out."""

    way: Annotated[
        Literal["order", "lot"],
        field(
            T("How are the places given out?"),
            T("By lot nobody learns before the time to ask is over whether there is a place."),
            options={one.value: one.label for one in Way},
            widget="radios",
        ),
    ]


class DoorInput(CourtModel):
    """What happened at the door."""

    entered: Annotated[
        Literal["came", "turned_away"],
        field(T("At the door"), options={one.value: one.label for one in Entered}, widget="radios"),
    ]
    words: Annotated[
        str,
        CourtText(0, 500, one_line=True),
        field(T("If turned away, why"), T("For example: refused the security check.")),
    ] = ""


class ObjectionInput(CourtModel):
    """Why it is wrong that somebody is kept out."""

    words: Annotated[str, CourtText(5, 1000, one_line=True), field(T("Why is it wrong?"))]


class ObjectionAnswerInput(CourtModel):
    """What the registry answers an objection."""

    upheld: Annotated[
        Literal["yes", "no"],
        field(
            T("Is the objection right?"),
            options={
                "yes": T("Yes: the person may come"),
                "no": T("No: it stays as it is"),
            },
            widget="radios",
        ),
    ]
    answer: Annotated[str, CourtText(5, 1000, one_line=True), field(T("In words, for who objected"))]


class SendOutInput(CourtModel):
    """Why somebody of the public is sent out of a hearing."""

    words: Annotated[
        str,
        CourtText(5, 500, one_line=True),
        field(
            T("Why is this person sent out?"),
            T("They read it. The rules of the courtroom hold for who watches too."),
        ),
    ]
    ordered: Annotated[
        bool,
        field(
            T("The presiding judge warned and admonished this person in vain, and ordered them out."),
            T("Nobody but the presiding judge sends somebody out of a public hearing [CTR 19]."),
        ),
    ] = False
