"""What is given to ask for an inspection, to fix one, and to record it (CPL 83; CPI 124; EV 20, 43)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from odr.evidence.inspections.models import InspectionManner, OwnGround
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T
from odr.procedure.forms.hours import CourtHour
from odr.procedure.forms.inputs import Choice, CourtDate, CourtModel, CourtText, RefTo, field

FILL_IN = T("Fill this in.")
Manner = Annotated[InspectionManner, Choice(InspectionManner), field(T("How is it looked at?"), widget="radios")]
What = Annotated[
    str,
    CourtText(1, 1000),
    field(
        T("What is to be looked at?"), T("The thing, place, account or page, as exactly as you can."), widget="textarea"
    ),
]
Where = Annotated[
    str,
    CourtText(1, 1000),
    field(
        T("Where is it?"),
        T("The place, or the web address, account or device, and who has access to it."),
        widget="textarea",
    ),
]
Shows = Annotated[
    str, CourtText(1, 1000), field(T("Which fact is it to show, and why does that matter?"), widget="textarea")
]
About = Annotated[
    str | None,
    RefTo("exhibit"),
    field(
        T("Exhibit that shows it"),
        T("Where a copy, picture or film of it is in the case [EV 12, 13]."),
        choices="exhibit",
    ),
]
Inspectors = Annotated[
    str,
    CourtText(3, 1000),
    field(
        T("Who inspects"),
        T("Name and office, one to a line; at least two, one of whom writes the record. An expert who takes part too."),
        widget="textarea",
    ),
]
Reasons = Annotated[str, CourtText(1, 8000), field(T("Reasons"), widget="textarea")]


class AskInspectionInput(CourtModel):
    """What the court is to look at, and why (EV 20)."""

    manner: Manner
    what: What
    place: Where
    exhibit: About = None
    fact: Shows
    grounds: Annotated[
        str,
        CourtText(1, 4000),
        field(
            T("Why?"),
            T("Why a copy, picture or film does not do, and what may be done to it meanwhile."),
            widget="textarea",
        ),
    ]


def require(model: CourtModel, *names: str) -> None:
    """Raise InvalidInput for what is left out although the answer needs it."""
    missing = [FieldFault((name,), FILL_IN) for name in names if getattr(model, name) in (None, "")]
    if missing:
        raise InvalidInput(missing)


Invited = Annotated[
    str | None,
    CourtText(0, 1000),
    field(
        T("Whom the court invites to be there"),
        T("Of the local organisation, or of the unit of a party. On site somebody is always invited."),
        widget="textarea",
    ),
]
Care = Annotated[
    str | None,
    CourtText(0, 1000),
    field(
        T("How others’ privacy and dignity are kept"),
        T("For example: other customers’ names are covered before the screen is shared."),
        widget="textarea",
    ),
]


class InspectionRulingInput(CourtModel):
    """The ruling on a request for an inspection; what it fixes is needed where it is granted."""

    inspection: Annotated[str, RefTo("inspection"), field(T("Request"), choices="inspections_asked")]
    answer: Annotated[
        Literal["allow", "refuse"],
        field(T("Result of the ruling"), options={"allow": T("Granted"), "refuse": T("Not granted")}, widget="radios"),
    ]
    on: Annotated[CourtDate | None, field(T("Day"))] = None
    at: Annotated[str | None, CourtHour(), field(T("Hour"), T("For example 09:30."))] = None
    manner: Annotated[
        InspectionManner | None, Choice(InspectionManner), field(T("How is it looked at?"), widget="radios")
    ] = None
    place: Annotated[
        str | None,
        CourtText(0, 1000),
        field(T("Where everybody meets"), T("The place, or how one joins online."), widget="textarea"),
    ] = None
    inspectors: Annotated[
        str | None,
        CourtText(0, 1000),
        field(
            T("Who inspects"),
            T(
                "Name and office, one to a line; at least two, one of whom writes the record. An expert who takes part too."
            ),
            widget="textarea",
        ),
    ] = None
    invited: Invited = None
    care: Care = None
    reasons: Reasons

    @model_validator(mode="after")
    def _fixes_everything(self) -> InspectionRulingInput:
        if self.answer == "allow":
            require(self, "on", "at", "manner", "place", "inspectors")
        return self


class OwnInspectionInput(CourtModel):
    """An inspection that the court orders of its own motion, with the ground that lets it (CPI 96, 124)."""

    ground: Annotated[
        OwnGround, Choice(OwnGround), field(T("Why may the court do so without being asked?"), widget="radios")
    ]
    exhibit: About = None
    what: What
    fact: Shows
    on: Annotated[CourtDate, field(T("Day"))]
    at: Annotated[str, CourtHour(), field(T("Hour"), T("For example 09:30."))]
    manner: Manner
    place: Annotated[
        str,
        CourtText(1, 1000),
        field(T("Where everybody meets"), T("The place, or how one joins online."), widget="textarea"),
    ]
    inspectors: Inspectors
    invited: Invited = None
    care: Care = None
    reasons: Reasons

    @model_validator(mode="after")
    def _names_what_was_brought(self) -> OwnInspectionInput:
        if self.ground is OwnGround.BROUGHT:
            require(self, "exhibit")
        return self


class ChangeInspectionInput(CourtModel):
    """Another hour for an inspection, or that it is not held."""

    inspection: Annotated[str, RefTo("inspection"), field(T("Inspection"), choices="inspections_fixed")]
    answer: Annotated[
        Literal["move", "call_off"],
        field(
            T("What becomes of it?"),
            options={"move": T("It is held at another hour"), "call_off": T("It is not held")},
            widget="radios",
        ),
    ]
    on: Annotated[CourtDate | None, field(T("New day"))] = None
    at: Annotated[str | None, CourtHour(), field(T("New hour"), T("For example 09:30."))] = None
    place: Annotated[
        str | None,
        CourtText(0, 1000),
        field(T("Where everybody meets"), T("If you write nothing, where it was to be."), widget="textarea"),
    ] = None
    reasons: Annotated[str, CourtText(1, 2000), field(T("Reasons"), widget="textarea")]

    @model_validator(mode="after")
    def _has_an_hour(self) -> ChangeInspectionInput:
        if self.answer == "move":
            require(self, "on", "at")
        return self


class InspectionNoteInput(CourtModel):
    """What a party explains for an inspection, or asks the court to mind (EV 43)."""

    inspection: Annotated[str, RefTo("inspection"), field(T("Inspection"), choices="inspections_fixed")]
    words: Annotated[
        str,
        CourtText(1, 4000),
        field(T("What do you explain, or what shall the court look at with care?"), widget="textarea"),
    ]


class Drawing(CourtModel):
    """A drawing of the place, with what it has to state (EV 43)."""

    drawn_by: Annotated[
        str | None, CourtText(0, 300, one_line=True), field(T("Who drew it"), T("Name and office."))
    ] = None
    drawn_at: Annotated[str | None, CourtText(0, 200, one_line=True), field(T("When it was drawn"))] = None
    direction: Annotated[
        str | None, CourtText(0, 200, one_line=True), field(T("Where north is on it, and its scale"))
    ] = None


class InspectionRecordInput(CourtModel):
    """The record of an inspection (CPL 83; EV 43)."""

    inspection: Annotated[str, RefTo("inspection"), field(T("Inspection"), choices="inspections_begun")]
    on: Annotated[CourtDate, field(T("Day"))]
    began: Annotated[str, CourtHour(), field(T("Begun at"), T("For example 09:30."))]
    ended: Annotated[str, CourtHour(), field(T("Ended at"), T("For example 10:15."))]
    place: Annotated[str, CourtText(1, 1000), field(T("Place of the inspection"), widget="textarea")]
    inspectors: Inspectors
    credentials: Annotated[bool, field(T("They showed the credentials of the court before they began [CPL 83]"))] = (
        False
    )
    present: Annotated[
        list[str],
        Field(max_length=200),
        field(T("Which parties were there?"), choices="case_parties", widget="checkboxes"),
    ] = []
    who_came: Annotated[
        str,
        CourtText(1, 2000),
        field(
            T("Who else was there, and for whom"),
            T("Representatives, an adult relative, who was invited; and who was invited and did not come."),
            widget="textarea",
        ),
    ]
    means: Annotated[
        str | None,
        CourtText(0, 2000),
        field(
            T("With what it was looked at"),
            T("Online always: device, program, network, account, how it was shown that none was changed before."),
            widget="textarea",
        ),
    ] = None
    course: Annotated[str, CourtText(1, 8000), field(T("What was done, step by step"), widget="textarea")]
    result: Annotated[str, CourtText(1, 8000), field(T("What was seen"), widget="textarea")]
    drawing: Annotated[Drawing | None, field(T("A drawing of the place"), T("Only where one was made."))] = None
    signed: Annotated[
        str,
        CourtText(1, 2000),
        field(T("Who signed or sealed the record"), T("And who did not, and why."), widget="textarea"),
    ]
    upload: Annotated[
        str, RefTo("upload"), field(T("The signed record"), T("Send the file first; it then stands here."))
    ]
    files: Annotated[
        list[str],
        Field(max_length=50),
        RefTo("upload"),
        field(
            T("Pictures, films and drawings made of it"), T("Send them first."), choices="upload", widget="checkboxes"
        ),
    ] = []

    @model_validator(mode="after")
    def _drawing_states_all(self) -> InspectionRecordInput:
        drawn = self.drawing
        said = [drawn.drawn_by, drawn.drawn_at, drawn.direction] if drawn is not None else []
        if any(said) and not all(said):
            words = T("A drawing states who drew it, when, and its direction and scale [EV 43].")
            raise InvalidInput([FieldFault(("drawing", "drawn_by"), words)])
        return self


class SignInspectionInput(CourtModel):
    """A party signs the record of an inspection it attended, or says why not."""

    inspection: Annotated[str, RefTo("inspection"), field(T("Inspection"), choices="inspections_to_sign")]
    answer: Annotated[
        Literal["sign", "refuse"],
        field(
            T("Do you sign it?"),
            options={"sign": T("Yes: the record says what was done and seen"), "refuse": T("No")},
            widget="radios",
        ),
    ]
    words: Annotated[
        str | None,
        CourtText(0, 2000),
        field(T("Remarks, or why you do not sign"), widget="textarea"),
    ] = None

    @model_validator(mode="after")
    def _says_why_not(self) -> SignInspectionInput:
        if self.answer == "refuse":
            require(self, "words")
        return self
