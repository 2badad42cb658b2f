"""Acts on who somebody is: identity papers, a lawyer's licence, guardians, and legal aid."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import model_validator

from odr.docket.models import PARTY_ROLES, Audience, Case, Party, PartyKind, Role, Stage
from odr.docket.queries import parties
from odr.filing import desks, names
from odr.filing.claim.progress import ask, decide, requests_of
from odr.filing.inputs import Reasons, Ties
from odr.filing.models import Request, RequestKind, RequestState
from odr.filing.parties.invitation import forget_reach, invite
from odr.filing.parties.known_identity import registered, start_registering
from odr.filing.parties.mandates_on_docket import note_of, representatives_of
from odr.filing.parties.person import BORN, SEX, Sex, Told, note_person
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T, Text, side_by_side
from odr.identity import mandates
from odr.identity.accounts import accounts, outbox
from odr.identity.accounts.account_letters import Letter as Message
from odr.identity.actors import Actor
from odr.identity.mandates import QUALIFICATION_WORDS
from odr.identity.models import Account, Licence, Mandate, MandateScope, Qualification
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.events import LegalAidGranted
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtDate, CourtEmail, CourtModel, CourtPhone, CourtText, RefTo, field
from odr.procedure.rules.base import law
from odr.service.packet.packets import note_reach
from odr.service.vocabulary import OF_ADDRESSES, Channel

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

NOT_CLOSED = set(Stage) - {Stage.CLOSED}

SHOWN, ASKED = "identity_shown", "identity_asked"

AID = RequestKind.LEGAL_AID


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


OF_A_PERSON = (Paper.DOCUMENT, Paper.FOREIGN)


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

    sex: Annotated[Sex | None, Choice(Sex), SEX] = None
    born_on: Annotated[CourtDate | None, BORN] = None

    @model_validator(mode="after")
    def _company_has_a_signatory(self) -> ShowIdentityInput:
        if self.paper is Paper.LICENCE and not self.signatory:
            raise InvalidInput([FieldFault(("signatory",), T("Say who signs for the company."))])
        return self


@act(
    title=T("Show the registry who you are"),
    input=ShowIdentityInput,
    by=set(PARTY_ROLES),
    at=NOT_CLOSED,
    while_stayed=True,
    version=2,
    seen_by=Audience.OWN_SIDE_AND_COURT,
    before_identity=True,
    source=law("OLR 7", "REG 4"),
    desk=desks.IDENTITY_ASKED,
    topic=Topic.TAKING_PART,
    in_record=False,
    help=T("A photograph of your document or licence. Nobody but the registry and the judge sees it."),
)
def show_identity(sitting: Sitting, case: Case, given: ShowIdentityInput, *, actor: Actor, now: datetime) -> Recorded:
    """Send papers that show who a party is; the registry looks at them in its review, and filing never waits for it
    (OLR 7, 9).
    """
    party = sitting.party_of(case, actor)
    if given.paper is Paper.LICENCE and party.kind is PartyKind.PERSON:
        raise InvalidInput.at("paper", T("A licence shows who a company is; you are in this case as a person."))
    if given.paper is Paper.REPRESENTATION and not actor.is_representative:
        raise InvalidInput.at("paper", T("You act for yourself here; only a representative shows a licence."))
    if given.paper is Paper.GUARDIANSHIP and not _has_guardian(party):
        raise InvalidInput.at("paper", T("Nobody acts in the place of this party."))
    entry = sitting.next_number(case)
    told = note_person(sitting, case, party, given.sex, given.born_on, own=given.paper in OF_A_PERSON)
    party.details = {
        **party.details,
        "identity_shown": {"entry": entry, "paper": given.paper.value, "signatory": given.signatory},
    }
    registered(sitting, case, party)
    sitting.close_tasks(case, desks.IDENTITY_ASKED, party.reference)
    if told is Told.BESIDE:
        return _says_otherwise(sitting, case, party, given.paper)
    if not sitting.tasks(case, desks.IDENTITY_SHOWN, party.reference):
        title = T("%(name)s sent papers that show who they are. Look at them and verify.", name=party.name)
        sitting.open_task(case, Role.CLERK, desks.IDENTITY_SHOWN, title, risk=20, subject=party.reference)
    return Recorded(
        T("%(name)s showed the registry papers: %(paper)s", name=party.name, paper=given.paper.label),
        {"party": party.label},
    )


def _says_otherwise(sitting: Sitting, case: Case, party: Party, paper: Paper) -> Recorded:
    """The papers say another sex or day of birth than the registry verified: that stands until a clerk looks again."""
    sitting.close_tasks(case, desks.IDENTITY_SHOWN, party.reference)
    title = T(
        "%(name)s says that their sex or day of birth is another than was verified. What was verified stands; look at the papers, and verify again if it is wrong.",
        name=party.name,
    )
    sitting.open_task(case, Role.CLERK, desks.IDENTITY_SHOWN, title, risk=40, subject=party.reference)
    words = T(
        "%(name)s showed the registry papers: %(paper)s. What was verified of sex and day of birth stands until the registry has looked at them",
        name=party.name,
        paper=paper.label,
    )
    return Recorded(words, {"party": party.label})


@upcast(names.SHOW_IDENTITY, from_version=1)
def nothing_of_the_person(given: dict[str, Any]) -> dict[str, Any]:
    """The first version asked for photographs alone."""
    return {**given, "sex": None, "born_on": None}


class AskForPapersInput(CourtModel):
    """What the registry still needs to know who a party is."""

    party: Annotated[str, RefTo("party"), field(T("Party"), choices="all_parties")]
    words: Annotated[str, CourtText(5, 2000), field(T("What is missing, and how to mend it"), widget="textarea")]


@act(
    title=T("Ask for other papers on who a party is"),
    input=AskForPapersInput,
    by={Role.CLERK},
    at=NOT_CLOSED,
    while_stayed=True,
    serves=Everyone.NOBODY,
    source=law("OLR 7", "REG 7"),
    desk=desks.IDENTITY_SHOWN,
    topic=Topic.CLAIM,
    in_record=False,
)
def ask_for_papers(sitting: Sitting, case: Case, given: AskForPapersInput, *, actor: Actor, now: datetime) -> Recorded:
    """Say what is still missing to verify an identity, within the days of OLR 10; who sends nothing goes on offline."""
    party: Party = sitting.resolved("party", given.party)
    sitting.close_tasks(case, desks.IDENTITY_SHOWN, party.reference)
    party.details = {**party.details, "identity_asked": {"entry": sitting.next_number(case), "words": given.words}}
    if case.accepted_at is not None:  # Before that the claim goes back to be corrected (REG 7).
        start_registering(sitting, case, party)
    words = T("The registry asks %(name)s for papers: %(words)s", name=party.name, words=given.words)
    return Recorded(words, {"party": party.label}, Audience.NAMED, ("clerk", "judge", "president", f"party/{party.id}"))


@guard("CPI 88")
def somebody_represents(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nobody's licence can be verified."""
    return None if representatives_of(sitting, case) else T("Nobody represents anybody in this case.")


@choice_source("representatives")
def representatives(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Everybody who represents somebody in the case by a mandate."""
    rows = [r for r in representatives_of(sitting, case) if r.mandate.scope is not MandateScope.STATUTORY]
    return [
        Option(r.mandate.reference, T("%(name)s, for %(party)s", name=r.name, party=r.party.name), r.entitled)
        for r in rows
    ]


@resolver("any_mandate")
def find_any_mandate(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Mandate | None:
    """A live mandate of anybody in the case, for the registry."""
    return next(
        (r.mandate for r in representatives_of(sitting, case) if r.mandate.reference == reference),
        None,
    )


class LicenceInput(CourtModel):
    """What the registry saw that entitles a representative."""

    mandate: Annotated[str, RefTo("any_mandate"), field(T("Representative"), choices="representatives")]
    kind: Annotated[
        Literal["lawyer", "legal_worker", "relative", "employee", "recommended"],
        field(
            T("In what quality do they represent?"),
            T(
                "A lawyer’s or legal worker’s licence counts in every case from now on; the others in this one [CPI 88]."
            ),
            options={kind.value: words for kind, words in QUALIFICATION_WORDS.items()},
        ),
    ]
    firm: Annotated[str | None, CourtText(0, 200, one_line=True), field(T("Firm or office"))] = None
    until: Annotated[CourtDate | None, field(T("Licence valid until"), T("Leave it empty if it has no end."))] = None
    note: Annotated[
        str | None, CourtText(0, 500), field(T("Note for the file"), T("Never the number of a document."))
    ] = None


@act(
    title=T("Verify a representative’s licence"),
    input=LicenceInput,
    by={Role.CLERK},
    at=NOT_CLOSED,
    guard=somebody_represents,
    while_stayed=True,
    source=law("CPL 61", "CPI 88"),
    desk=desks.IDENTITY_SHOWN,
    topic=Topic.CLAIM,
    in_record=False,
    help=T("Once for a lawyer: it then counts in all their cases."),
)
def verify_licence(sitting: Sitting, case: Case, given: LicenceInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record what entitles a representative to act; a lawyer's licence is seen once and counts in every case (CPL 61;
    CPI 88).
    """
    mandate: Mandate = sitting.resolved("any_mandate", given.mandate)
    kind = Qualification(given.kind)
    if given.until is not None and given.until < now.astimezone(sitting.court.settings.tz).date():
        raise InvalidInput.at("until", T("This licence has ended."))
    if kind in mandates.EVERYWHERE and not given.firm:
        raise InvalidInput.at("firm", T("Fill this in."))
    account = sitting.session.get_one(Account, mandate.account_id)
    sitting.session.add(
        Licence(
            account_id=account.id,
            kind=kind,
            firm=given.firm,
            case_id=None if kind in mandates.EVERYWHERE else case.id,
            verified_by=actor.account_id or 0,
            verified_at=now,
            until_on=given.until,
        )
    )
    sitting.session.flush()
    sitting.close_tasks(case, desks.IDENTITY_SHOWN, case.party(mandate.party_id).reference)
    words = T("%(name)s may represent: %(kind)s", name=account.name, kind=mandates.QUALIFICATION_WORDS[kind])
    return Recorded(words, {"mandate": mandate.reference, "kind": kind.value, "firm": given.firm})


class GuardianInput(CourtModel):
    """Whom the court lets act in a party's place."""

    party: Annotated[str, RefTo("party"), field(T("Who cannot act in person?"), choices="all_parties")]
    email: Annotated[
        str, CourtEmail(), field(T("E-mail address of the guardian"), T("The one they sign in with here."))
    ]
    name: Annotated[str, CourtText(1, 200, one_line=True), field(T("Name of the guardian, or of the body that acts"))]
    ties: Annotated[Ties, Choice(Ties), field(T("What makes them the guardian?"))]
    reasons: Reasons


@act(
    title=T("Let a guardian act for a party"),
    input=GuardianInput,
    by={Role.JUDGE},
    at=NOT_CLOSED,
    while_stayed=True,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("A guardian now acts for a party"),
        T("There is nothing you have to do. It is on the docket."),
    ),
    source=law("CPL 60", "CPI 83"),
    topic=Topic.CLAIM,
    in_record=False,
    help=T("Where guardians leave it to each other or cannot agree, or nobody is there who could be one."),
)
def appoint_guardian(sitting: Sitting, case: Case, given: GuardianInput, *, actor: Actor, now: datetime) -> Recorded:
    """Name who acts in the place of a party without capacity to act in court; earlier guardians act no longer (CPL 60;
    CPI 83).
    """
    party: Party = sitting.resolved("party", given.party)
    if party.kind is not PartyKind.PERSON:
        raise InvalidInput.at(
            "party", T("Only a person has a guardian. For a company, act as the one who may sign for it.")
        )
    account = accounts.by_email(sitting.session, accounts.normal_email(given.email))
    if account is None or account.staff_roles or account.id == party.account_id:
        raise InvalidInput.at(
            "email",
            T(
                "Nobody with that address can be the guardian here. They need an account of their own and may not serve the court."
            ),
        )
    _end_guardians(sitting, case, party)
    # Papers go to whoever acts now, on paper until they confirm an address; the inbox here is the party's.
    forget_reach(sitting, party, now, keep=(Channel.PLATFORM, Channel.POST))
    _note_mail(sitting, party, given.email, "guardian named by the court")
    try:
        mandate = mandates.place_guardian(sitting.session, party, account, now)
    except mandates.BothSides as error:
        raise InvalidInput.at("email", error.message) from error
    note_of(sitting.session, mandate).signed_entry = sitting.next_number(case)
    party.account_id = None
    party.online, party.joined_at = True, party.joined_at or now
    entry = sitting.next_number(case)
    party.details = {
        **_without_addresses(party),
        "guardian": {"name": given.name, "ties": given.ties.value, "verified": {"means": "appointed", "entry": entry}},
    }
    return Recorded(
        T("%(name)s acts for %(party)s as guardian", name=given.name, party=party.name),
        {"party": party.label, "mandate": mandate.reference},
    )


def _end_guardians(sitting: Sitting, case: Case, party: Party) -> int:
    held = mandates.guardians_of(sitting.session, party, sitting.now)
    for mandate in held:
        mandates.revoke(sitting.session, mandate, sitting.now)
        note_of(sitting.session, mandate).ended_entry = sitting.next_number(case)
    return len(held)


def _without_addresses(party: Party) -> dict[str, Any]:
    return {key: value for key, value in party.details.items() if key not in OF_ADDRESSES}


def _note_mail(sitting: Sitting, party: Party, email: str | None, source: str) -> None:
    if email is not None:
        reach = ((Channel.EMAIL, email),)
        note_reach(sitting.session, party_id=party.id, reach=reach, source=source, at=sitting.now, given=False)


@guard("CPL 60", "CPI 83")
def a_guardian_acts(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no guardianship can be ended."""
    return None if any(_has_guardian(p) for p in case.parties) else T("No guardian acts in this case.")


def _has_guardian(party: Party) -> bool:
    """Whether somebody acts in a party's place; while another is sought, the party is a ward and nobody does."""
    return bool(party.details.get("guardian", {}).get("name"))


@choice_source("warded_parties")
def warded_parties(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Parties in whose place a guardian acts."""
    return [Option(p.reference, p.name, p.details["guardian"]["name"]) for p in parties(case) if _has_guardian(p)]


class EndGuardianInput(CourtModel):
    """Why nobody acts in a party's place any more."""

    party: Annotated[str, RefTo("party"), field(T("For whom?"), choices="warded_parties")]
    why: Annotated[
        Literal["of_age", "able", "other"],
        field(
            T("What has changed?"),
            options={
                "of_age": T("The party is 18 now"),
                "able": T("The party can act in person again"),
                "other": T("Somebody else is to be the guardian"),
            },
        ),
    ]
    email: Annotated[
        str | None,
        CourtEmail(),
        field(T("The party’s own e-mail address"), T("A letter with a code lets them join in person.")),
    ] = None
    reasons: Reasons


@act(
    title=T("End a guardian’s acting"),
    input=EndGuardianInput,
    by={Role.CLERK, Role.JUDGE},
    at=NOT_CLOSED,
    guard=a_guardian_acts,
    while_stayed=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("A guardian no longer acts for a party"),
        T("There is nothing you have to do. What the guardian did stays valid."),
    ),
    source=law("CPL 60", "CPI 83"),
    topic=Topic.CLAIM,
    in_record=False,
)
def end_guardian(sitting: Sitting, case: Case, given: EndGuardianInput, *, actor: Actor, now: datetime) -> Recorded:
    """The party is of age or able again, or another guardian comes: what was done in their place stays done (CPL 60;
    CPI 83).

    A letter with a code lets them join themselves; without an address of theirs the clerk brings it otherwise.
    """
    party: Party = sitting.resolved("party", given.party)
    if not _has_guardian(party) or not _end_guardians(sitting, case, party):
        raise InvalidInput.at("party", T("Nobody acts in the place of this party."))
    before = party.details["guardian"]
    party.details = {key: value for key, value in _without_addresses(party).items() if key != "guardian"}
    if given.why == "other":
        # Still a child, or an adult who cannot act: they are named nowhere in public, also while nobody acts for them.
        waits = {"name": "", "ties": before["ties"], "ended": sitting.next_number(case)}
        party.details = {**party.details, "guardian": waits}
    party.online, party.joined_at = False, None
    party.email = given.email
    forget_reach(sitting, party, now)
    _note_mail(sitting, party, given.email, "the party's own, when a guardian's acting ended")
    invite(sitting, case, party)
    return Recorded(
        T("Nobody acts for %(party)s as guardian any more", party=party.name), {"party": party.label, "why": given.why}
    )


@guard("COURT legal-aid")
def may_ask_for_aid(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """One request at a time, and for persons."""
    if sitting.party_of(case, actor).kind is not PartyKind.PERSON:
        return T("Legal aid is for persons.")
    return (
        T("You have asked already; the legal-aid body decides.")
        if any(r.party_id == actor.party_id for r in requests_of(sitting, case, AID))
        else None
    )


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
    fee: Annotated[
        Literal["later", "no"],
        field(
            T("And the court fee?"),
            T("Whoever gets legal aid may pay it later [FEE 47(3)], if it is asked before the claim is accepted."),
            options={"later": T("If I get legal aid, I ask to pay it later"), "no": T("I ask for nothing")},
        ),
    ] = "no"
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


@act(
    title=T("Ask for a lawyer through legal aid"),
    input=LegalAidInput,
    version=2,
    by=set(PARTY_ROLES),
    at=NOT_CLOSED,
    guard=may_ask_for_aid,
    while_stayed=True,
    seen_by=Audience.OWN_SIDE_AND_COURT,
    before_identity=True,
    source=law("FEE 45", "CPL 61"),
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "A lawyer who costs you nothing, if you cannot pay one. Whether you get one, the legal-aid body decides. It also helps with the fee."
    ),
)
def request_legal_aid(sitting: Sitting, case: Case, given: LegalAidInput, *, actor: Actor, now: datetime) -> Recorded:
    """Take a request for legal aid and bring it to the legal-aid body; the case goes on meanwhile (FEE 45)."""
    party = sitting.party_of(case, actor)
    request = ask(sitting, case, AID, party, given.words, ground=given.ground, phone=given.phone, fee=given.fee)
    title = T("%(name)s asks for legal aid. Pass it on, and record what the legal-aid body decides.", name=party.name)
    sitting.open_task(case, Role.CLERK, desks.LEGAL_AID, title, risk=35, subject=request.reference)
    letter = _to_the_body(sitting, case, party, given)
    if letter is not None:
        outbox.write(sitting.court, sitting.session, [letter])
        sitting.after_commit.append(lambda: outbox.send_soon(sitting.court))
    return Recorded(
        T("%(name)s asked for legal aid", name=party.name),
        {"request": request.reference, "written": letter is not None},
    )


@upcast(names.REQUEST_LEGAL_AID, from_version=1)
def _asked_nothing_of_the_fee(old: dict[str, Any]) -> dict[str, Any]:
    """At first the fee had to be asked about apart."""
    return {**old, "fee": "no"}


def _to_the_body(sitting: Sitting, case: Case, party: Party, given: LegalAidInput) -> Message | None:
    """What the legal-aid body is told, and not more than the person agreed to; None where the court has no address of
    it.
    """
    address = sitting.court.settings.legal_aid_email
    if not address or sitting.court.ports.mail is None:
        return None
    reach = [value for value in (given.phone or party.phone, party.email) if value]
    return Message(
        address,
        T("Request for legal aid in case %(number)s", number=case.number or case.reference),
        (
            T(
                "%(name)s, %(role)s, asks for legal aid: %(words)s",
                name=party.name,
                role=party.role.label,
                words=given.words,
            ),
            T("To be reached at: %(reach)s", reach=side_by_side(reach or ["–"])),
            T("Please tell the registry what you decide, and the name of the lawyer."),
        ),
        sitting.pack(case).language,
    )


@guard("COURT legal-aid")
def aid_was_asked(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to record."""
    return None if requests_of(sitting, case, AID) else T("Nobody has asked for legal aid.")


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


@act(
    title=T("Record what came of a request for legal aid"),
    input=LegalAidReply,
    by={Role.CLERK},
    at=NOT_CLOSED,
    guard=aid_was_asked,
    while_stayed=True,
    source=law("FEE 45", "CPL 61"),
    desk=desks.LEGAL_AID,
    topic=Topic.CLAIM,
    in_record=False,
)
def record_legal_aid(sitting: Sitting, case: Case, given: LegalAidReply, *, actor: Actor, now: datetime) -> Recorded:
    """Record that a request was passed on, granted or not; the lawyer then asks for their mandate by link as any other
    (CPL 62).
    """
    request: Request = sitting.resolved("legal_aid", given.request)
    party = case.party(request.party_id)
    if given.outcome == "passed_on":
        request.details = {**request.details, "passed_on": given.on.isoformat(), "body": given.body}
    else:
        decide(sitting, case, request, RequestState.GRANTED if given.outcome == "granted" else RequestState.REFUSED)
        party.details = {
            **party.details,
            "legal_aid": {"outcome": given.outcome, "lawyer": given.lawyer, "entry": sitting.next_number(case)},
        }
        _tell(sitting, case, party, given, request.details.get("fee") == "later")
        if given.outcome == "granted":
            sitting.announce(LegalAidGranted(case, party, request.details.get("fee") == "later"))
    words = {
        "passed_on": T("The request of %(name)s was passed on to %(body)s", name=party.name, body=given.body),
        "granted": T(
            "%(body)s grants %(name)s legal aid: %(lawyer)s",
            name=party.name,
            body=given.body,
            lawyer=given.lawyer or "",
        ),
        "refused": T("%(body)s does not grant %(name)s legal aid", name=party.name, body=given.body),
    }[given.outcome]
    return Recorded(
        words, {"request": request.reference}, Audience.NAMED, ("clerk", "judge", "president", f"party/{party.id}")
    )


def _tell(sitting: Sitting, case: Case, party: Party, given: LegalAidReply, later: bool) -> None:
    """A short letter to who asked, with what becomes of the fee they asked to pay ``later``; they read the rest on the docket."""
    if not party.email or sitting.court.ports.mail is None:
        return
    what = (
        T(
            "You get legal aid. Your lawyer is %(lawyer)s; they will ask you to sign their mandate on your telephone.",
            lawyer=given.lawyer or "",
        )
        if given.outcome == "granted"
        else T(
            "You do not get legal aid. You may ask the legal-aid body to look at it again, and go on without a lawyer here."
        )
    )
    words = [what]
    if given.outcome == "granted" and later:
        words.append(
            T("You asked to pay the court fee later: the court decides on that before it accepts the claim.")
            if case.stage in (Stage.LODGED, Stage.RETURNED)
            else T(
                "The claim is accepted already, so the court fee can no longer be put off. You can ask to pay less or nothing."
            )
        )
    account = sitting.session.get(Account, party.account_id) if party.account_id is not None else None
    letter = Message(
        party.email,
        T("Your request for legal aid: %(number)s", number=case.number or case.caption),
        tuple(words),
        account.locale if account is not None else party.locale,
    )
    outbox.write(sitting.court, sitting.session, [letter])
    sitting.after_commit.append(lambda: outbox.send_soon(sitting.court))
