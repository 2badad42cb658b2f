"""Inputs of acts of service."""

from __future__ import annotations

import enum
from datetime import time
from typing import Annotated

from pydantic import Field, model_validator

from odr.errors import FieldFault, InvalidInput
from odr.procedure.inputs import Choice, CourtDate, CourtEmail, CourtModel, CourtPhone, CourtText, RefTo, field
from odr.service.kinds import PROOF_WORDS, Channel, FactKind, PaperKind, Proof, Signer
from odr.text import T, Text

PROOF_OPTIONS = {proof.value: words for proof, words in PROOF_WORDS.items()}
PAPER_OPTIONS = {kind.value: kind.label for kind in PaperKind}


class PacketInput(CourtModel):
    """Which packet came to a conclusion."""

    packet: str
    conclusion: str
    effective_at: str | None
    proof: str | None


class ConsentInput(CourtModel):
    """A change of consent to electronic service."""

    agrees: Annotated[
        bool,
        field(
            T("I agree to receive papers of this case here and at my e-mail address"),
            T(
                "A paper counts as served when it reaches the address. You may change this at any time (Online Litigation Rules, arts. 29 to 31)."
            ),
        ),
    ] = False
    reason: Annotated[str | None, CourtText(0, 500), field(T("Reason, if you want to give one"))] = None


class Way(enum.Enum):
    """By which way something was done or came back by hand."""

    DIRECT = "direct"  # handed over by the court's officer (CPL 88)
    RESIDENCE = "residence"  # left at the residence (CPL 89)
    POST = "post"  # by post (CPL 91)
    ENTRUSTED = "entrusted"  # through another court (CPL 91)
    INSTITUTION = "institution"  # passed on by unit, prison or school (CPL 92–94)
    ANNOUNCEMENT = "announcement"  # public announcement (CPL 95)

    @property
    def channel(self) -> Channel:
        """The channel of the facts."""
        return Channel(self.value)

    @property
    def label(self) -> Text:
        """The way in words."""
        return self.channel.label


class Happening(enum.Enum):
    """What happened, as the clerk saw it or reads it from the return."""

    SIGNED = "signed"
    REFUSED = "refused"
    NOBODY_THERE = "nobody_there"
    LEFT = "left"
    RETURNED = "returned"
    ANNOUNCED = "announced"

    @property
    def fact(self) -> FactKind:
        """The fact recorded."""
        return FactKind(self.value)

    @property
    def label(self) -> Text:
        """The happening in words."""
        return self.fact.label


POSSIBLE = {
    Way.DIRECT: {Happening.SIGNED, Happening.REFUSED, Happening.NOBODY_THERE},
    Way.RESIDENCE: {Happening.SIGNED, Happening.REFUSED, Happening.NOBODY_THERE, Happening.LEFT},
    Way.POST: {Happening.SIGNED, Happening.REFUSED, Happening.NOBODY_THERE, Happening.RETURNED},
    Way.ENTRUSTED: {Happening.SIGNED, Happening.REFUSED, Happening.NOBODY_THERE, Happening.RETURNED},
    Way.INSTITUTION: {Happening.SIGNED, Happening.REFUSED, Happening.RETURNED},
    Way.ANNOUNCEMENT: {Happening.ANNOUNCED},
}
"""What can come of each way."""


class ClockRule(CourtText):
    """An hour of the day, written 15:05."""

    def read(self, text: str) -> str:
        """The hour as kept."""
        cleaned = super().read(text)
        if cleaned:
            try:
                return time.fromisoformat(cleaned.replace("：", ":").zfill(5)).strftime("%H:%M")
            except ValueError:
                raise InvalidInput.at("hour", T("Write the hour like 15:05.")) from None
        return cleaned


class OutcomeInput(CourtModel):
    """What became of an attempt made by hand, or what the post brought back."""

    packet: Annotated[str, RefTo("packet"), field(T("Which paper, to whom"), choices="packets_out")]
    way: Annotated[Way, Choice(Way), field(T("In which way"))]
    what: Annotated[Happening, Choice(Happening), field(T("What happened"))]
    happened_on: Annotated[CourtDate, field(T("On which day"), T("The day of signing is the day of service."))]
    hour: Annotated[
        str | None,
        ClockRule(0, 5, one_line=True),
        field(T("At what hour"), T("For example 15:05. Left empty, the end of the day counts.")),
    ] = None
    signer: Annotated[Signer | None, Choice(Signer), field(T("Who signed"), T("Only where somebody signed."))] = None
    shown_by: Annotated[
        tuple[Proof, ...],
        Field(max_length=3),
        field(T("How that is shown"), T("Needed where it was left at the residence."), options=PROOF_OPTIONS),
    ] = ()
    witness: Annotated[str | None, CourtText(0, 200, one_line=True), field(T("Name and body of the witness"))] = None
    words: Annotated[str | None, CourtText(0, 400), field(T("Note"), T("Who served it, where, and what was said."))] = (
        None
    )

    @model_validator(mode="after")
    def _fits(self) -> OutcomeInput:
        if self.what not in POSSIBLE[self.way]:
            raise InvalidInput([FieldFault(("what",), T("This cannot come of that way of service. Choose another."))])
        if self.what is Happening.SIGNED and self.signer is None:
            raise InvalidInput([FieldFault(("signer",), T("Say who signed."))])
        if self.what is Happening.LEFT and not {Proof.WITNESS, Proof.RECORDING} & set(self.shown_by):
            raise InvalidInput(
                [FieldFault(("shown_by",), T("Leaving needs a witness or a recording (Civil Procedure Law, art. 89)."))]
            )
        if Proof.WITNESS in self.shown_by and not self.witness:
            raise InvalidInput([FieldFault(("witness",), T("Name the witness."))])
        return self


class AnnouncementInput(CourtModel):
    """Why nothing but announcement is left, and where it is to be made."""

    packet: Annotated[str, RefTo("packet"), field(T("Which paper, to whom"), choices="packets_failed")]
    causes: Annotated[
        str,
        CourtText(20, 4000),
        field(
            T("Why every other way failed"),
            T("Each way tried, when, and what came of it. This record is the condition of the announcement."),
            widget="textarea",
        ),
    ]
    place: Annotated[
        str,
        CourtText(1, 300, one_line=True),
        field(T("Where it will be announced"), T("Notice board, newspaper, network.")),
    ]


class ServeAgainInput(CourtModel):
    """A paper goes out once more, to the addresses known now."""

    packet: Annotated[str, RefTo("packet"), field(T("Which paper, to whom"), choices="packets_of_case")]
    email: Annotated[
        str | None,
        CourtEmail(),
        field(T("Another e-mail address"), T("Found in a register or by the platform; not given by the party.")),
    ] = None
    address: Annotated[str | None, CourtText(0, 400), field(T("Another postal address"))] = None
    source: Annotated[
        str | None,
        CourtText(0, 200, one_line=True),
        field(T("Where the address comes from"), T("This is the record of your search.")),
    ] = None

    @model_validator(mode="after")
    def _with_source(self) -> ServeAgainInput:
        if (self.email or self.address) and not self.source:
            raise InvalidInput([FieldFault(("source",), T("Say where the address comes from."))])
        return self


class UndoInput(CourtModel):
    """A packet taken back within its hold."""

    packet: Annotated[str, RefTo("packet"), field(T("Which paper, to whom"), choices="packets_held")]


class Contest(enum.Enum):
    """What a recipient says against a recorded service."""

    NOT_RECEIVED = "not_received"  # never reached her
    LATER = "later"  # arrived at another time (CPI 135)

    @property
    def label(self) -> Text:
        """The contest in words."""
        return {
            Contest.NOT_RECEIVED: T("It did not reach me"),
            Contest.LATER: T("It reached me on another day"),
        }[self]


class RebutInput(CourtModel):
    """A party shows that service was not as recorded."""

    packet: Annotated[str, RefTo("packet"), field(T("Which paper"), choices="packets_served_on_me")]
    says: Annotated[Contest, Choice(Contest), field(T("What was it like?"))]
    arrived_on: Annotated[
        CourtDate | None, field(T("On which day it reached you"), T("Only if it reached you on another day."))
    ] = None
    grounds: Annotated[
        str, CourtText(10, 4000), field(T("What shows it"), T("Name the facts and the exhibits."), widget="textarea")
    ]

    @model_validator(mode="after")
    def _with_day(self) -> RebutInput:
        if self.says is Contest.LATER and self.arrived_on is None:
            raise InvalidInput([FieldFault(("arrived_on",), T("Say on which day it reached you."))])
        return self


class Verdict(enum.Enum):
    """What the judge finds on a rebuttal."""

    STANDS = "stands"  # served as recorded
    NOT_RECEIVED = "not_received"  # did not reach the recipient
    LATER = "later"  # arrived at another time

    @property
    def label(self) -> Text:
        """The finding in words."""
        return {
            Verdict.STANDS: T("It stands as recorded"),
            Verdict.NOT_RECEIVED: T("It did not reach the party; serve it again"),
            Verdict.LATER: T("It reached the party on another day"),
        }[self]


class RebuttalInput(CourtModel):
    """The judge's finding on a rebuttal, with reasons."""

    packet: Annotated[str, RefTo("packet"), field(T("Which paper, to whom"), choices="packets_contested")]
    finding: Annotated[Verdict, Choice(Verdict), field(T("What do you find?"))]
    arrived_on: Annotated[CourtDate | None, field(T("On which day it reached the party"))] = None
    reasons: Annotated[
        str,
        CourtText(10, 4000),
        field(T("Reasons"), T("Name the article and the fact it rests on."), widget="textarea"),
    ]

    @model_validator(mode="after")
    def _with_day(self) -> RebuttalInput:
        if self.finding is Verdict.LATER and self.arrived_on is None:
            raise InvalidInput([FieldFault(("arrived_on",), T("Say on which day it reached the party."))])
        return self


class AddressInput(CourtModel):
    """The form on which a party confirms where papers reach it."""

    email: Annotated[
        str | None,
        CourtEmail(),
        field(
            T("E-mail address for papers of the court"),
            T(
                "A paper counts as served when it reaches this address, whether or not you open it (Online Litigation Rules, arts. 30 and 31)."
            ),
        ),
    ] = None
    phone: Annotated[
        str | None,
        CourtPhone(),
        field(T("Telephone"), T("For short notices beside service. A text message is never service.")),
    ] = None
    address: Annotated[
        str | None,
        CourtText(0, 400),
        field(
            T("Postal address"),
            T(
                "If it is wrong or you do not tell the court that it changed, papers that come back may count as served on the day they come back."
            ),
        ),
    ] = None
    scope: Annotated[
        tuple[PaperKind, ...],
        Field(max_length=4),
        field(
            T("Which papers may come by message"),
            T("Tick none to have everything on paper. You may change this at any time."),
            options=PAPER_OPTIONS,
        ),
    ] = ()
    carries_on: Annotated[
        bool,
        field(
            T("Use the same addresses in appeal and enforcement"),
            T("Without this, the court asks you again at each stage."),
        ),
    ] = False

    no_reminders: Annotated[
        bool,
        field(
            T("Send me no reminders of time limits"),
            T("A reminder is one e-mail a day at most; it changes no time limit."),
        ),
    ] = False

    @model_validator(mode="after")
    def _somewhere(self) -> AddressInput:
        if not (self.email or self.address):
            raise InvalidInput([FieldFault(("email",), T("Give an e-mail address or a postal address."))])
        if self.scope and not self.email:
            raise InvalidInput([FieldFault(("email",), T("Papers by message need an e-mail address."))])
        return self
