"""Acts on who represents a party, and on a party's identity as a platform or the registry confirms it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Audience, Case, Party, PartyKind, Role, Stage
from odr.docket.visibility import side_and_court
from odr.filing import desks, names
from odr.filing.claim.progress import ask, decide, requests_of
from odr.filing.models import Request, RequestKind, RequestState
from odr.filing.parties.inputs import MandateFact
from odr.filing.parties.invitation import note_addresses
from odr.filing.parties.known_identity import is_verified, note_seen, registered
from odr.filing.parties.mandates_on_docket import note_of, representatives_of
from odr.filing.parties.person import BORN, SEX, Sex, Told, note_person
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity import mandates
from odr.identity.accounts import accounts
from odr.identity.actors import Actor
from odr.identity.models import Account, Mandate, MandateScope
from odr.identity.sign_in import rate_limits
from odr.identity.sign_in.keys import keyring
from odr.identity.sign_in.rate_limits import Counted
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtDate, CourtEmail, CourtModel, CourtPhone, CourtText, RefTo, field
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

NOT_CLOSED = set(Stage) - {Stage.CLOSED}

IDENTITY_WINDOW = "identity_reply"


@guard("CPL 61, 62")
def for_oneself(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only the party gives powers; a representative lets assistants in on the page of mandates."""
    return (
        T("Only the party gives and ends powers here; a representative lets assistants in on the page of mandates.")
        if actor.is_representative and not actor.is_guardian
        else None
    )


@guard("CPL 61")
def place_is_free(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nobody more can act for the party: as many do as the rules of the case allow."""
    most = sitting.pack(case).most_representatives
    if most is None:
        return None
    acting = [
        r
        for r in representatives_of(sitting, case)
        if r.party.id == actor.party_id and not r.is_assistant and r.mandate.scope is not MandateScope.STATUTORY
    ]
    if len(acting) < most:
        return None
    return T(
        "You have %(most)s representatives already, and more are not allowed. End the powers of one of them first.",
        most=most,
    )


SCOPES = {
    MandateScope.ORDINARY.value: T("Ordinary powers: conduct the case"),
    MandateScope.SPECIAL.value: T(
        "Special powers: also admit, waive or change claims, settle, counterclaim and appeal"
    ),
}


class AppointInput(CourtModel):
    """Whom a party lets act for them, how far and how long."""

    email: Annotated[
        str, CourtEmail(), field(T("E-mail address of the representative"), T("The one they sign in with here."))
    ]
    scope: Annotated[Literal["ordinary", "special"], field(T("How far do the powers go?"), options=SCOPES)] = "ordinary"
    until: Annotated[CourtDate | None, field(T("Until"), T("Leave it empty: until the case is over."))] = None
    may_pass_on: Annotated[
        bool,
        field(
            T("They may hand the case over to a colleague of the same firm"),
            T("The court tells you who it is. Without this you are asked first. You can end it at any time."),
        ),
    ] = False


def count_who_is_named(court: Court, case: Case, given: BaseModel, actor: Actor) -> dict[str, Any]:
    """Count, before the transaction, that an address was named: the court writes to it. Raises TooMany."""
    ring, now = keyring(court.settings.secret_key), court.clock.machine_now()
    with court.database.write() as session:
        rate_limits.take(session, ring, Counted.NAMED_BY, str(actor.account_id), now)
    return {}


@act(
    title=T("Appoint a representative"),
    input=AppointInput,
    prepare=count_who_is_named,
    by=set(PARTY_ROLES),
    at=NOT_CLOSED,
    guard=(for_oneself, place_is_free),
    while_stayed=True,
    strong=True,
    version=2,
    seen_by=Audience.OWN_SIDE_AND_COURT,
    source=law("CPL 61, 62", "CPI 88, 89"),
    means={Milestone.OWN_AFFAIR},
    topic=Topic.CLAIM,
    in_record=False,
    help=T("They act for you once they have accepted. You can end it at any time."),
)
def appoint_representative(
    sitting: Sitting, case: Case, given: AppointInput, *, actor: Actor, now: datetime
) -> Recorded:
    """The party signs a mandate; it is in force once the representative has accepted (CPL 61, 62). Before, the other
    side hears nothing of it, and nobody a name: the entry says the same whoever has an account with the address.
    """
    me = sitting.party_of(case, actor)
    until = datetime.combine(given.until + timedelta(days=1), time(), sitting.pack(case).tz) if given.until else None
    email = accounts.normal_email(given.email)
    mandate = mandates.appoint(
        sitting.session,
        me,
        email,
        MandateScope(given.scope),
        until_at=until,
        now=now,
        may_pass_on=given.may_pass_on,
    )
    words = T(
        "%(party)s asks somebody to act for them; the mandate counts once that person accepts it. %(scope)s",
        party=me.name,
        scope=mandates.SCOPE_WORDS[mandate.scope],
    )
    return Recorded(words, _powers(me, mandate))


@upcast(names.APPOINT_REPRESENTATIVE, from_version=1)
def _not_passed_on(old: dict[str, Any]) -> dict[str, Any]:
    """A mandate of before let nobody hand the case to a colleague."""
    return {**old, "may_pass_on": False}


def _signed(party: Party, account: Account, mandate: Mandate) -> Recorded:
    words = T(
        "%(name)s acts for %(party)s. %(scope)s",
        name=account.name,
        party=party.name,
        scope=mandates.SCOPE_WORDS[mandate.scope],
    )
    return Recorded(words, {"name": account.name, **_powers(party, mandate)})


def _powers(party: Party, mandate: Mandate) -> dict[str, object]:
    facts: dict[str, object] = {
        "mandate": mandate.reference,
        "scope": mandate.scope.value,
        "until": mandate.until_at.isoformat() if mandate.until_at else None,
    }
    facts |= {"may_pass_on": mandate.may_pass_on} if mandate.may_pass_on else {}
    return facts | {"party": party.label, "assistant": mandate.delegated_by is not None}


def _ended(party: Party, account: Account, mandate: Mandate) -> Recorded:
    return Recorded(
        T("%(name)s no longer acts for %(party)s", name=account.name, party=party.name),
        {"mandate": mandate.reference, "name": account.name, "party": party.label},
    )


@guard("CPL 63")
def somebody_acts(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no mandate to end."""
    mine = [
        r
        for r in representatives_of(sitting, case)
        if r.party.id == actor.party_id and r.mandate.scope is not MandateScope.STATUTORY
    ]
    return None if mine else T("Nobody acts for you in this case.")


@choice_source("live_mandates")
def live_mandates(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Who acts for the actor's party by their own word."""
    rows = [
        r
        for r in representatives_of(sitting, case)
        if r.party.id == actor.party_id and r.mandate.scope is not MandateScope.STATUTORY
    ]
    return [Option(r.mandate.reference, r.name, r.scope) for r in rows]


@resolver("mandate")
def find_mandate(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Mandate | None:
    """A live mandate of the actor's party."""
    return next(
        (
            r.mandate
            for r in representatives_of(sitting, case)
            if r.mandate.reference == reference and r.party.id == actor.party_id
        ),
        None,
    )


class RevokeInput(CourtModel):
    """A mandate that ends."""

    mandate: Annotated[str, RefTo("mandate"), field(T("Representative"), choices="live_mandates")]


@act(
    title=T("End a representative’s powers"),
    input=RevokeInput,
    by=set(PARTY_ROLES),
    at=NOT_CLOSED,
    guard=somebody_acts,
    while_stayed=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("A representative no longer acts for a party"),
        T("There is nothing you have to do. It is on the docket."),
    ),
    before_identity=True,
    source=law("CPL 63"),
    means={Milestone.OWN_AFFAIR},
    topic=Topic.CLAIM,
    in_record=False,
)
def revoke_representative(sitting: Sitting, case: Case, given: RevokeInput, *, actor: Actor, now: datetime) -> Recorded:
    """End a mandate at once, by the party or by the representative who lays it down (CPL 63); what was done stays done."""
    mandate: Mandate = sitting.resolved("mandate", given.mandate)
    if mandate.scope is MandateScope.STATUTORY:
        raise InvalidInput.at(
            "mandate",
            T(
                "A guardian acts by law. The court ends it when the reason for it has ended; write to the registry in the case."
            ),
        )
    if actor.is_representative and not actor.is_guardian and mandate.account_id != actor.account_id:
        raise InvalidInput.at("mandate", T("You can lay down your own mandate only."))
    mandates.revoke(sitting.session, mandate, now)
    note_of(sitting.session, mandate).ended_entry = sitting.next_number(case)
    return _ended(sitting.party_of(case, actor), sitting.session.get_one(Account, mandate.account_id), mandate)


@act(
    title=T("A mandate was recorded"),
    input=MandateFact,
    by={Role.CLOCK},
    at=NOT_CLOSED,
    listed=False,
    while_stayed=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Who represents a party has changed"),
        T("There is nothing you have to do. It is on the docket."),
    ),
    source=law("CPL 62, 63"),
    in_record=False,
)
def record_mandate(sitting: Sitting, case: Case, given: MandateFact, *, actor: Actor, now: datetime) -> Recorded:
    """Tell the docket of a mandate that was signed and accepted, or that ended: nobody acts unseen (CPL 62, 63)."""
    mandate = sitting.session.scalars(
        select(Mandate).where(Mandate.case_id == case.id, Mandate.reference == given.mandate)
    ).one()
    party, account = (
        case.party(mandate.party_id),
        sitting.session.get_one(Account, mandate.account_id),
    )
    note = note_of(sitting.session, mandate)
    if note.signed_entry is None:
        note.signed_entry = sitting.next_number(case)
        _look_at_client(sitting, case, party, account)
        return _signed(party, account, mandate)
    note.ended_entry = sitting.next_number(case)
    return _ended(party, account, mandate)


def _look_at_client(sitting: Sitting, case: Case, party: Party, account: Account) -> None:
    """Who lets somebody act and has not joined themselves was seen by nobody: the registry looks at the mandate and at who
    gave it, as it would on paper (CPL 62; OLR 7).
    """
    if party.account_id is not None or is_verified(sitting, party)[0] or "guardian" in party.details:
        return
    if not sitting.tasks(case, desks.IDENTITY_SHOWN, party.reference):
        title = T(
            "%(name)s acts for %(party)s, whom nobody has seen. Look at the mandate, ask for papers, or verify who they are.",
            name=account.name,
            party=party.name,
        )
        sitting.open_task(case, Role.CLERK, desks.IDENTITY_SHOWN, title, risk=50, subject=party.reference)


MEANS = {
    "document": T("Identity document seen"),
    "licence": T("Business licence and authorisation seen"),
    "register": T("Found in a public register"),
    "foreign": T("Passport or notarised and authenticated papers seen"),
    "guardianship": T("Papers that show the guardianship seen"),
}


OF_A_PERSON = ("document", "register", "foreign")
"""Means that show what a person's own document says."""


class VerifyInput(CourtModel):
    """How the registry made sure who a party is."""

    party: Annotated[str, RefTo("party"), field(T("Party"), choices="all_parties")]
    means: Annotated[
        Literal["document", "licence", "register", "foreign", "guardianship"],
        field(T("How was the identity verified?"), options=MEANS),
    ]
    note: Annotated[
        str | None, CourtText(0, 500), field(T("Note for the file"), T("Never the number of a document."))
    ] = None
    sex: Annotated[Sex | None, Choice(Sex), SEX] = None
    born_on: Annotated[CourtDate | None, BORN] = None


@act(
    title=T("Verify a party’s identity"),
    input=VerifyInput,
    by={Role.CLERK},
    at=NOT_CLOSED,
    while_stayed=True,
    version=2,
    source=law("OLR 7", "REG 4"),
    desk=desks.IDENTITY_SHOWN,
    topic=Topic.CLAIM,
    in_record=False,
)
def verify_identity(sitting: Sitting, case: Case, given: VerifyInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record how the registry made sure who a party is; never a reason not to let them file (OLR 7)."""
    party: Party = sitting.resolved("party", given.party)
    seen = {"means": given.means, "entry": sitting.next_number(case)}
    own = given.means in OF_A_PERSON
    told = note_person(sitting, case, party, given.sex, given.born_on, own=own, verified=True)
    if given.means == "guardianship":
        if not party.details.get("guardian", {}).get("name"):
            raise InvalidInput.at("means", T("Nobody acts in the place of this party."))
        party.details = {**party.details, "guardian": {**party.details["guardian"], "verified": seen}}
        registered(sitting, case, party)
        return Recorded(
            T("Guardianship for %(name)s verified", name=party.name), {"party": party.label, "means": given.means}
        )
    party.details = {**party.details, "verified": seen}
    registered(sitting, case, party)
    note_seen(sitting, party)
    if party.account_id is not None:
        sitting.session.get_one(Account, party.account_id).identity_verified_at = now
    words = T("Identity of %(name)s verified", name=party.name)
    if told is not Told.NOTHING:  # What the document says of a person is nobody's but theirs and the court's.
        facts = {"party": party.label, "means": given.means}
        return Recorded(words, facts, Audience.NAMED, side_and_court(party.id))
    return Recorded(words, {"party": party.label, "means": given.means})


@upcast(names.VERIFY_IDENTITY, from_version=1)
def without_the_person(given: dict[str, Any]) -> dict[str, Any]:
    """The first version kept nothing of what the document says."""
    return {**given, "sex": None, "born_on": None}


@guard("COURT known-steps")
def platforms_answer_here(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no platform can be asked: the rules of this court know no such request."""
    return (
        None
        if IDENTITY_WINDOW in sitting.pack(case).windows.rules
        else T("The rules of this court know no request to a platform.")
    )


class AskPlatformInput(CourtModel):
    """Which platform is asked who runs a shop."""

    party: Annotated[str, RefTo("party"), field(T("Whose identity is unknown?"), choices="all_parties")]
    platform: Annotated[str, CourtText(1, 200), field(T("Platform that is asked"))]
    days: Annotated[int, Field(ge=1, le=15), field(T("Working days to reply"))] = 5
    words: Annotated[
        str,
        CourtText(5, 2000),
        field(
            T("What the platform is told"),
            T("Shop name, order number, day of the order: what it needs to find the shop, and not more."),
            widget="textarea",
        ),
    ]


@act(
    title=T("Ask a platform who runs a shop"),
    input=AskPlatformInput,
    by={Role.CLERK},
    at={Stage.LODGED, Stage.RETURNED, Stage.PENDING},
    guard=platforms_answer_here,
    source=law("CPL 70", "CPI 209"),
    topic=Topic.CLAIM,
    help=T("The registry’s time stands still until the reply: the claim is accepted when the other side is definite."),
)
def request_identity_reply(
    sitting: Sitting, case: Case, given: AskPlatformInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask the platform for the operator behind a shop; the registry's seven days begin anew with the reply (CPI 209,
    REG 8).
    """
    party: Party = sitting.resolved("party", given.party)
    if any(one.party_id == party.id for one in requests_of(sitting, case, RequestKind.IDENTITY)):
        raise ActNotOpen(T("The platform has been asked and its time to reply runs."))
    request = ask(sitting, case, RequestKind.IDENTITY, party, given.words, platform=given.platform)
    sitting.start_window(case, IDENTITY_WINDOW, start=now, amount=given.days, subject=request.reference)
    sitting.close_windows(case, "registry_review", WindowState.ENDED)
    return Recorded(
        T("%(platform)s is asked who runs “%(name)s”", platform=given.platform, name=party.name),
        {"request": request.reference, "party": party.label},
    )


@guard("CPL 70", "COURT identity-reply")
def platform_was_asked(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no reply to record."""
    return None if requests_of(sitting, case, RequestKind.IDENTITY) else T("No platform has been asked.")


class PlatformReplyInput(CourtModel):
    """What a platform told the court of a shop's operator."""

    request: Annotated[str, RefTo("identity_request"), field(T("Request"), choices="identity_requests")]
    name: Annotated[
        str, CourtText(1, 200), field(T("Name of the operator"), T("As in the licence or identity document."))
    ]
    kind: Annotated[PartyKind, Choice(PartyKind), field(T("Who is it?"))]
    email: Annotated[str | None, CourtEmail(), field(T("E-mail address"))] = None
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"))] = None
    address: Annotated[str | None, CourtText(0, 400), field(T("Postal address"))] = None


@act(
    title=T("Record a platform’s reply on who runs a shop"),
    input=PlatformReplyInput,
    by={Role.CLERK, Role.PLATFORM},
    at={Stage.LODGED, Stage.RETURNED, Stage.PENDING},
    guard=platform_was_asked,
    serves=Everyone.NOBODY,
    source=law("CPL 70", "CPI 209"),
    topic=Topic.CLAIM,
)
def record_identity_reply(
    sitting: Sitting, case: Case, given: PlatformReplyInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Put the operator's name in the place of the shop's: the respondent is definite (CPI 209)."""
    request: Request = sitting.resolved("identity_request", given.request)
    party = case.party(request.party_id)
    shop = party.name
    party.details = {**party.details, "known_as": shop, "identified_entry": sitting.next_number(case)}
    party.name, party.kind = given.name, given.kind
    party.email, party.phone, party.address = (
        given.email or party.email,
        given.phone or party.phone,
        given.address or party.address,
    )
    note_addresses(sitting, party, "platform")
    case.title = case.title.replace(shop, given.name)[:300]
    sitting.close_windows(case, IDENTITY_WINDOW, WindowState.MET, subject=request.reference)
    decide(sitting, case, request, RequestState.GRANTED)
    _review_again(sitting, case, now)
    return Recorded(
        T("“%(shop)s” is run by %(name)s", shop=shop, name=party.name),
        {"party": party.label, "shop": shop, "name": party.name},
    )


def _review_again(sitting: Sitting, case: Case, now: datetime) -> None:
    if (
        case.stage is Stage.LODGED
        and not sitting.windows(case, "registry_review")
        and not requests_of(sitting, case, RequestKind.IDENTITY)
    ):
        sitting.start_window(case, "registry_review", start=now)


def platform_silent(sitting: Sitting, case: Case, window: Window) -> None:
    """The platform did not reply: the registry reviews with what it knows, and may sanction the silence (CPL 117)."""
    request = sitting.session.scalar(select(Request).where(Request.reference == window.subject))
    if request is None or request.state is not RequestState.ASKED:
        return
    decide(sitting, case, request, RequestState.OVER)
    sitting.open_task(
        case,
        Role.CLERK,
        desks.PLATFORM_SILENT,
        T(
            "%(platform)s did not reply who runs the shop. Ask again, or decide on what is known.",
            platform=request.details["platform"],
        ),
        risk=50,
    )
    _review_again(sitting, case, window.due_at or sitting.now)
