"""What the clerk takes down for somebody who does not file online, and how they confirmed it."""

from __future__ import annotations

import enum
from typing import Annotated, Any

from pydantic import model_validator

from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T, Text
from odr.procedure.forms.inputs import Choice, CourtDate, CourtEmail, CourtModel, CourtText, RefTo, field


class Manner(enum.Enum):
    """How what is filed came to the court."""

    ORAL = "oral"  # spoken at the counter or by telephone, written down by the clerk (CPL 123; CPI 265)
    PAPER = "paper"  # handed in or sent on paper, scanned by the court (OLR 11)
    TERMINAL = "terminal"  # written by the person at a terminal of the court, with the clerk's help

    @property
    def label(self) -> Text:
        """The manner in words."""
        return {
            Manner.ORAL: T("Spoken, and written down by the clerk"),
            Manner.PAPER: T("On paper, scanned by the court"),
            Manner.TERMINAL: T("Written at a terminal of the court, with help"),
        }[self]


class Confirmation(enum.Enum):
    """How the person said that it is what they mean."""

    SIGNATURE = "signature"  # signature or fingerprint on paper, scanned with its digest
    LINK = "link"  # on their own telephone, by a link

    @property
    def label(self) -> Text:
        """The way in words."""
        return {
            Confirmation.SIGNATURE: T("They signed the printed text or the paper; the scan is here"),
            Confirmation.LINK: T("They read it on their telephone and confirm it there"),
        }[self]


class TakenInput(CourtModel):
    """How something was filed at the counter."""

    manner: Annotated[Manner, Choice(Manner), field(T("How was it filed?"))]
    received_on: Annotated[
        CourtDate | None, field(T("On which day did the paper come?"), T("That day counts, not the day of the scan."))
    ] = None
    posted_on: Annotated[
        CourtDate | None,
        field(
            T("Day of the postmark, if it came by post"),
            T("Handed to the post before the end of a time limit, it is in time; the postmark is the proof."),
        ),
    ] = None
    confirmation: Annotated[Confirmation, Choice(Confirmation), field(T("How does the person confirm it?"))]
    paper: Annotated[
        str | None,
        RefTo("upload"),
        field(T("Scan of the signed paper"), T("Send the file first; it then stands here.")),
    ] = None
    email: Annotated[
        str | None,
        CourtEmail(),
        field(T("E-mail address for the link"), T("Left empty, the link is shown to them on your screen.")),
    ] = None

    @model_validator(mode="after")
    def _whole(self) -> TakenInput:
        faults = []
        if self.manner is Manner.PAPER and self.received_on is None:
            faults.append(FieldFault(("received_on",), T("Fill this in.")))
        if self.posted_on is not None and self.manner is not Manner.PAPER:
            faults.append(FieldFault(("posted_on",), T("Only what came on paper has a postmark.")))
        if self.posted_on is not None and self.received_on is not None and self.posted_on > self.received_on:
            faults.append(
                FieldFault(("posted_on",), T("The day on the postmark must not be after the day it came in."))
            )
        if self.confirmation is Confirmation.SIGNATURE and self.paper is None:
            faults.append(FieldFault(("paper",), T("Choose the scan of what they signed.")))
        if faults:
            raise InvalidInput(faults)
        return self


class FilingTaken(CourtModel):
    """What the docket keeps of it: whose act, how it came, how it was confirmed. The act itself is the entry after it."""

    act: str
    party: Annotated[str, RefTo("party")]
    manner: Annotated[Manner, Choice(Manner)]
    received_on: CourtDate | None = None
    posted_on: CourtDate | None = None
    confirmation: Annotated[Confirmation, Choice(Confirmation)]
    paper: Annotated[str | None, RefTo("upload")] = None
    clerk: Annotated[str, CourtText(1, 200)]
    writer: int
    """The clerk's account, whose scans the act may name; left out of the record."""
    given: dict[str, Any]
    """The input of the act; it stands in the act's own entry."""
