"""What the acts about security in an enforcement are given."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import model_validator

from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T
from odr.judgment.enforcement_remedies.deferral.models import SecurityKind
from odr.procedure.forms.inputs import Choice, CourtDate, CourtModel, CourtMoney, CourtText, RefTo, field


class OfferEnforcementSecurityInput(CourtModel):
    """Security by whoever owes, or by somebody for them (CPL 242; CPI 468)."""

    kind: Annotated[SecurityKind, Choice(SecurityKind), field(T("What is the security?"), widget="radios")]
    what: Annotated[
        str,
        CourtText(3, 2000),
        field(
            T("What exactly is given?"),
            T("Property so that nobody takes it for another, and what was registered or handed over."),
            widget="textarea",
        ),
    ]
    bound: Annotated[CourtMoney | None, field(T("Up to which sum?"), T("Empty: for everything that is enforced."))] = (
        None
    )
    ends_on: Annotated[CourtDate | None, field(T("Last day of the security"), T("Empty: it has no term."))] = None
    giver: Annotated[
        str | None,
        CourtText(0, 200, one_line=True),
        field(T("Who else gives it?"), T("The full name. Empty for your own property.")),
    ] = None
    address: Annotated[
        str | None,
        CourtText(0, 400),
        field(T("Where do papers reach them?"), T("Only the court reads it.")),
    ] = None
    able: Annotated[
        str | None,
        CourtText(0, 4000),
        field(T("What shows that they can pay?"), widget="textarea"),
    ] = None
    undertaking: Annotated[
        str | None,
        RefTo("upload"),
        field(
            T("The guarantor’s written undertaking"),
            T("The creditor gets a copy. Send the file first; it then stands here."),
        ),
    ] = None

    @model_validator(mode="after")
    def _whole(self) -> OfferEnforcementSecurityInput:
        """Raises InvalidInput where somebody else gives it and it is not said who, where and on what means, and without the
        undertaking of a guarantor (CPI 468).
        """
        faults = []
        if self.kind is SecurityKind.OWN:
            named = [key for key in ("giver", "address", "undertaking") if getattr(self, key)]
            faults = [FieldFault((key,), T("Leave this empty: it is your own property.")) for key in named]
        else:
            missing = [key for key in ("giver", "address", "able") if not getattr(self, key)]
            faults = [FieldFault((key,), T("Say this of whoever gives the security.")) for key in missing]
        if self.kind is SecurityKind.GUARANTOR and not self.undertaking:
            words = T("A guarantor signs an undertaking [CPI 468].")
            faults.append(FieldFault(("undertaking",), words))
        if faults:
            raise InvalidInput(faults)
        return self


class AnswerEnforcementSecurityInput(CourtModel):
    """Whether the creditor consents (CPL 242)."""

    answer: Annotated[
        Literal["consent", "decline"],
        field(
            T("Do you consent that the enforcement waits?"),
            options={"consent": T("I consent: the security is enough for me"), "decline": T("I do not consent")},
            widget="radios",
        ),
    ]
    words: Annotated[str | None, CourtText(0, 4000), field(T("What you say to it"), widget="textarea")] = None


class DecideOnDeferralInput(CourtModel):
    """Whether, and until when, the enforcement waits (CPL 242; CPI 467)."""

    answer: Annotated[
        Literal["wait", "refuse"],
        field(
            T("Does the enforcement wait?"),
            options={"wait": T("The enforcement waits"), "refuse": T("The enforcement goes on")},
            widget="radios",
        ),
    ]
    until: Annotated[
        CourtDate | None,
        field(
            T("Until which day?"),
            T("Only where the security has no term, and a year at most. A security with a term sets the day itself."),
        ),
    ] = None
    reasons: Annotated[str, CourtText(5, 4000), field(T("Reasons"), widget="textarea")]


class DeferralOverInput(CourtModel):
    """Whose last day has passed."""

    security: Annotated[str, CourtText(1, 40, one_line=True), field(T("Security"))]


class ReportMovedSecurityInput(CourtModel):
    """That property of a security is being moved away (CPI 467)."""

    words: Annotated[
        str,
        CourtText(5, 4000),
        field(
            T("What was moved, hidden, sold or damaged?"),
            T("And what shows it."),
            widget="textarea",
        ),
    ]


class EndDeferralInput(CourtModel):
    """Why the enforcement goes on before its day (CPI 467)."""

    reasons: Annotated[
        str,
        CourtText(5, 4000),
        field(T("What was moved, hidden, sold or damaged, and by whom"), widget="textarea"),
    ]


class OrderGuarantorInput(CourtModel):
    """Up to what sum the property of a guarantor is enforced against (CPI 469)."""

    amount: Annotated[
        CourtMoney,
        field(T("Up to which sum?"), T("No more than the undertaking says, and than is still owed.")),
    ]
    reasons: Annotated[str, CourtText(5, 4000), field(T("Reasons"), widget="textarea")]
