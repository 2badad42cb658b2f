"""Inputs of what the clerk searches, hears and sends abroad."""

from __future__ import annotations

import enum
from typing import Annotated

from pydantic import Field, model_validator

from odr.errors import FieldFault, InvalidInput
from odr.procedure.inputs import Choice, CourtDate, CourtEmail, CourtModel, CourtPhone, CourtText, RefTo, field
from odr.service.inputs import PAPER_OPTIONS, ClockRule
from odr.service.kinds import AbroadMethod, ConsentWay, PaperKind
from odr.text import T, Text


class SearchPlace(enum.Enum):
    """Where the registry looked for an address."""

    REGISTER = "register"  # register of companies or of residents
    PLATFORM = "platform"  # the platform on which the dispute arose
    CARRIER = "carrier"  # telephone company
    EARLIER_CASE = "earlier_case"  # another case of this court
    PERSON = "person"  # somebody who knows the party
    ELSEWHERE = "elsewhere"

    @property
    def label(self) -> Text:
        """The place in words."""
        return {
            SearchPlace.REGISTER: T("public register"),
            SearchPlace.PLATFORM: T("platform"),
            SearchPlace.CARRIER: T("telephone company"),
            SearchPlace.EARLIER_CASE: T("earlier case"),
            SearchPlace.PERSON: T("somebody who knows the party"),
            SearchPlace.ELSEWHERE: T("elsewhere"),
        }[self]


class SearchInput(CourtModel):
    """One look for a party's addresses, also one that found nothing."""

    party: Annotated[str, RefTo("party"), field(T("Whom did you look for?"), choices="service_parties")]
    place: Annotated[SearchPlace, Choice(SearchPlace), field(T("Where did you look?"))]
    where: Annotated[
        str,
        CourtText(2, 150, one_line=True),
        field(T("Which register, platform or person"), T("So that somebody else can look there too.")),
    ]
    email: Annotated[str | None, CourtEmail(), field(T("E-mail address found"))] = None
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone found"))] = None
    address: Annotated[str | None, CourtText(0, 400), field(T("Postal address found"))] = None
    seller_inbox: Annotated[
        str | None,
        CourtText(0, 200, one_line=True),
        field(T("Inbox on an accredited platform"), T("Written platform:shop, for example baihua:haiyun-8842.")),
    ] = None
    active_on: Annotated[
        CourtDate | None,
        field(
            T("Last known use"),
            T("An address used within three months is tried before others (Provisions on Internet Courts, art. 16)."),
        ),
    ] = None
    words: Annotated[
        str | None,
        CourtText(0, 1000),
        field(T("What was found"), T("Why the address is the party’s own."), widget="textarea"),
    ] = None

    @model_validator(mode="after")
    def _attributed(self) -> SearchInput:
        if any((self.email, self.phone, self.address, self.seller_inbox)) and not self.words:
            raise InvalidInput([FieldFault(("words",), T("Say why the address is the party’s own."))])
        if self.seller_inbox and ":" not in self.seller_inbox.replace("：", ":"):
            raise InvalidInput([FieldFault(("seller_inbox",), T("Write platform:shop."))])
        return self


class ConsentFoundInput(CourtModel):
    """A consent that shows itself otherwise than by the party's own form (OLR 29)."""

    party: Annotated[str, RefTo("party"), field(T("Who agreed?"), choices="service_parties")]
    way: Annotated[ConsentWay, Choice(ConsentWay), field(T("In which way"))]
    scope: Annotated[
        tuple[PaperKind, ...],
        Field(min_length=1, max_length=4),
        field(T("For which papers"), T("Only what the agreement covers."), options=PAPER_OPTIONS),
    ]
    email: Annotated[
        str | None,
        CourtEmail(),
        field(T("E-mail address that goes with it"), T("Given by the party: arrival there is service.")),
    ] = None
    shown_by: Annotated[
        str,
        CourtText(10, 900),
        field(
            T("What shows it"),
            T("The clause and its date, the pleading and its page, the service that was accepted, or the call."),
            widget="textarea",
        ),
    ]


class CallOutcome(enum.Enum):
    """What came of a telephone call."""

    SPOKE = "spoke"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    DECLINED = "declined"

    @property
    def label(self) -> Text:
        """The outcome in words."""
        return {
            CallOutcome.SPOKE: T("Spoke with the party"),
            CallOutcome.NO_ANSWER: T("Nobody answered"),
            CallOutcome.WRONG_NUMBER: T("Not the party’s number"),
            CallOutcome.DECLINED: T("The party declined electronic service"),
        }[self]


class CallInput(CourtModel):
    """One call about a paper: a notice beside service, never service (OLR 32)."""

    packet: Annotated[str, RefTo("packet"), field(T("Which paper, to whom"), choices="packets_out")]
    what: Annotated[CallOutcome, Choice(CallOutcome), field(T("What came of it"))]
    happened_on: Annotated[CourtDate, field(T("On which day"))]
    hour: Annotated[str | None, ClockRule(0, 5, one_line=True), field(T("At what hour"), T("For example 15:05."))] = (
        None
    )
    number: Annotated[str | None, CourtPhone(), field(T("Number called"))] = None
    words: Annotated[str | None, CourtText(0, 400), field(T("What was said"))] = None


class ReplyInput(CourtModel):
    """An answer that came by e-mail, as the worker read it."""

    packet: str
    subject: str
    text: str
    document: str
    sha256: str


class PassedOnInput(CourtModel):
    """Whoever got the first letter names the person responsible; nothing of the case is shown for it."""

    name: Annotated[str, CourtText(1, 100, one_line=True), field(T("Name of the person responsible"))]
    position: Annotated[
        str | None,
        CourtText(0, 100, one_line=True),
        field(T("Her position"), T("For example: legal department, managing director.")),
    ] = None
    email: Annotated[str, CourtEmail(), field(T("Her e-mail address at work"))]
    phone: Annotated[str | None, CourtPhone(), field(T("Her telephone, if you know it"))] = None


class PassedOnRecord(CourtModel):
    """The same as the docket keeps it, with the letter it came from."""

    packet: str
    name: str
    position: str | None = None
    email: str
    phone: str | None = None


class AbodeInput(CourtModel):
    """A party has no home in the court's own state (CPL 283)."""

    party: Annotated[str, RefTo("party"), field(T("Which party"), choices="service_parties")]
    state: Annotated[str, CourtText(2, 2, one_line=True), field(T("In which state she lives"), choices="states_abroad")]
    shown_by: Annotated[str, CourtText(5, 500), field(T("What shows it"))]


class AbroadInput(CourtModel):
    """A paper is to go abroad by a method the other state allows."""

    packet: Annotated[str, RefTo("packet"), field(T("Which paper, to whom"), choices="packets_abroad")]
    method: Annotated[
        AbroadMethod,
        Choice(AbroadMethod),
        field(T("By which method"), T("Only those the other state allows are open.")),
    ]
    language: Annotated[
        str | None,
        CourtText(0, 60, one_line=True),
        field(T("Into which language"), T("Empty: no translation is needed, for instance for a national of ours.")),
    ] = None
    national: Annotated[
        bool, field(T("The recipient is a national of the court’s own state"), T("Only then may the consulate serve."))
    ] = False


class TranslationInput(CourtModel):
    """The translation is there."""

    request: Annotated[str, RefTo("service_abroad"), field(T("Which service abroad"), choices="abroad_translating")]
    translator: Annotated[
        str, CourtText(2, 200, one_line=True), field(T("Translator"), T("Who certifies that the translation is right."))
    ]
    file: Annotated[
        str | None,
        RefTo("upload"),
        field(
            T("The translated papers"),
            T("One PDF with the certificate of the translator. Send the file first; it then stands here."),
            choices="upload",
            widget="select",
        ),
    ] = None


class RequestLetterInput(CourtModel):
    """The letter of request with its papers, as one bundle."""

    request: Annotated[str, RefTo("service_abroad"), field(T("Which service abroad"), choices="abroad_letter")]
    authority: Annotated[
        str, CourtText(3, 300), field(T("To which authority"), T("Name and address, as that authority publishes them."))
    ]
    summary: Annotated[
        str,
        CourtText(10, 2000),
        field(
            T("What the papers are about"),
            T("In short: it stands in the form that goes with the papers."),
            widget="textarea",
        ),
    ]


class ForwardedInput(CourtModel):
    """The bundle left the house."""

    request: Annotated[str, RefTo("service_abroad"), field(T("Which service abroad"), choices="abroad_ready")]
    sent_on: Annotated[CourtDate, field(T("On which day it was forwarded"))]
    number: Annotated[
        str | None, CourtText(0, 80, one_line=True), field(T("Number of the authority or of the consignment"))
    ] = None


class AbroadResult(enum.Enum):
    """What came back from abroad."""

    SERVED = "served"
    NOT_SERVED = "not_served"

    @property
    def label(self) -> Text:
        """The result in words."""
        return {AbroadResult.SERVED: T("Served, as certified"), AbroadResult.NOT_SERVED: T("Not served")}[self]


class ReturnInput(CourtModel):
    """The certificate, or the report that it could not be done."""

    request: Annotated[str, RefTo("service_abroad"), field(T("Which service abroad"), choices="abroad_forwarded")]
    result: Annotated[AbroadResult, Choice(AbroadResult), field(T("What came back"))]
    served_on: Annotated[
        CourtDate | None,
        field(T("On which day it was served"), T("The day named in the certificate, or signed on the postal receipt.")),
    ] = None
    words: Annotated[str, CourtText(3, 400), field(T("Who certifies it, or why it was not served"))]

    @model_validator(mode="after")
    def _with_day(self) -> ReturnInput:
        if self.result is AbroadResult.SERVED and self.served_on is None:
            raise InvalidInput([FieldFault(("served_on",), T("Say on which day it was served."))])
        return self


class SilentPostInput(CourtModel):
    """Three months by post without a return: whether the circumstances suffice (CPL 283, CPI 534)."""

    request: Annotated[str, RefTo("service_abroad"), field(T("Which service abroad"), choices="abroad_silent")]
    served: Annotated[
        bool, field(T("The circumstances suffice: it counts as served on the last day of the three months"))
    ] = False
    reasons: Annotated[
        str,
        CourtText(10, 2000),
        field(T("Reasons"), T("Name the circumstances: tracking, calls, acts of the party."), widget="textarea"),
    ]
