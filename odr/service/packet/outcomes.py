"""What the clerk and the judge do about service by hand: outcomes, announcement, another try, taking back."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Role, Stage
from odr.ground.canonical import sha256_hex
from odr.ground.db import new_reference
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.text import T, Text, side_by_side, words_of
from odr.identity.actors import Actor
from odr.procedure.acts.table import Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtDate, CourtEmail, CourtModel, CourtText, RefTo, field
from odr.procedure.models import WindowState
from odr.procedure.papers.frame import keep_document
from odr.procedure.papers.language import language_of
from odr.procedure.rules.base import law
from odr.procedure.time.written_working import text_from_json
from odr.service import desks
from odr.service.choices import packet_options
from odr.service.inputs import ClockRule
from odr.service.models import Packet, ServiceAttempt
from odr.service.notices_to_appear import put_out_call
from odr.service.packet.acts import follow_packet, put_out
from odr.service.packet.occasions import REGISTRY, Occasion, occasion_for, occasion_of
from odr.service.packet.overtaken import why_overtaken
from odr.service.packet.packets import note_address, record_by_hand, undo_packet
from odr.service.queries import SERVED_STATES, facts_of, instant, packets_of, told_of
from odr.service.rules import rules_for
from odr.service.vocabulary import LIVE_ATTEMPT_STATES, PROOF_WORDS, Channel, FactKind, PacketState, Proof, Signer

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

AGAIN_HOLD = timedelta(minutes=10)
"""How long a repeated sending can be taken back."""

SERVING = set(Stage) - {Stage.LODGED, Stage.RETURNED, Stage.CLOSED}

PHOTOGRAPH = "service_photograph"


@dataclass(frozen=True)
class Photograph:
    """A picture of the leaving, as it was sent with the form."""

    name: str
    media_type: str
    content: bytes


@guard("CPL 87")
def something_out(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """There must be a paper whose way can still be recorded."""
    return (
        None
        if packets_of(sitting.session, case, PacketState.OUT, PacketState.NOT_SERVED, PacketState.PRESUMED)
        else T("No paper of this case is on its way to anybody.")
    )


PROOF_OPTIONS = {proof.value: words for proof, words in PROOF_WORDS.items()}


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
            raise InvalidInput(
                [FieldFault(("what",), T("That way of service cannot have this outcome. Choose another outcome."))]
            )
        if self.what is Happening.SIGNED and self.signer is None:
            raise InvalidInput([FieldFault(("signer",), T("Say who signed."))])
        if self.what is Happening.LEFT and not {Proof.WITNESS, Proof.RECORDING} & set(self.shown_by):
            raise InvalidInput([FieldFault(("shown_by",), T("Leaving needs a witness or a recording [CPL 89]."))])
        if Proof.WITNESS in self.shown_by and not self.witness:
            raise InvalidInput([FieldFault(("witness",), T("Name the witness."))])
        return self


@act(
    title=T("Record what became of a service"),
    input=OutcomeInput,
    by={Role.CLERK},
    at=SERVING,
    guard=something_out,
    while_stayed=True,
    page="service.outcome",
    source=law("CPL 88"),
    desk=desks.NOT_SERVED,
    topic=Topic.SERVICE,
    in_record=False,
)
def record_outcome(sitting: Sitting, case: Case, given: OutcomeInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record what was seen or came back by hand; whether it is service, the rule concludes (CPL 87–95).

    Photographs are kept with the case and anchored. Announcement counts only on
    the record of why every other way failed.
    """
    packet: Packet = sitting.resolved("packet", given.packet)
    _check_outcome(sitting, packet, given, now)
    at = instant(given.happened_on, given.hour, sitting.court.settings.tz, now)
    if at > now or given.happened_on > now.astimezone(sitting.court.settings.tz).date():
        raise InvalidInput.at("happened_on", T("This lies in the future."))
    digests = _keep_photographs(sitting, case, given)
    witness = T("Witness: %(name)s", name=given.witness) if given.witness else None
    # Kept in one language: that of the case.
    note = side_by_side((part for part in (given.words, witness) if part), ";").render(language_of(sitting, case))
    record_by_hand(
        sitting.session,
        packet,
        channel=given.way.channel,
        kind=given.what.fact,
        at=at,
        recorded_at=now,
        event_id=f"hand:{case.reference}:{sitting.next_number(case)}",
        account_id=actor.account_id or 0,
        signer=given.signer,
        proofs=given.shown_by,
        words=note or None,
    )
    follow_packet(sitting, case, packet)
    what, party = told_of(packet), packet.recipient_name
    words = T(
        "%(what)s to %(party)s: %(event)s (%(way)s)",
        what=what,
        party=party,
        event=given.what.label,
        way=given.way.label,
    )
    return Recorded(words, {"packet": packet.reference, "photographs": digests, "state": packet.state.value})


def _check_outcome(sitting: Sitting, packet: Packet, given: OutcomeInput, now: datetime) -> None:
    if packet.state in (PacketState.HELD, PacketState.UNDONE):
        raise ActNotOpen(T("This paper has not gone out."))
    if given.what is Happening.ANNOUNCED and not causes_recorded(sitting.session, packet):
        raise ActNotOpen(
            T(
                "Announcement is the last resort. First order it, with the record of why every other way failed [CPL 95]."
            )
        )
    if Proof.RECORDING in given.shown_by and not sitting.prepared.get("photographs"):
        raise InvalidInput.at("shown_by", T("Add the photographs or the video."))


def _keep_photographs(sitting: Sitting, case: Case, given: OutcomeInput) -> list[str]:
    sent: Sequence[Photograph] = sitting.prepared.get("photographs", ())
    for number, picture in enumerate(sent, 1):
        title = words_of(T("Photograph %(number)s of the service on %(day)s", number=number, day=given.happened_on))
        keep_document(
            sitting,
            case,
            picture.content,
            new_reference(),
            kind=PHOTOGRAPH,
            title=title,
            locale="both",
            media_type=picture.media_type,
        )
    return [sha256_hex(picture.content) for picture in sent]


@guard("CPL 95", "CPI 140")
def announcement_open(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Announcement must be open to the track, and some paper must have failed every other way (CPI 140, CPL 95)."""
    open_packets = [
        p for p in packets_of(sitting.session, case, PacketState.OUT, PacketState.NOT_SERVED) if not p.is_call
    ]
    if not open_packets:
        return T("Every paper of this case has been served.")
    if not rules_for(sitting.court)(sitting.session, open_packets[0]).announcement_allowed:
        return T("Service by announcement is not open to this procedure.")
    reasons = [why_not_announced(sitting.session, packet) for packet in open_packets]
    return None if None in reasons else reasons[0]


@choice_source("packets_failed")
def packets_failed(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Packets that failed every other way."""
    found = packets_of(sitting.session, case, PacketState.OUT, PacketState.NOT_SERVED)
    return packet_options(p for p in found if why_not_announced(sitting.session, p) is None)


CALLS = ("claim", "summons")
"""Occasions of papers that call somebody to take part."""


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


def _to_announce(packet: Packet, place: str) -> Text:
    """What the clerk announces. Who is called by announcement is told how to take part: in the courtroom, unless they
    choose to take part online before the hearing opens (OLR 23).
    """
    facts = {"party": packet.recipient_name, "place": place}
    if packet.occasion in CALLS:
        return T(
            "Announce the paper to %(party)s at: %(place)s. Say in it that they take part in the courtroom, and online if they agree to that before the hearing opens. Then record the day.",
            **facts,
        )
    return T("Announce the paper to %(party)s at: %(place)s. Then record the day.", **facts)


@act(
    title=T("Order service by announcement"),
    input=AnnouncementInput,
    by={Role.JUDGE, Role.CLERK},
    at=SERVING,
    guard=announcement_open,
    while_stayed=True,
    source=law("CPL 95", "OLR 23"),
    desk=desks.NOT_SERVED,
    topic=Topic.SERVICE,
    in_record=False,
)
def order_announcement(
    sitting: Sitting, case: Case, given: AnnouncementInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Put on record why every other way failed, and order the announcement (CPL 95, CPI 138)."""
    packet: Packet = sitting.resolved("packet", given.packet)
    reason = why_not_announced(sitting.session, packet)
    if reason is not None:
        raise ActNotOpen(reason)
    record_by_hand(
        sitting.session,
        packet,
        channel=Channel.ANNOUNCEMENT,
        kind=FactKind.CAUSES_RECORDED,
        at=now,
        recorded_at=now,
        event_id=f"hand:{case.reference}:{sitting.next_number(case)}",
        account_id=actor.account_id or 0,
        words=given.causes,
    )
    follow_packet(sitting, case, packet)
    sitting.open_task(
        case,
        Role.CLERK,
        desks.ANNOUNCE,
        _to_announce(packet, given.place),
        risk=60,
        subject=packet.reference,
    )
    return Recorded(
        T("Service on %(party)s by announcement ordered", party=packet.recipient_name), {"packet": packet.reference}
    )


@guard("COURT sending")
def something_to_repeat(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """There must be a paper to send again."""
    return None if packets_of(sitting.session, case) else T("Nothing has been sent in this case.")


@choice_source("packets_of_case")
def packets_of_case(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Every packet of the case."""
    return packet_options(packets_of(sitting.session, case))


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


@act(
    title=T("Send a paper again"),
    input=ServeAgainInput,
    by={Role.CLERK},
    at=SERVING,
    guard=something_to_repeat,
    while_stayed=True,
    source=law("CPL 87"),
    desk=desks.NOT_SERVED,
    topic=Topic.SERVICE,
    in_record=False,
)
def serve_again(sitting: Sitting, case: Case, given: ServeAgainInput, *, actor: Actor, now: datetime) -> Recorded:
    """Send a paper once more, to addresses found since; it is held ten minutes and can be taken back."""
    old: Packet = sitting.resolved("packet", given.packet)
    overtaken = why_overtaken(sitting, case, old)
    if overtaken is not None:
        raise ActNotOpen(overtaken)
    for channel, value in ((Channel.EMAIL, given.email), (Channel.POST, given.address)):
        if value:
            note_address(
                sitting.session,
                party_id=old.party_id,
                channel=channel,
                value=value,
                source=given.source or "",
                at=now,
                given=False,
            )
    what = text_from_json(old.title)
    if old.is_call:
        new = put_out_call(
            sitting, case, old.party_id, old.recipient_name, what, entry_number=old.entry_ids[0], hold=AGAIN_HOLD
        )
    else:
        occasion = _same_occasion(sitting, case, old)
        new = put_out(
            sitting,
            case,
            case.party(old.party_id),
            occasion,
            entry_number=old.entry_ids[0],
            documents=old.documents,
            hold=AGAIN_HOLD,
        )
    return Recorded(
        T("%(what)s sent again to %(party)s", what=what, party=old.recipient_name),
        {"packet": new.reference, "instead_of": old.reference},
    )


def _same_occasion(sitting: Sitting, case: Case, old: Packet) -> Occasion:
    """The occasion of a packet that goes out again. While a time limit it opened runs, the letter is written anew and
    names the day that now holds, and so it is where its time begins with its service; where everything it asked was done, or
    is asked no more, such as a fee that was computed anew, it says so; else it goes out in the words it had.
    """
    number = old.entry_ids[0]
    opened = [
        w for w in sitting.windows(case, state=None) if w.opened_by == number and w.party_id in (old.party_id, None)
    ]
    runs = any(w.state is WindowState.OPEN for w in opened)
    if runs or (old.limit_kind is not None and not opened):
        entry = sitting.session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == case.id, DocketEntry.number == number)
        ).one()
        act = sitting.court.table[entry.act]
        written = [REGISTRY] + ([occasion_of(act)] if act.letter is not None else [])
        same = next((one for one in written if one.key == old.occasion), None)
        if same is not None:
            return same
    words = text_from_json(old.what_next) if old.what_next else None
    if opened and all(w.state is WindowState.MET for w in opened):
        words = T(
            "What this letter asks has been done. It is sent once more so that you have it; nothing else is asked of you."
        )
    elif opened and all(w.state in (WindowState.MET, WindowState.ENDED) for w in opened):
        words = T("What this letter asks is not asked of you any more. It is sent once more so that you have it.")
    return occasion_for(old.occasion, text_from_json(old.title), old.kind, words)


@guard("COURT sending")
def something_held(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only within the hold can a sending be taken back."""
    held = [
        p for p in packets_of(sitting.session, case, PacketState.HELD) if p.hold_until and p.hold_until > sitting.now
    ]
    return None if held else T("Nothing is held at the moment: what went out can only be corrected by another paper.")


@choice_source("packets_held")
def packets_held(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Packets that can still be taken back."""
    return packet_options(
        p for p in packets_of(sitting.session, case, PacketState.HELD) if p.hold_until and p.hold_until > sitting.now
    )


class UndoInput(CourtModel):
    """A packet taken back within its hold."""

    packet: Annotated[str, RefTo("packet"), field(T("Which paper, to whom"), choices="packets_held")]


@act(
    title=T("Take back before it goes out"),
    input=UndoInput,
    by={Role.CLERK},
    at=SERVING,
    guard=something_held,
    while_stayed=True,
    source=law("CPL 87"),
    topic=Topic.SERVICE,
    in_record=False,
)
def undo_sending(sitting: Sitting, case: Case, given: UndoInput, *, actor: Actor, now: datetime) -> Recorded:
    """Take a packet back within its hold; nothing of it goes out."""
    packet: Packet = sitting.resolved("packet", given.packet)
    if not undo_packet(sitting.session, packet, now=now):
        raise ActNotOpen(T("It is too late: the paper is on its way."))
    words = T(
        "%(what)s to %(party)s taken back before it went out",
        what=told_of(packet),
        party=packet.recipient_name,
    )
    return Recorded(words, {"packet": packet.reference})


POSSIBLE = {
    Way.DIRECT: {Happening.SIGNED, Happening.REFUSED, Happening.NOBODY_THERE},
    Way.RESIDENCE: {Happening.SIGNED, Happening.REFUSED, Happening.NOBODY_THERE, Happening.LEFT},
    Way.POST: {Happening.SIGNED, Happening.REFUSED, Happening.NOBODY_THERE, Happening.RETURNED},
    Way.ENTRUSTED: {Happening.SIGNED, Happening.REFUSED, Happening.NOBODY_THERE, Happening.RETURNED},
    Way.INSTITUTION: {Happening.SIGNED, Happening.REFUSED, Happening.RETURNED},
    Way.ANNOUNCEMENT: {Happening.ANNOUNCED},
}
"""What can come of each way."""

FAILURES = frozenset({FactKind.BOUNCED, FactKind.FAILED, FactKind.RETURNED, FactKind.NOBODY_THERE, FactKind.REFUSED})

BODILY = frozenset(
    {Channel.POST, Channel.DIRECT, Channel.RESIDENCE, Channel.ENTRUSTED, Channel.INSTITUTION, Channel.ABROAD}
)


def why_not_announced(session: Session, packet: Packet) -> Text | None:
    """Why announcement is not open yet: it is the last resort, after every other way failed on record (CPL 95)."""
    if packet.is_call:
        return T("A notice to somebody who is not a party is not announced.")
    if packet.state in SERVED_STATES:
        return T("This paper has been served.")
    if packet.state in (PacketState.HELD, PacketState.UNDONE):
        return T("This paper has not gone out.")
    if session.scalar(
        select(ServiceAttempt.id)
        .where(ServiceAttempt.packet_id == packet.id, ServiceAttempt.state.in_(LIVE_ATTEMPT_STATES))
        .limit(1)
    ):
        return T("Another way is still being tried.")
    if not any(f.kind in FAILURES and f.channel in BODILY for f in facts_of(session, packet)):
        return T("There is no record yet that post or handing over failed. Try them first and record what came of it.")
    return None


def causes_recorded(session: Session, packet: Packet) -> bool:
    """Whether the record of why every other way failed stands (CPL 95)."""
    return any(f.kind is FactKind.CAUSES_RECORDED for f in facts_of(session, packet))
