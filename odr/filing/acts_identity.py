"""Acts about who somebody is: papers shown to the registry, guardians, and help by a lawyer who costs nothing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import PARTY_ROLES, Audience, Case, Party, PartyKind, Role, Stage
from odr.errors import InvalidInput
from odr.filing import desks
from odr.filing.inputs_people import (
    AskForPapersInput,
    EndGuardianInput,
    GuardianInput,
    LegalAidInput,
    LegalAidReply,
    LicenceInput,
    Paper,
    ShowIdentityInput,
)
from odr.filing.inviting import invite
from odr.filing.models import Request, RequestKind, RequestState
from odr.filing.progress import ask, decide, requests_of
from odr.filing.representing import note_of, representatives_of
from odr.identity import accounts, mail, mandates
from odr.identity.actors import Actor
from odr.identity.mail import Letter as Message
from odr.identity.models import Account, Licence, Mandate, Qualification
from odr.procedure.letter import Letter, PaperKind
from odr.procedure.rules import law
from odr.procedure.table import Everyone, Recorded, Topic, act, guard
from odr.text import T, Text

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

NOT_CLOSED = set(Stage) - {Stage.CLOSED}
SHOWN, ASKED = "identity_shown", "identity_asked"
AID = RequestKind.LEGAL_AID


# -- papers -------------------------------------------------------------------


@act(
    title=T("Show the registry who you are"),
    input=ShowIdentityInput,
    by=set(PARTY_ROLES),
    at=NOT_CLOSED,
    while_stayed=True,
    seen_by=Audience.OWN_SIDE_AND_COURT,
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
    if given.paper is Paper.GUARDIANSHIP and "guardian" not in party.details:
        raise InvalidInput.at("paper", T("Nobody acts in the place of this party."))
    entry = sitting.next_number(case)
    party.details = {
        **party.details,
        "identity_shown": {"entry": entry, "paper": given.paper.value, "signatory": given.signatory},
    }
    sitting.close_tasks(case, desks.IDENTITY_ASKED, party.reference)
    if not sitting.tasks(case, desks.IDENTITY_SHOWN, party.reference):
        title = T("%(name)s sent papers that show who she is. Look at them and verify.", name=party.name)
        sitting.open_task(case, Role.CLERK, desks.IDENTITY_SHOWN, title, risk=20, subject=party.reference)
    return Recorded(
        T("%(name)s showed the registry papers: %(paper)s", name=party.name, paper=given.paper.label),
        {"party": party.label},
    )


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
    """Say what is still missing to verify an identity; it keeps nobody from acting (OLR 7)."""
    party: Party = sitting.resolved("party", given.party)
    sitting.close_tasks(case, desks.IDENTITY_SHOWN, party.reference)
    party.details = {**party.details, "identity_asked": {"entry": sitting.next_number(case), "words": given.words}}
    words = T("The registry asks %(name)s for papers: %(words)s", name=party.name, words=given.words)
    return Recorded(words, {"party": party.label}, Audience.NAMED, ("clerk", "judge", "president", f"party/{party.id}"))


# -- representatives ----------------------------------------------------------


@guard("CPI 88")
def somebody_represents(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nobody's licence can be verified."""
    return (
        None if representatives_of(sitting.session, case, sitting.now) else T("Nobody represents anybody in this case.")
    )


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
    help=T("Once for a lawyer: it then counts in all her cases."),
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
    sitting.close_tasks(case, desks.IDENTITY_SHOWN, next(p.reference for p in case.parties if p.id == mandate.party_id))
    words = T("%(name)s may represent: %(kind)s", name=account.name, kind=mandates.QUALIFICATION_WORDS[kind])
    return Recorded(words, {"mandate": mandate.reference, "kind": kind.value, "firm": given.firm})


# -- guardians ----------------------------------------------------------------


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
                "Nobody with that address can be the guardian here. She needs an account of her own and may not serve the court."
            ),
        )
    _end_guardians(sitting, case, party)
    try:
        mandate = mandates.place_guardian(sitting.session, party, account, now)
    except mandates.BothSides as error:
        raise InvalidInput.at("email", error.message) from error
    note_of(sitting.session, mandate).signed_entry = sitting.next_number(case)
    party.account_id = None
    party.online, party.joined_at = True, party.joined_at or now
    entry = sitting.next_number(case)
    party.details = {
        **party.details,
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


@guard("CPL 60", "CPI 83")
def a_guardian_acts(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no guardianship can be ended."""
    return None if any("guardian" in p.details for p in case.parties) else T("No guardian acts in this case.")


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
    """The party is of age or able again, or another guardian comes: what was done in her place stays done (CPL 60; CPI
    83).

    A letter with a code lets her join herself; without an address of hers the clerk brings it otherwise.
    """
    party: Party = sitting.resolved("party", given.party)
    if "guardian" not in party.details or not _end_guardians(sitting, case, party):
        raise InvalidInput.at("party", T("Nobody acts in the place of this party."))
    party.details = {key: value for key, value in party.details.items() if key != "guardian"}
    party.online, party.joined_at = False, None
    party.email = given.email or party.email
    invite(sitting, case, party)
    return Recorded(
        T("Nobody acts for %(party)s as guardian any more", party=party.name), {"party": party.label, "why": given.why}
    )


# -- legal aid ------------------------------------------------------------------


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


@act(
    title=T("Ask for a lawyer through legal aid"),
    input=LegalAidInput,
    by=set(PARTY_ROLES),
    at=NOT_CLOSED,
    guard=may_ask_for_aid,
    while_stayed=True,
    seen_by=Audience.OWN_SIDE_AND_COURT,
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
    request = ask(sitting, case, AID, party, given.words, ground=given.ground, phone=given.phone)
    title = T("%(name)s asks for legal aid. Pass it on, and record what the legal-aid body decides.", name=party.name)
    sitting.open_task(case, Role.CLERK, desks.LEGAL_AID, title, risk=35, subject=request.reference)
    letter = _to_the_body(sitting, case, party, given)
    if letter is not None:
        sitting.after_commit.append(lambda: mail.post(sitting.court.ports.mail, [letter]))
    return Recorded(
        T("%(name)s asked for legal aid", name=party.name),
        {"request": request.reference, "written": letter is not None},
    )


def _to_the_body(sitting: Sitting, case: Case, party: Party, given: LegalAidInput) -> Message | None:
    """What the legal-aid body is told, and not more than the person agreed to; None where the court has no address of
    it.
    """
    address = sitting.court.settings.legal_aid_email
    if not address or sitting.court.ports.mail is None:
        return None
    reach = ", ".join(value for value in (given.phone or party.phone, party.email) if value)
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
            T("To be reached at: %(reach)s", reach=reach or "–"),
            T("Please tell the registry what you decide, and the name of the lawyer."),
        ),
        "zh-Hans" if case.pack_id == "cn" else "en",
    )


@guard("COURT legal-aid")
def aid_was_asked(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to record."""
    return None if requests_of(sitting, case, AID) else T("Nobody has asked for legal aid.")


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
    """Record that a request was passed on, granted or not; the lawyer then asks for her mandate by link as any other
    (CPL 62).
    """
    request: Request = sitting.resolved("legal_aid", given.request)
    party = next(p for p in case.parties if p.id == request.party_id)
    if given.outcome == "passed_on":
        request.details = {**request.details, "passed_on": given.on.isoformat(), "body": given.body}
    else:
        decide(sitting, case, request, RequestState.GRANTED if given.outcome == "granted" else RequestState.REFUSED)
        party.details = {
            **party.details,
            "legal_aid": {"outcome": given.outcome, "lawyer": given.lawyer, "entry": sitting.next_number(case)},
        }
        _tell(sitting, party, given)
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


def _tell(sitting: Sitting, party: Party, given: LegalAidReply) -> None:
    """A short letter to who asked; she reads the rest on the docket."""
    if not party.email or sitting.court.ports.mail is None:
        return
    what = (
        T(
            "You get legal aid. Your lawyer is %(lawyer)s; she will ask you to sign her mandate on your telephone.",
            lawyer=given.lawyer or "",
        )
        if given.outcome == "granted"
        else T(
            "You do not get legal aid. You may ask the legal-aid body to look at it again, and go on without a lawyer here."
        )
    )
    account = sitting.session.get(Account, party.account_id) if party.account_id is not None else None
    letter = Message(
        party.email, T("Your request for legal aid"), (what,), account.locale if account is not None else party.locale
    )
    sitting.after_commit.append(lambda: mail.post(sitting.court.ports.mail, [letter]))
