"""Inputs of acts of evidence."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from odr.errors import FieldFault, InvalidInput
from odr.evidence.models import Category
from odr.evidence.models_requests import RequestKind
from odr.procedure.inputs import Choice, CourtModel, CourtMoney, CourtText, RefTo, field
from odr.text import T


class Provenance(CourtModel):
    """Where a file comes from, in questions anybody can answer (IC 11, OLR 18, EV 93)."""

    made_with: Annotated[
        str | None,
        CourtText(0, 500),
        field(T("With what was it made or saved?"), T("For example: my own phone, the shop’s system.")),
    ] = None
    made_at: Annotated[str | None, CourtText(0, 200), field(T("When?"), T("As exactly as you know."))] = None
    kept: Annotated[str | None, CourtText(0, 500), field(T("Where was it kept since, and who could change it?"))] = None
    changed: Annotated[str | None, CourtText(0, 500), field(T("Was it cut, converted or forwarded? How?"))] = None
    original: Annotated[str | None, CourtText(0, 500), field(T("Where is the original now?"))] = None


FactNumbers = Annotated[
    list[int],
    Field(max_length=200),
    RefTo("fact_number"),
    field(
        T("Which facts does it show?"),
        T("The numbered facts of claim and answer. Leave it empty if it is none of them."),
        widget="checkboxes",
    ),
]
Summary = Annotated[
    str | None,
    CourtText(0, 1000),
    field(
        T("What is in it, in short?"),
        T("For a long file: what it says, and where the part that matters stands, for example page 3."),
        widget="textarea",
    ),
]


class ExhibitInput(CourtModel):
    """A file and what it is to show."""

    upload: Annotated[str, RefTo("upload"), field(T("File"), T("Send the file first; it then stands here."))]
    title: Annotated[
        str,
        CourtText(1, 200, one_line=True),
        field(T("What is it?"), T("For example: order page, chat with the shop.")),
    ]
    category: Annotated[Category, Choice(Category), field(T("Kind of evidence"))] = Category.FILES
    proves: Annotated[str, CourtText(1, 1000), field(T("What does it show?"), widget="textarea")]
    facts: FactNumbers = []
    summary: Summary = None
    meets: Annotated[
        list[str],
        field(
            T("Which of these is it?"),
            T("What usually matters in a case like this. Leave it empty if it is none of them."),
            choices="checklist",
            widget="checkboxes",
        ),
    ] = []
    language: Annotated[
        str | None,
        CourtText(0, 60, one_line=True),
        field(T("Is it in another language?"), T("Say which, and which exhibit is its translation.")),
    ] = None
    source: Annotated[
        str,
        CourtText(1, 1000),
        field(
            T("Where does it come from?"),
            T("For example: my phone, the shop’s page on 11 November."),
            widget="textarea",
        ),
    ]
    provenance: Annotated[
        Provenance | None, field(T("More about its origin"), T("The more you can say, the less there is to dispute."))
    ] = None
    secret: Annotated[
        bool,
        field(
            T("It holds a trade secret or something private: ask the judge to seal it"),
            T(
                "The file is encrypted at once and nobody else opens it until the judge decides. Its title and what it shows are seen by everybody in the case."
            ),
        ),
    ] = False
    why_secret: Annotated[
        str | None, CourtText(0, 1000), field(T("If so: what must be kept from whom, and why?"), widget="textarea")
    ] = None
    why_late: Annotated[
        str | None,
        CourtText(0, 1000),
        field(T("If the time for evidence has ended: why does it come late?"), widget="textarea"),
    ] = None


class DescribeExhibitInput(CourtModel):
    """What an exhibit of one's own is to show, said anew."""

    exhibit: Annotated[
        str, RefTo("exhibit"), field(T("Exhibit"), T("One of your own side."), choices="own_side_exhibits")
    ]
    proves: Annotated[str, CourtText(1, 1000), field(T("What does it show?"), widget="textarea")]
    facts: FactNumbers = []
    summary: Summary = None


class WithdrawExhibitInput(CourtModel):
    """Taking an exhibit back; it stays on record."""

    exhibit: Annotated[str, RefTo("exhibit"), field(T("Exhibit"))]
    reason: Annotated[str, CourtText(1, 1000), field(T("Why?"), widget="textarea")]


class SealInput(CourtModel):
    """Keeping a file from others, or opening it, by order of the judge."""

    exhibit: Annotated[str, RefTo("exhibit"), field(T("Exhibit"))]
    answer: Annotated[
        Literal["seal", "open"],
        field(
            T("What do you order?"),
            options={"seal": T("The file is sealed"), "open": T("The file is open to everybody in the case")},
            widget="radios",
        ),
    ]
    readers: Annotated[
        list[str],
        field(
            T("Who may open it besides the bench and the party it comes from?"),
            T("Nobody else opens it. Each opening is logged."),
            choices="case_parties",
            widget="checkboxes",
        ),
    ] = []
    reasons: Annotated[str, CourtText(1, 4000), field(T("Reasons"), widget="textarea")]


LANGUAGES = {"zh-Hans": T("Chinese"), "en": T("English")}


class RequestInput(CourtModel):
    """What the court is to order about evidence; which parts are needed depends on what is asked for."""

    kind: Annotated[
        Literal["exclusion", "original", "production", "collection"],
        field(
            T("What do you ask for?"),
            options={k.value: k.label for k in RequestKind if k is not RequestKind.LATE},
            widget="radios",
        ),
    ]
    exhibit: Annotated[str | None, RefTo("exhibit"), field(T("Exhibit"), T("For exclusion and for the original."))] = (
        None
    )
    against: Annotated[
        str | None,
        CourtText(0, 40, one_line=True),
        field(T("Which party holds the document?"), choices="case_parties", widget="select"),
    ] = None
    holder: Annotated[
        str | None,
        CourtText(0, 400),
        field(
            T("Who outside the case holds it?"), T("Name and address, for example of the platform."), widget="textarea"
        ),
    ] = None
    what: Annotated[
        str | None,
        CourtText(0, 1000),
        field(T("Which document or data?"), T("As exactly as you can."), widget="textarea"),
    ] = None
    content: Annotated[
        str | None,
        CourtText(0, 2000),
        field(
            T("What does the document say?"),
            T("The court may take this as true if it is not produced."),
            widget="textarea",
        ),
    ] = None
    fact: Annotated[
        str | None,
        CourtText(0, 1000),
        field(T("Which fact is it to show, and why does that matter?"), widget="textarea"),
    ] = None
    grounds: Annotated[
        str,
        CourtText(1, 4000),
        field(
            T("Why?"),
            T("How it was obtained; what does not match; why you think they hold it; why you cannot get it yourself."),
            widget="textarea",
        ),
    ]

    @model_validator(mode="after")
    def _fits_its_kind(self) -> RequestInput:
        needed = {
            "exclusion": ("exhibit",),
            "original": ("exhibit",),
            "production": ("against", "what", "content", "fact"),
            "collection": ("holder", "what", "fact"),
        }
        missing = [FieldFault((name,), T("Fill this in.")) for name in needed[self.kind] if not getattr(self, name)]
        if missing:
            raise InvalidInput(missing)
        return self


class ReplyInput(CourtModel):
    """What another party says to a request, or to late evidence."""

    request: Annotated[str, RefTo("evidence_request"), field(T("Request"))]
    objects: Annotated[
        Literal["yes", "no"], field(T("Do you object?"), options={"yes": T("Yes"), "no": T("No")}, widget="radios")
    ]
    words: Annotated[
        str,
        CourtText(1, 4000),
        field(T("What do you say to it?"), T("If it is your exhibit: explain where it comes from."), widget="textarea"),
    ]


class EvidenceRulingInput(CourtModel):
    """The ruling on a request about evidence."""

    request: Annotated[str, RefTo("evidence_request"), field(T("Request"))]
    result: Annotated[
        Literal["granted", "refused"],
        field(T("Ruling"), options={"granted": T("Granted"), "refused": T("Not granted")}, widget="radios"),
    ]
    days: Annotated[
        int | None, Field(ge=1, le=60), field(T("Days to produce it"), T("Only where something is to be produced."))
    ] = None
    reasons: Annotated[str, CourtText(1, 8000), field(T("Reasons"), widget="textarea")]
    language: Annotated[Literal["zh-Hans", "en"], field(T("Language of the ruling"), options=LANGUAGES)] = "zh-Hans"


class LateRulingInput(CourtModel):
    """The ruling on late evidence: the three cases of CPI 101 and 102."""

    request: Annotated[str, RefTo("evidence_request"), field(T("Request"))]
    fault: Annotated[
        Literal["none", "slight", "gross"],
        field(
            T("Why did it come late?"),
            options={
                "none": T("For an objective reason, or nobody objected: it is not late"),
                "slight": T("Neither on purpose nor through gross negligence: admitted, with a reprimand"),
                "gross": T("On purpose or through gross negligence: excluded, unless it bears on the basic facts"),
            },
            widget="radios",
        ),
    ]
    basic: Annotated[bool, field(T("It bears on the basic facts of the case"))] = False
    fine: Annotated[
        CourtMoney | None,
        field(
            T("Fine to be proposed to the president"), T("Only for intent or gross negligence where it is admitted.")
        ),
    ] = None
    reasons: Annotated[str, CourtText(1, 8000), field(T("Reasons"), widget="textarea")]
    language: Annotated[Literal["zh-Hans", "en"], field(T("Language of the ruling"), options=LANGUAGES)] = "zh-Hans"


class ProduceInput(CourtModel):
    """What a party does about an order to produce."""

    request: Annotated[str, RefTo("evidence_request"), field(T("Order"))]
    answer: Annotated[
        Literal["produce", "refuse"],
        field(
            T("What do you do?"),
            options={"produce": T("I produce it"), "refuse": T("I do not produce it")},
            widget="radios",
        ),
    ]
    upload: Annotated[str | None, RefTo("upload"), field(T("File"), T("Send the file first; it then stands here."))] = (
        None
    )
    words: Annotated[str, CourtText(1, 2000), field(T("What is it, or why not?"), widget="textarea")]


class CollectedInput(CourtModel):
    """What came of collecting evidence outside the case."""

    request: Annotated[str, RefTo("evidence_request"), field(T("Request"))]
    answer: Annotated[
        Literal["obtained", "refused"],
        field(
            T("What came of it?"),
            options={"obtained": T("Obtained"), "refused": T("Refused or not to be had")},
            widget="radios",
        ),
    ]
    upload: Annotated[str | None, RefTo("upload"), field(T("File"), T("Send the file first; it then stands here."))] = (
        None
    )
    words: Annotated[str, CourtText(1, 2000), field(T("From whom, how and when; or why not"), widget="textarea")]


class RefusalFindingInput(CourtModel):
    """What follows from not producing what was ordered (EV 48; CPI 112, 113)."""

    request: Annotated[str, RefTo("evidence_request"), field(T("Order that was not obeyed"))]
    finding: Annotated[
        Literal["content", "fact", "excused"],
        field(
            T("What follows?"),
            options={
                "content": T("The content of the document is taken as true"),
                "fact": T(
                    "The fact itself is taken as true: the document was destroyed or made useless to hinder the other side"
                ),
                "excused": T("Nothing: there was good reason"),
            },
            widget="radios",
        ),
    ]
    reasons: Annotated[str, CourtText(1, 4000), field(T("Reasons"), widget="textarea")]


class FineInput(CourtModel):
    """The president's word on a fine (CPL 119)."""

    request: Annotated[str, RefTo("evidence_request"), field(T("Late evidence"))]
    answer: Annotated[
        Literal["approve", "refuse"],
        field(T("The fine"), options={"approve": T("Approved"), "refuse": T("Not approved")}, widget="radios"),
    ]
    reasons: Annotated[str, CourtText(1, 2000), field(T("Reasons"), widget="textarea")]


class CaptureInput(CourtModel):
    """A page on the web that the court is to look at and keep."""

    url: Annotated[
        str,
        CourtText(8, 2000, one_line=True),
        field(
            T("Address of the page"),
            T("Begins with https:// or http://. The court sees what a stranger sees: it does not sign in."),
        ),
    ]
    title: Annotated[
        str,
        CourtText(1, 150, one_line=True),
        field(T("What is it?"), T("For example: the shop’s page of the article.")),
    ]
    proves: Annotated[str, CourtText(1, 1000), field(T("What does it show?"), widget="textarea")]
    why_late: Annotated[
        str | None,
        CourtText(0, 1000),
        field(T("If the time for evidence has ended: why does it come late?"), widget="textarea"),
    ] = None


class CaptureRecord(CourtModel):
    """What the court's browser brought: three files and what it saw, or why nothing came of it."""

    capture: str
    why: str | None = None
    screenshot: str | None = None
    archive: str | None = None
    record: str | None = None
    url: str | None = None
    page_title: str | None = None
    status: int | None = None
    address: str | None = None
    certificate: str | None = None
    browser: str | None = None
    began_at: str | None = None
    seconds: str | None = None
    whole: bool | None = None
