"""What the registry finds out and hears: searches, consents that show themselves, calls, answers by e-mail, letters
passed on.
"""

from __future__ import annotations

import enum
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator
from sqlalchemy import select

from odr.docket.models import Audience, Case, DocketEntry, Party, Role, Stage
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.text import T, Text, side_by_side
from odr.identity.actors import Actor
from odr.procedure.acts.letter import PaperKind
from odr.procedure.acts.table import Recorded, Topic, act
from odr.procedure.forms.inputs import Choice, CourtDate, CourtEmail, CourtModel, CourtPhone, CourtText, RefTo, field
from odr.procedure.papers.language import language_of
from odr.procedure.rules.base import law
from odr.service import desks, names
from odr.service.inputs import PAPER_OPTIONS, ClockRule, ReplyInput
from odr.service.models import Packet, ServiceAddress, ServiceAttempt, ServiceFact
from odr.service.packet.acts import barred_abroad, follow_packet, put_out
from odr.service.packet.occasions import CLAIM as CLAIM_LETTER, Occasion
from odr.service.packet.outcomes import SERVING, something_out
from odr.service.packet.packets import (
    consents_of,
    note_address,
    plan_attempt,
    record_by_hand,
    record_consent,
    withdraw_consents,
)
from odr.service.queries import instant, packets_of, told_of
from odr.service.vocabulary import ASKED_AT, CARRY_ON, ELECTRONIC, Channel, ConsentWay, FactKind, PacketState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

OPEN = set(Stage) - {Stage.CLOSED}

CONSENT_NOTED = Occasion(
    "consent",
    T("Note that papers of this case come by message"),
    PaperKind.NOTICE,
    T(
        "There is nothing you have to do. If you do not want papers by message, say so under “Papers and service”; you then get them on paper."
    ),
)

ADDRESS_ASKED = Occasion(
    "address",
    T("Confirm where papers reach you in this stage"),
    PaperKind.NOTICE,
    T("Confirm or change your address under “Papers and service”. Until you do, papers go where they went before."),
)


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
            T("An address used within three months is tried before others [IC 16]."),
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


@act(
    title=T("Record a search for an address"),
    input=SearchInput,
    by={Role.CLERK},
    at=OPEN,
    while_stayed=True,
    source=law("CPL 95", "IC 16"),
    topic=Topic.SERVICE,
    in_record=False,
)
def record_search(sitting: Sitting, case: Case, given: SearchInput, *, actor: Actor, now: datetime) -> Recorded:
    """Put a search on record, also one that found nothing: announcement rests on it (CPL 95).

    What was found is attributed to the party, not given by it: arrival there is no
    service (OLR 31). Papers that are still out are sent there too.
    """
    party: Party = sitting.resolved("party", given.party)
    source = side_by_side((given.place.label, given.where), ":").render(language_of(sitting, case))
    at = instant(given.active_on, None, sitting.court.settings.tz, now) if given.active_on else None
    if at is not None and given.active_on and given.active_on > now.astimezone(sitting.court.settings.tz).date():
        raise InvalidInput.at("active_on", T("This lies in the future."))
    shop = given.seller_inbox.replace("：", ":") if given.seller_inbox else None
    found = [
        note_address(
            sitting.session,
            party_id=party.id,
            channel=channel,
            value=value,
            source=source,
            at=now,
            given=False,
            last_active_at=at,
        )
        for channel, value in (
            (Channel.EMAIL, given.email),
            (Channel.SMS, given.phone),
            (Channel.POST, given.address),
            (Channel.SELLER_INBOX, shop),
        )
        if value
    ]
    sent = sum(_also_there(sitting, case, party, address) for address in found)
    words = T("Search for %(party)s (%(place)s): nothing found", party=party.name, place=given.place.label)
    if found:
        words = T(
            "Search for %(party)s (%(place)s): %(count)s addresses found",
            party=party.name,
            place=given.place.label,
            count=len(found),
        )
    return Recorded(
        words,
        {"party": party.label, "found": [a.channel.value for a in found], "sent_there": sent},
        audience=Audience.COURT,
    )


def _also_there(sitting: Sitting, case: Case, party: Party, address: ServiceAddress) -> int:
    """Let what is out and not yet served try a new address as well."""
    if address.channel in barred_abroad(sitting.pack(case), party):
        return 0
    count = 0
    for packet in packets_of(sitting.session, case, PacketState.OUT, PacketState.NOT_SERVED, party_id=party.id):
        tried = sitting.session.scalar(
            select(ServiceAttempt.id).where(
                ServiceAttempt.packet_id == packet.id, ServiceAttempt.address_id == address.id
            )
        )
        if tried is None:
            plan_attempt(sitting.session, packet, address.channel, address, starts_at=sitting.now, now=sitting.now)
            count += 1
    return count


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


@act(
    title=T("Record a consent to electronic service"),
    input=ConsentFoundInput,
    by={Role.CLERK},
    at=OPEN,
    while_stayed=True,
    source=law("OLR 29", "OLR 30"),
    topic=Topic.SERVICE,
    in_record=False,
)
def record_consent_found(
    sitting: Sitting, case: Case, given: ConsentFoundInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Record one of the four ways of consent with what shows it, for the papers it covers (OLR 29).

    By conduct only where the party answered, read or acted on an electronic service
    before and did not object. What the party has said themselves since goes before what
    was agreed earlier. The party is told, and may withdraw at any time.
    """
    party: Party = sitting.resolved("party", given.party)
    if given.way is ConsentWay.BY_CONDUCT and not accepted_one(sitting, case, party):
        raise InvalidInput.at(
            "way", T("No completed electronic service on this party stands on record that it took without objecting.")
        )
    if given.way in (ConsentWay.AGREED_EARLIER, ConsentWay.BY_CONDUCT) and _said_themselves(sitting, party, given.way):
        raise InvalidInput.at(
            "way",
            T(
                "The party has said themselves since which papers come by message, and where. Only their own word changes that."
            ),
        )
    if given.way in (ConsentWay.AGREED_EARLIER, ConsentWay.ADDRESS_IN_PLEADING) and not given.email:
        raise InvalidInput.at("email", T("Name the address that was agreed on or given."))
    if given.email:
        source = side_by_side((given.way.label, given.shown_by), ":").render(language_of(sitting, case))[:200]
        note_address(
            sitting.session,
            party_id=party.id,
            channel=Channel.EMAIL,
            value=given.email,
            source=source,
            at=now,
            given=True,
        )
    record_consent(
        sitting.session,
        case_id=case.id,
        party_id=party.id,
        way=given.way,
        scope=given.scope,
        at=now,
        entry_id=sitting.next_number(case),
        proof=given.shown_by,
    )
    put_out(sitting, case, party, CONSENT_NOTED, entry_number=sitting.next_number(case))
    words = T("Consent of %(party)s to papers by message: %(way)s", party=party.name, way=given.way.label)
    return Recorded(
        words, {"party": party.label, "way": given.way.value, "scope": sorted(k.value for k in given.scope)}
    )


def _said_themselves(sitting: Sitting, party: Party, way: ConsentWay) -> bool:
    """Whether a party's own later word stands against a consent that shows itself otherwise: they confirmed their addresses
    in this case, against what was agreed before it; or they agreed to nothing any more, against both (OLR 30).
    """
    confirmed = CARRY_ON in party.details
    every = consents_of(sitting.session, party.id)
    declined = (confirmed or bool(every)) and all(one.withdrawn_at is not None for one in every)
    return declined or (confirmed and way is ConsentWay.AGREED_EARLIER)


def accepted_one(sitting: Sitting, case: Case, party: Party) -> bool:
    """Whether the party read, answered or acted on an electronic service and objected to none (OLR 29 (4))."""
    facts = sitting.session.scalars(
        select(ServiceFact)
        .join(Packet, Packet.id == ServiceFact.packet_id)
        .where(Packet.case_id == case.id, Packet.party_id == party.id)
    ).all()
    took = any(f.kind in (FactKind.READ, FactKind.REPLIED, FactKind.ACTED) and f.channel in ELECTRONIC for f in facts)
    return took and not any(f.kind is FactKind.OBJECTED for f in facts)


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


@act(
    title=T("Record a telephone call"),
    input=CallInput,
    by={Role.CLERK},
    at=SERVING,
    guard=something_out,
    while_stayed=True,
    source=law("OLR 30", "OLR 32"),
    desk=desks.CALL_IN,
    topic=Topic.SERVICE,
    in_record=False,
)
def record_call(sitting: Sitting, case: Case, given: CallInput, *, actor: Actor, now: datetime) -> Recorded:
    """Note a call about a paper. It is a notice beside service; who declines electronic service gets paper from then on
    (OLR 29, 32).
    """
    packet: Packet = sitting.resolved("packet", given.packet)
    at = instant(given.happened_on, given.hour, sitting.court.settings.tz, now)
    if at > now or given.happened_on > now.astimezone(sitting.court.settings.tz).date():
        raise InvalidInput.at("happened_on", T("This lies in the future."))
    number = sitting.next_number(case)
    declined = given.what is CallOutcome.DECLINED
    note = " · ".join(
        part for part in (given.number, given.what.label.render(language_of(sitting, case)), given.words) if part
    )
    record_by_hand(
        sitting.session,
        packet,
        channel=Channel.SMS,
        kind=FactKind.OBJECTED if declined else FactKind.CALLED,
        at=at,
        recorded_at=now,
        event_id=f"call:{case.reference}:{number}",
        account_id=actor.account_id or 0,
        words=note,
    )
    if declined:
        withdraw_consents(sitting.session, party_id=packet.party_id, at=at)
    follow_packet(sitting, case, packet)
    sitting.close_tasks(case, desks.CALL_IN, packet.reference)
    words = T("Call to %(party)s: %(event)s", party=packet.recipient_name, event=given.what.label)
    return Recorded(words, {"packet": packet.reference, "what": given.what.value}, audience=Audience.COURT)


@act(
    title=T("Answer by e-mail"),
    input=ReplyInput,
    by={Role.CLOCK},
    at=set(Stage),
    listed=False,
    while_stayed=True,
    source=law("OLR 31", "IC 17"),
    in_record=False,
)
def record_reply(sitting: Sitting, case: Case, given: ReplyInput, *, actor: Actor, now: datetime) -> Recorded:
    """Put an answer that came by e-mail on the docket, whole and anchored. Who wrote it nobody has verified: the clerk
    reads it.
    """
    packet = sitting.session.scalars(
        select(Packet).where(Packet.case_id == case.id, Packet.reference == given.packet)
    ).one()
    sitting.open_task(
        case,
        Role.CLERK,
        desks.READ_REPLY,
        T(
            "%(party)s answered by e-mail: “%(subject)s”. Read it.",
            party=packet.recipient_name,
            subject=given.subject[:80],
        ),
        risk=50,
        subject=given.document,
    )
    words = T("Answer by e-mail to “%(what)s” for %(party)s", what=told_of(packet), party=packet.recipient_name)
    return Recorded(words, {"packet": packet.reference, "sha256": given.sha256}, audience=Audience.COURT)


MOST_PASSED_ON = 3
"""A letter is passed on so many times at most: it must not become a way to write to strangers."""


class PassedOnRecord(CourtModel):
    """The same as the docket keeps it, with the letter it came from."""

    packet: str
    name: str
    position: str | None = None
    email: str
    phone: str | None = None


@act(
    title=T("Letter passed on"),
    input=PassedOnRecord,
    by={Role.CLOCK},
    at=SERVING,
    listed=False,
    while_stayed=True,
    source=law("CPL 88", "CPI 130"),
    in_record=False,
)
def pass_on_letter(sitting: Sitting, case: Case, given: PassedOnRecord, *, actor: Actor, now: datetime) -> Recorded:
    """Somebody who got the first letter named the person responsible: they get a letter with a code of their own.

    It is no service on anybody, and who passed it on saw nothing of the case.
    """
    packet = sitting.session.scalars(
        select(Packet).where(Packet.case_id == case.id, Packet.reference == given.packet)
    ).one()
    party = case.party(packet.party_id)
    why_not = not_passed_on(sitting, case, party)
    if why_not is not None:
        raise ActNotOpen(why_not)
    source = f"passed on to {given.name}" + (f", {given.position}" if given.position else "")
    for channel, value in ((Channel.EMAIL, given.email), (Channel.SMS, given.phone)):
        if value:
            note_address(
                sitting.session,
                party_id=party.id,
                channel=channel,
                value=value,
                source=source[:200],
                at=now,
                given=False,
                last_active_at=now,
            )
    new = put_out(
        sitting,
        case,
        party,
        CLAIM_LETTER,
        entry_number=packet.entry_ids[0],
        documents=packet.documents,
        due_at=packet.due_at,
    )
    return Recorded(
        T("The letter to %(party)s was passed on to %(name)s", party=party.name, name=given.name),
        {"packet": new.reference, "from": packet.reference},
        audience=Audience.COURT,
    )


def not_passed_on(sitting: Sitting, case: Case, party: Party) -> Text | None:
    """Why a letter cannot be passed on any more."""
    if party.joined_at is not None:
        return T("Somebody has already joined for this party.")
    times = sitting.session.scalars(
        select(DocketEntry.payload).where(DocketEntry.case_id == case.id, DocketEntry.act == names.PASS_ON_LETTER)
    ).all()
    return T("This letter was passed on as often as it may. Call the court.") if len(times) >= MOST_PASSED_ON else None


def ask_again(sitting: Sitting, case: Case, entry: DocketEntry) -> None:
    """Who did not let the addresses carry on is asked again in appeal and in enforcement, and gets paper until then
    (CPI 137).
    """
    if case.stage not in (Stage.APPEALED, Stage.ENFORCEMENT):
        return
    for party in case.parties:
        if party.details.get(CARRY_ON) is not False or party.details.get(ASKED_AT) == case.stage.value:
            continue
        party.details = {**party.details, ASKED_AT: case.stage.value}
        withdraw_consents(sitting.session, party_id=party.id, at=sitting.now)
        # The letter is about the addresses: what the entry says is its own readers'.
        put_out(sitting, case, party, ADDRESS_ASKED, entry_number=entry.number, documents=())
