"""What is written about who somebody is, who stands for her, and who helps her."""

from __future__ import annotations

import enum
from typing import Annotated, Literal

from pydantic import model_validator

from odr.errors import FieldFault, InvalidInput
from odr.filing.inputs import Ties
from odr.filing.inputs_motions import Reasons
from odr.identity.mandates import QUALIFICATION_WORDS
from odr.procedure.inputs import Choice, CourtDate, CourtEmail, CourtModel, CourtPhone, CourtText, RefTo, field
from odr.text import T, Text


class Paper(enum.Enum):
    """What shows who a party is."""

    DOCUMENT = "document"  # identity card, residence permit
    LICENCE = "licence"  # business licence, with who may sign for the company
    FOREIGN = "foreign"  # passport; a foreign body's papers, notarised and authenticated (CPL 275; CPI 522)
    GUARDIANSHIP = "guardianship"  # household register, birth certificate, decision
    REPRESENTATION = (
        "representation"  # a representative's licence, letter of the firm, proof of kinship or employment (CPI 88)
    )

    @property
    def label(self) -> Text:
        """The paper in words."""
        return {
            Paper.DOCUMENT: T("Identity document of a person"),
            Paper.LICENCE: T("Business licence, and who may sign for the company"),
            Paper.FOREIGN: T("Passport, or papers of a foreign company"),
            Paper.GUARDIANSHIP: T("Paper that shows who the guardian is"),
            Paper.REPRESENTATION: T(
                "As a representative: my licence and the firm’s letter, or what ties me to the party"
            ),
        }[self]


class ShowIdentityInput(CourtModel):
    """Photographs of papers, for the registry alone."""

    paper: Annotated[Paper, Choice(Paper), field(T("What do you send?"))]
    front: Annotated[
        str,
        RefTo("upload"),
        field(T("Photograph"), T("Send the file first; it then stands here. Only the registry and the judge see it.")),
    ]
    back: Annotated[str | None, RefTo("upload"), field(T("Second photograph, if there is one"))] = None
    authority: Annotated[
        str | None,
        RefTo("upload"),
        field(
            T("Authority to sign, for a company"),
            T("Signed and sealed by the company, unless its legal representative signs."),
        ),
    ] = None
    signatory: Annotated[
        str | None,
        CourtText(0, 200, one_line=True),
        field(T("Who signs for the company"), T("Name as on the identity document.")),
    ] = None
    position: Annotated[
        str | None,
        CourtText(0, 200, one_line=True),
        field(T("Position in the company"), T("For example legal representative, manager, employee.")),
    ] = None
    authenticated: Annotated[
        bool,
        field(
            T("The papers from abroad are notarised there and authenticated by the embassy, or bear an apostille"),
            T("Needed for companies abroad, and for a mandate sent from abroad."),
        ),
    ] = False

    @model_validator(mode="after")
    def _company_has_a_signatory(self) -> ShowIdentityInput:
        if self.paper is Paper.LICENCE and not self.signatory:
            raise InvalidInput([FieldFault(("signatory",), T("Say who signs for the company."))])
        return self


class AskForPapersInput(CourtModel):
    """What the registry still needs to know who a party is."""

    party: Annotated[str, RefTo("party"), field(T("Party"), choices="all_parties")]
    words: Annotated[str, CourtText(5, 2000), field(T("What is missing, and how to mend it"), widget="textarea")]


class GuardianInput(CourtModel):
    """Whom the court lets act in a party's place."""

    party: Annotated[str, RefTo("party"), field(T("Who cannot act herself?"), choices="all_parties")]
    email: Annotated[
        str, CourtEmail(), field(T("E-mail address of the guardian"), T("The one she signs in with here."))
    ]
    name: Annotated[str, CourtText(1, 200, one_line=True), field(T("Name of the guardian, or of the body that acts"))]
    ties: Annotated[Ties, Choice(Ties), field(T("What makes her the guardian?"))]
    reasons: Reasons


class EndGuardianInput(CourtModel):
    """Why nobody acts in a party's place any more."""

    party: Annotated[str, RefTo("party"), field(T("For whom?"), choices="warded_parties")]
    why: Annotated[
        Literal["of_age", "able", "other"],
        field(
            T("What has changed?"),
            options={
                "of_age": T("The party is 18 now"),
                "able": T("The party can act herself again"),
                "other": T("Somebody else is to be the guardian"),
            },
        ),
    ]
    email: Annotated[
        str | None,
        CourtEmail(),
        field(T("The party’s own e-mail address"), T("A letter with a code lets her join herself.")),
    ] = None
    reasons: Reasons


class LegalAidInput(CourtModel):
    """Why somebody cannot do without a lawyer, and cannot pay one."""

    ground: Annotated[
        Literal["poor", "minor", "disabled", "elderly", "injured", "other"],
        field(
            T("Why do you ask?"),
            options={
                "poor": T("I live on social aid or have too little to pay a lawyer"),
                "minor": T("It is for a child"),
                "disabled": T("I have a disability, or cannot read or write well"),
                "elderly": T("I am old and have nobody who helps me"),
                "injured": T("I was injured, or it is about maintenance or wages"),
                "other": T("Another reason"),
            },
        ),
    ]
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"), T("The legal-aid body calls you."))] = None
    words: Annotated[str, CourtText(5, 2000), field(T("What do you need help with?"), widget="textarea")]
    shown_by: Annotated[str | None, RefTo("upload"), field(T("A paper that shows it, if you have one"))] = None
    pass_on: Annotated[
        Literal["yes"],
        field(
            T("What the legal-aid body is told"),
            options={
                "yes": T(
                    "The court may tell the legal-aid body my name, the number of the case, how to reach me and what I wrote here"
                )
            },
        ),
    ]


class LegalAidReply(CourtModel):
    """What the legal-aid body decided, or that it was asked."""

    request: Annotated[str, RefTo("legal_aid"), field(T("Request"), choices="legal_aids")]
    outcome: Annotated[
        Literal["passed_on", "granted", "refused"],
        field(
            T("What came of it?"),
            options={
                "passed_on": T("Passed on to the legal-aid body"),
                "granted": T("Granted: a lawyer was named"),
                "refused": T("Not granted"),
            },
        ),
    ]
    body: Annotated[str, CourtText(2, 200, one_line=True), field(T("Which legal-aid body"))]
    lawyer: Annotated[str | None, CourtText(0, 200, one_line=True), field(T("Name of the lawyer"))] = None
    on: Annotated[CourtDate, field(T("On which day"))]
    words: Annotated[str | None, CourtText(0, 1000), field(T("Note"), widget="textarea")] = None

    @model_validator(mode="after")
    def _a_lawyer_is_named(self) -> LegalAidReply:
        if self.outcome == "granted" and not self.lawyer:
            raise InvalidInput([FieldFault(("lawyer",), T("Fill this in."))])
        return self


class LicenceInput(CourtModel):
    """What the registry saw that entitles a representative."""

    mandate: Annotated[str, RefTo("any_mandate"), field(T("Representative"), choices="representatives")]
    kind: Annotated[
        Literal["lawyer", "legal_worker", "relative", "employee", "recommended"],
        field(
            T("In what quality does she represent?"),
            T(
                "A lawyer’s or legal worker’s licence counts in every case from now on; the others in this one (Interpretation, art. 88)."
            ),
            options={kind.value: words for kind, words in QUALIFICATION_WORDS.items()},
        ),
    ]
    firm: Annotated[str | None, CourtText(0, 200, one_line=True), field(T("Firm or office"))] = None
    until: Annotated[CourtDate | None, field(T("Licence valid until"), T("Leave it empty if it has no end."))] = None
    note: Annotated[
        str | None, CourtText(0, 500), field(T("Note for the file"), T("Never the number of a document."))
    ] = None


class AuthenticationInput(CourtModel):
    """Which papers from abroad were authenticated, and how."""

    party: Annotated[str, RefTo("party"), field(T("Party abroad"), choices="all_parties")]
    covers: Annotated[
        Literal["both", "mandate", "identity"],
        field(
            T("What is authenticated?"),
            options={
                "both": T("Mandate and proof of identity"),
                "mandate": T("The mandate"),
                "identity": T("The proof of identity, such as a register extract or passport"),
            },
        ),
    ]
    how: Annotated[
        Literal["authenticated", "apostille", "treaty", "third_state", "consulate", "before_judge", "notary_here"],
        field(
            T("How?"),
            options={
                "authenticated": T("Notarised there and authenticated by the embassy or consulate"),
                "apostille": T("With an apostille of that state"),
                "treaty": T("As a treaty with that state says"),
                "third_state": T("By the consulate of a third state, where there are no diplomatic relations"),
                "consulate": T("Attested by the embassy or consulate, for a citizen living abroad"),
                "before_judge": T("Signed before a judge of this court, in person or by video"),
                "notary_here": T("Signed here and notarised by a notary of this state"),
            },
        ),
    ]
    place: Annotated[
        str,
        CourtText(1, 200, one_line=True),
        field(T("By whom and where"), T("The notary, authority or consulate that stands on the certificate.")),
    ]
    on: Annotated[CourtDate, field(T("Day of the last certificate"))]
    note: Annotated[
        str | None, CourtText(0, 500), field(T("Note for the file"), T("Never the number of a document."))
    ] = None
