"""When service takes effect: a pure derivation from facts, in whatever order they arrived.

Nothing here reads a clock, a table or a setting. The same set of facts gives the
same conclusion however it is ordered and however often a fact is repeated.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odr.docket.models import PartyKind
from odr.ground.text import T, Text
from odr.procedure.acts.letter import PaperKind
from odr.service.vocabulary import BRIEF, ELECTRONIC, Channel, ConsentWay, FactKind, Proof, ServiceStatus, Signer


@dataclass(frozen=True)
class Fact:
    """One thing that happened. ``attempt`` and ``address`` are the keys of what it happened to."""

    event_id: str
    kind: FactKind
    at: datetime
    channel: Channel | None = None
    attempt: int | None = None
    address: int | None = None
    signer: Signer | None = None
    proofs: frozenset[Proof] = frozenset()

    @property
    def order(self) -> tuple[datetime, str]:
        """The one order in which facts are weighed."""
        return (self.at, self.event_id)


@dataclass(frozen=True)
class Consent:
    """A party's agreement to electronic service for some kinds of document (OLR 29–30)."""

    way: ConsentWay
    scope: frozenset[PaperKind]
    at: datetime
    withdrawn_at: datetime | None = None

    def covers(self, kind: PaperKind, at: datetime) -> bool:
        """Whether it holds for ``kind`` at ``at``."""
        return kind in self.scope and self.at <= at and (self.withdrawn_at is None or at < self.withdrawn_at)


@dataclass(frozen=True)
class Address:
    """An address as the law sees it; ``given_at`` is None for one merely attributed to the recipient."""

    key: int
    channel: Channel
    given_at: datetime | None = None
    ended_at: datetime | None = None

    def is_given(self, at: datetime) -> bool:
        """Whether the recipient had given or confirmed it by ``at``, and not changed it (OLR 31)."""
        return self.given_at is not None and self.given_at <= at and (self.ended_at is None or at < self.ended_at)


_SHANGHAI = ZoneInfo("Asia/Shanghai")


def _same_day(day: date) -> date:
    return day


@dataclass(frozen=True)
class Rules:
    """Figures and switches of the rule pack."""

    announcement_days: int = 30
    announcement_days_abroad: int = 60
    announcement_allowed: bool = True
    """Off where the track forbids it (CPI 140); internet courts may allow it (IC 18)."""
    patience: timedelta = timedelta(days=5)
    """How long after handing over something may still be expected of an electronic attempt."""
    patience_by_hand: timedelta = timedelta(days=15)
    """The same for post, another court, and what the clerk does."""
    patience_abroad: timedelta = timedelta(days=200)
    """The same for what went to another state: authorities there take months."""
    zone: ZoneInfo = _SHANGHAI
    last_day: Callable[[date], date] = _same_day
    """Moves the end of a period off a day when the court does not work (CPL 85)."""

    def patience_with(self, channel: Channel) -> timedelta:
        """How long something may be expected of an attempt on ``channel``."""
        if channel is Channel.ABROAD:
            return self.patience_abroad
        return self.patience if channel in ELECTRONIC or channel in BRIEF else self.patience_by_hand


@dataclass(frozen=True)
class Occasion:
    """What was served on whom, and how far the sending has come."""

    kind: PaperKind = PaperKind.NOTICE
    recipient: PartyKind = PartyKind.PERSON
    first_contact: bool = False
    abroad: bool = False
    still_open: bool = False
    """Whether an attempt may still bring something."""
    no_party: bool = False
    """A notice to a witness, expert or interpreter: it has only to reach them (CPI 227)."""


class Weight(enum.Enum):
    """What a fact is worth."""

    EFFECTIVE = "effective"  # service, at that time
    PRESUMED = "presumed"  # service unless the recipient shows otherwise
    PENDING = "pending"  # will be service once a period has run
    NOTHING = "nothing"  # not service


@dataclass(frozen=True)
class Reason:
    """One step of the reasoning: the fact, what it is worth, why, and the article."""

    event_id: str
    weight: Weight
    channel: Channel | None
    at: datetime
    text: Text
    article: str


@dataclass(frozen=True)
class Conclusion:
    """What follows from the facts, and why. ``reasons`` stand in the order of the facts."""

    status: ServiceStatus
    effective_at: datetime | None
    channel: Channel | None
    reasons: tuple[Reason, ...]
    firm_at: datetime | None = None
    """The earliest service that is not a mere presumption: what stands if a presumption falls."""
    pending_until: datetime | None = None

    @property
    def is_service(self) -> bool:
        """Whether the document counts as served, presumption included."""
        return self.status in (ServiceStatus.SERVED, ServiceStatus.PRESUMED)


_Finding = tuple[Weight, datetime, Text, str]


@dataclass(frozen=True)
class _Bench:
    """All facts of a packet, laid out for weighing."""

    facts: tuple[Fact, ...]
    consents: tuple[Consent, ...]
    addresses: dict[int, Address]
    rules: Rules
    occasion: Occasion
    now: datetime
    by_attempt: dict[tuple[int | None, FactKind], list[Fact]] = field(default_factory=dict)

    def of(self, kind: FactKind, attempt: int | None) -> list[Fact]:
        return self.by_attempt.get((attempt, kind), [])

    def consented(self, at: datetime) -> bool:
        return any(c.covers(self.occasion.kind, at) for c in self.consents)

    def is_given(self, fact: Fact) -> bool:
        address = self.addresses.get(fact.address) if fact.address is not None else None
        return address is not None and address.is_given(fact.at)

    def objected_by(self, at: datetime) -> bool:
        withdrawn = any(c.withdrawn_at is not None and c.withdrawn_at <= at for c in self.consents)
        spoken = any(f.kind is FactKind.OBJECTED and f.at <= at for f in self.facts)
        return (withdrawn or spoken) and not self.consented(at)


def conclude(
    facts: Iterable[Fact],
    consents: Sequence[Consent],
    addresses: Sequence[Address],
    rules: Rules,
    occasion: Occasion,
    *,
    now: datetime,
) -> Conclusion:
    """Whether, when and by which channel a packet was served (OLR 29–31, CPI 135, CPL 88–95, IC 17).

    The earliest effective channel counts (OLR 31). What the judge found prevails
    over the derivation. ``now`` matters only for periods that have to run out.
    """
    ordered = tuple(sorted({f.event_id: f for f in sorted(facts, key=repr)}.values(), key=lambda f: f.order))
    bench = _Bench(ordered, tuple(consents), {a.key: a for a in addresses}, rules, occasion, now)
    for fact in ordered:
        bench.by_attempt.setdefault((fact.attempt, fact.kind), []).append(fact)
    reasons = tuple(_reason(bench, fact) for fact in ordered)
    found = [f for f in ordered if f.kind in (FactKind.FOUND_SERVED, FactKind.FOUND_NOT_SERVED)]
    if found:
        return _as_found(found[-1], reasons)
    return _derived(reasons, occasion)


def _as_found(found: Fact, reasons: tuple[Reason, ...]) -> Conclusion:
    if found.kind is FactKind.FOUND_SERVED:
        return Conclusion(ServiceStatus.SERVED, found.at, found.channel, reasons, firm_at=found.at)
    return Conclusion(ServiceStatus.NOT_SERVED, None, None, reasons)


def _derived(reasons: tuple[Reason, ...], occasion: Occasion) -> Conclusion:
    service = [r for r in reasons if r.weight in (Weight.EFFECTIVE, Weight.PRESUMED)]
    firm = [r for r in service if r.weight is Weight.EFFECTIVE]
    if service:
        # At the same instant certainty goes before presumption.
        first = min(service, key=lambda r: (r.at, r.weight is Weight.PRESUMED, r.event_id))
        status = ServiceStatus.SERVED if first.weight is Weight.EFFECTIVE else ServiceStatus.PRESUMED
        return Conclusion(status, first.at, first.channel, reasons, firm_at=min((r.at for r in firm), default=None))
    pending = [r.at for r in reasons if r.weight is Weight.PENDING]
    if pending or occasion.still_open:
        return Conclusion(ServiceStatus.NOT_YET, None, None, reasons, pending_until=min(pending, default=None))
    return Conclusion(ServiceStatus.NOT_SERVED, None, None, reasons)


SERVES = frozenset({Weight.EFFECTIVE, Weight.PRESUMED, Weight.PENDING})


def _reason(bench: _Bench, fact: Fact) -> Reason:
    weight, at, text, article = _WEIGHERS.get(fact.kind, _worth_nothing)(bench, fact)
    if weight in SERVES and fact.channel in BRIEF and fact.kind is not FactKind.FOUND_SERVED:
        # Whatever is reported through a text message, the message was a notice and no paper.
        weight, at, text, article = _nothing(
            fact, T("A message to a telephone or a messenger is a notice beside service, not service."), "OLR 32"
        )
    return Reason(fact.event_id, weight, _channel_of(bench, fact), at, text, article)


def _channel_of(bench: _Bench, fact: Fact) -> Channel | None:
    if fact.channel is not None or fact.kind is not FactKind.ACTED:
        return fact.channel
    sendings = _sendings_before(bench, fact.at)
    return sendings[-1].channel if sendings else None


def _nothing(fact: Fact, text: Text, article: str) -> _Finding:
    return (Weight.NOTHING, fact.at, text, article)


# --- electronic -----------------------------------------------------------------------------------


def _reached(bench: _Bench, fact: Fact) -> _Finding:
    if fact.channel in BRIEF:
        return _nothing(
            fact, T("A message to a telephone or a messenger is a notice beside service, not service."), "OLR 32"
        )
    if fact.channel not in ELECTRONIC:
        return _nothing(fact, T("The carrier’s own report of delivery is not the signed receipt."), "CPL 91")
    if bench.occasion.no_party and not bench.of(FactKind.BOUNCED, fact.attempt):
        return (
            Weight.EFFECTIVE,
            fact.at,
            T("It reached the address. A notice to somebody who is not a party needs no more."),
            "CPI 227",
        )
    if not bench.is_given(fact):
        return _nothing(
            fact,
            T(
                "The recipient had not given or confirmed this address: arrival alone is not service; a reply, a matching act or reading is needed."
            ),
            "OLR 31",
        )
    if not bench.consented(fact.at):
        return _nothing(
            fact,
            T("No consent to electronic service of this kind of document was in force: arrival is not service."),
            "OLR 29",
        )
    if bench.of(FactKind.BOUNCED, fact.attempt):
        return _nothing(fact, T("It came back afterwards: it did not stay in the system of the address."), "OLR 31")
    if bench.of(FactKind.REBUTTED, fact.attempt):
        return _nothing(fact, T("The judge found that it did not reach the recipient."), "OLR 31")
    proved = bench.of(FactKind.ARRIVAL_PROVED, fact.attempt)
    if proved:
        return (
            Weight.EFFECTIVE,
            proved[-1].at,
            T("It reached the system of the given address at the time the recipient proved."),
            "CPI 135",
        )
    return (
        Weight.EFFECTIVE,
        fact.at,
        T("It reached the system of an address the recipient gave or confirmed: that is service."),
        "OLR 31",
    )


def _handed_over(bench: _Bench, fact: Fact) -> _Finding:
    if fact.channel in BRIEF:
        return _nothing(
            fact, T("A message to a telephone or a messenger is a notice beside service, not service."), "OLR 32"
        )
    if fact.channel is Channel.POST:
        return _nothing(fact, T("Handed to the post. The day on the signed receipt will count."), "CPL 91")
    return _nothing(fact, T("A carrier has it; that it reached the system of the address is not shown."), "OLR 31")


def _read(bench: _Bench, fact: Fact) -> _Finding:
    if fact.channel not in ELECTRONIC:
        return _nothing(
            fact, T("A message to a telephone or a messenger is a notice beside service, not service."), "OLR 32"
        )
    if not bench.consented(fact.at):
        return _nothing(
            fact,
            T(
                "It was reported as read, but nobody had agreed to electronic service: only a reply or an act of the recipient would count."
            ),
            "OLR 29",
        )
    if bench.of(FactKind.REBUTTED, fact.attempt):
        return _nothing(
            fact, T("The judge found that the recipient did not read it: the presumption has fallen."), "OLR 31"
        )
    return (
        Weight.PRESUMED,
        fact.at,
        T("The recipient’s system reports that it was read: service is presumed; the recipient may show otherwise."),
        "OLR 31; IC 17",
    )


def _replied(bench: _Bench, fact: Fact) -> _Finding:
    if fact.channel not in ELECTRONIC:
        return _nothing(fact, T("The answer is to a notice, not to the document."), "OLR 32")
    if bench.objected_by(fact.at):
        return _nothing(fact, T("The recipient answered, but had declined electronic service."), "OLR 29")
    return (
        Weight.EFFECTIVE,
        fact.at,
        T("The recipient answered that it was received: that completes service."),
        "OLR 31; IC 17",
    )


def _sendings_before(bench: _Bench, at: datetime) -> list[Fact]:
    gone = (FactKind.HANDED_OVER, FactKind.REACHED_SYSTEM, FactKind.LEFT, FactKind.NOBODY_THERE)
    return [f for f in bench.facts if f.kind in gone and f.at <= at and f.channel not in BRIEF]


def _acted(bench: _Bench, fact: Fact) -> _Finding:
    sendings = _sendings_before(bench, fact.at)
    if not sendings and fact.channel is None:
        return _nothing(
            fact, T("The act came before anything was sent: it shows nothing about this document."), "OLR 31"
        )
    channel = fact.channel or sendings[-1].channel
    if channel in ELECTRONIC and bench.objected_by(fact.at):
        return _nothing(fact, T("The recipient acted, but had declined electronic service."), "OLR 29")
    if bench.occasion.first_contact and not bench.consented(fact.at):
        return (
            Weight.EFFECTIVE,
            fact.at,
            T(
                "Nobody had agreed to electronic service, but the recipient’s own act shows that the document was received."
            ),
            "OLR 29; OLR 31",
        )
    return (
        Weight.EFFECTIVE,
        fact.at,
        T("The recipient did what the document is about: that completes service."),
        "OLR 31; IC 17",
    )


def _auto_reply(bench: _Bench, fact: Fact) -> _Finding:
    return _nothing(fact, T("A machine answered. That is not an answer of the recipient."), "OLR 31")


def _bounced(bench: _Bench, fact: Fact) -> _Finding:
    return _nothing(fact, T("It came back: it did not reach the address."), "OLR 31")


def _objected(bench: _Bench, fact: Fact) -> _Finding:
    return _nothing(
        fact, T("The recipient declined electronic service: other ways must be used from now on."), "OLR 29"
    )


# --- by hand and by post --------------------------------------------------------------------------

_ORGANISATION_SIGNERS = frozenset({Signer.LEGAL_REPRESENTATIVE, Signer.MAIL_OFFICER})
_ANYBODYS_SIGNERS = frozenset({Signer.ADDRESSEE, Signer.REPRESENTATIVE, Signer.DESIGNATED})


def _may_sign(occasion: Occasion, signer: Signer | None) -> bool:
    if occasion.kind is PaperKind.MEDIATION_STATEMENT:
        return signer in (Signer.ADDRESSEE, Signer.DESIGNATED) or (
            signer is Signer.LEGAL_REPRESENTATIVE and occasion.recipient is not PartyKind.PERSON
        )
    if occasion.recipient is PartyKind.PERSON:
        return signer in _ANYBODYS_SIGNERS or signer is Signer.HOUSEHOLD
    return signer in _ANYBODYS_SIGNERS or signer in _ORGANISATION_SIGNERS


def _signed(bench: _Bench, fact: Fact) -> _Finding:
    if not _may_sign(bench.occasion, fact.signer):
        if bench.occasion.kind is PaperKind.MEDIATION_STATEMENT:
            return _nothing(
                fact, T("A mediation statement goes to the party itself or to the recipient it named."), "CPI 133"
            )
        return _nothing(fact, T("Whoever signed is not among those who may sign for the recipient."), "CPL 88")
    if fact.channel is Channel.POST:
        return (Weight.EFFECTIVE, fact.at, T("Served by post on the day the receipt was signed."), "CPL 88; CPL 91")
    if fact.channel is Channel.ENTRUSTED:
        return (
            Weight.EFFECTIVE,
            fact.at,
            T("Served through another court on the day the return was signed."),
            "CPL 91; CPI 134",
        )
    if fact.channel is Channel.INSTITUTION:
        return (
            Weight.EFFECTIVE,
            fact.at,
            T("Served through the unit or institution on the day the return was signed."),
            "CPL 94",
        )
    return (
        Weight.EFFECTIVE,
        fact.at,
        T("Handed over and signed for: the day of signing is the day of service."),
        "CPL 87; CPL 88",
    )


def _refused(bench: _Bench, fact: Fact) -> _Finding:
    if (
        bench.occasion.kind is not PaperKind.MEDIATION_STATEMENT
        and Proof.COURT_NOTE in fact.proofs
        and fact.channel is Channel.DIRECT
    ):
        return (
            Weight.EFFECTIVE,
            fact.at,
            T("The recipient came to the court and refused to sign, and the court noted it: it counts as served."),
            "CPI 131",
        )
    return _nothing(
        fact, T("It was refused. It may now be left at the residence, with a witness or a recording."), "CPL 89"
    )


def _left(bench: _Bench, fact: Fact) -> _Finding:
    if bench.occasion.kind is PaperKind.MEDIATION_STATEMENT:
        return _nothing(fact, T("A mediation statement cannot be served by leaving it."), "CPI 133")
    refusals = [f for f in bench.facts if f.kind is FactKind.REFUSED and f.at <= fact.at]
    if not refusals:
        return _nothing(fact, T("It was left although nobody had refused it: that is not service."), "CPL 89")
    if not fact.proofs & {Proof.WITNESS, Proof.RECORDING}:
        return _nothing(fact, T("It was left without a witness or a recording: that is not service."), "CPL 89")
    return (
        Weight.EFFECTIVE,
        fact.at,
        T("Refused, and left at the residence with a witness or a recording: it counts as served."),
        "CPL 89",
    )


def _returned(bench: _Bench, fact: Fact) -> _Finding:
    return _nothing(fact, T("The post brought it back: it was not served in this way."), "CPL 91")


def _called(bench: _Bench, fact: Fact) -> _Finding:
    return _nothing(fact, T("A telephone call is a notice beside service, not service."), "OLR 32")


def _certified(bench: _Bench, fact: Fact) -> _Finding:
    return (
        Weight.EFFECTIVE,
        fact.at,
        T("The authority of the other state certified that it was served on that day."),
        "CPL 283",
    )


def _announced(bench: _Bench, fact: Fact) -> _Finding:
    if not bench.rules.announcement_allowed:
        return _nothing(fact, T("Announcement is not allowed in this procedure."), "CPI 140")
    if not any(f.kind is FactKind.CAUSES_RECORDED and f.at <= fact.at for f in bench.facts):
        return _nothing(
            fact, T("Announcement is the last resort; no record shows beforehand why every other way failed."), "CPL 95"
        )
    if fact.order != bench.of(FactKind.ANNOUNCED, fact.attempt)[-1].order:
        return _nothing(fact, T("The last posting or printing counts; this was an earlier one."), "CPI 138")
    days = bench.rules.announcement_days_abroad if bench.occasion.abroad else bench.rules.announcement_days
    article = "CPL 283" if bench.occasion.abroad else "CPL 95"
    day = bench.rules.last_day(fact.at.astimezone(bench.rules.zone).date() + timedelta(days=days))
    # The day after the announcement is the first; the last second of the last day still belongs to the recipient.
    ends = datetime.combine(day, time(23, 59, 59), tzinfo=bench.rules.zone).astimezone(fact.at.tzinfo)
    if bench.now <= ends:
        return (
            Weight.PENDING,
            ends,
            T("Announced; it counts as served when %(days)s days have passed.", days=days),
            article,
        )
    return (
        Weight.EFFECTIVE,
        ends,
        T("Announced, and %(days)s days have passed: it counts as served.", days=days),
        article,
    )


def _found(bench: _Bench, fact: Fact) -> _Finding:
    if fact.kind is FactKind.FOUND_SERVED:
        return (Weight.EFFECTIVE, fact.at, T("The judge found that it was served."), "OLR 31")
    return _nothing(fact, T("The judge found that it was not served."), "OLR 31")


def _worth_nothing(bench: _Bench, fact: Fact) -> _Finding:
    return _nothing(fact, T("On record; by itself it shows neither service nor its failure."), "OLR 31")


_WEIGHERS: dict[FactKind, Callable[[_Bench, Fact], _Finding]] = {
    FactKind.REACHED_SYSTEM: _reached,
    FactKind.HANDED_OVER: _handed_over,
    FactKind.READ: _read,
    FactKind.REPLIED: _replied,
    FactKind.ACTED: _acted,
    FactKind.AUTO_REPLY: _auto_reply,
    FactKind.BOUNCED: _bounced,
    FactKind.OBJECTED: _objected,
    FactKind.SIGNED: _signed,
    FactKind.REFUSED: _refused,
    FactKind.LEFT: _left,
    FactKind.RETURNED: _returned,
    FactKind.CALLED: _called,
    FactKind.CERTIFIED: _certified,
    FactKind.ANNOUNCED: _announced,
    FactKind.FOUND_SERVED: _found,
    FactKind.FOUND_NOT_SERVED: _found,
}
