"""What happens in a room and matters to others: one class an event, told by ``sitting.announce(ClaimAccepted(case))``.

A room says in its ``room.py`` what it wants to know (:func:`odr.procedure.hooks.on`). An event tells plain facts and
the people of the case, never a row of the room that announces it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from odr.docket.models import Case, Party, Track
from odr.ground.text import Text
from odr.identity.actors import Actor
from odr.procedure.rules.tariff import Ending

ClaimKind = str
"""``claim``, ``counterclaim`` or ``third_party_claim``."""


@dataclass(frozen=True)
class Event:
    """Something happened in this case, in the act that is being performed."""

    case: Case


# -- what events tell of ------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """What a claim asks for: the sums of money, in minor units, and how much besides is not about money."""

    amounts: tuple[int, ...]
    others: int


@dataclass(frozen=True)
class OwnAddresses:
    """Where somebody says that papers reach them."""

    email: str | None
    phone: str | None
    street: str | None = None


@dataclass(frozen=True)
class EnclosedFile:
    """A file that goes with a claim, by the reference of its upload; ``facts`` are the numbers in the case of the facts
    it is to show.
    """

    upload: str
    title: str
    proves: str
    source: str
    facts: tuple[int, ...]
    secret: bool = False
    why_secret: str | None = None
    """Whether its party asks that others do not see it, and why."""


@dataclass(frozen=True)
class AgreedPart:
    """What somebody owes under a settlement: a sum in minor units, or something to do.

    ``due_on`` None: within the time the rules give; ``accelerates``: when it is late, all the rest falls due.
    """

    debtor_id: int
    creditor_id: int | None
    due_on: date | None
    accelerates: bool
    amount_minor: int | None = None
    currency: str | None = None
    what: str | None = None


# -- a claim and who is in the case -------------------------------------------


@dataclass(frozen=True)
class ClaimLodged(Event):
    """A claim was lodged, or sent again after it was corrected; the registry has still to accept it (CPL 126).

    ``e_service`` and ``in_writing``: the claimant agrees to electronic service, and to an examination in writing.
    """

    claimant: Party
    actor: Actor
    asked: Asked
    addresses: OwnAddresses
    e_service: bool
    in_writing: bool
    files: tuple[EnclosedFile, ...]


@dataclass(frozen=True)
class ClaimAccepted(Event):
    """The registry accepted the claim, or its time ran out: the case has its number (CPL 126)."""


@dataclass(frozen=True)
class ClaimReturned(Event):
    """The registry gave the claim back to the claimant for correction (REG 7)."""

    claimant: Party


@dataclass(frozen=True)
class ClaimRefused(Event):
    """The registry ruled that the claim is not accepted (CPL 126)."""

    claimant: Party


@dataclass(frozen=True)
class ClaimIsChanging(Event):
    """What a party asked for is about to be replaced by something else (CPI 232); ``heads``: ids of what they asked for."""

    heads: tuple[int, ...]


@dataclass(frozen=True)
class ClaimChanged(Event):
    """A party now asks for something else (CPI 232); ``in_time``: while the court still investigated (FEE 21)."""

    party: Party
    kind: ClaimKind
    asked: Asked
    in_time: bool


@dataclass(frozen=True)
class ClaimWithdrawn(Event):
    """One claim was withdrawn with leave and the rest of the case goes on (CPI 239)."""

    party: Party
    kind: ClaimKind


@dataclass(frozen=True)
class ClaimSevered(Event):
    """A claim goes on in a case of its own, ``into`` (CPI 221): ``party`` brought it here, ``new_party`` is the same
    person there. ``heard_together_before``: it was brought into a case that is withdrawn now, and its fee stays what it was for
    that (CPI 237; FEE 18).
    """

    kind: ClaimKind
    into: Case
    party: Party
    new_party: Party
    heard_together_before: bool = False


@dataclass(frozen=True)
class CounterclaimLodged(Event):
    """A respondent claims in turn (CPL 54)."""

    party: Party
    asked: Asked


@dataclass(frozen=True)
class ThirdPartyClaimLodged(Event):
    """A third party claims what the parties dispute about (CPL 59)."""

    party: Party
    asked: Asked


@dataclass(frozen=True)
class PartyJoined(Event):
    """Somebody who was invited linked their account to the case (OLR 10); what they agree to as in
    :class:`ClaimLodged`.
    """

    party: Party
    account_id: int | None
    addresses: OwnAddresses
    e_service: bool
    in_writing: bool


@dataclass(frozen=True)
class ObjectionFailed(Event):
    """An objection to jurisdiction was found not right (FEE 13)."""

    party: Party


@dataclass(frozen=True)
class ObjectionWon(Event):
    """An objection to jurisdiction that had been found not right is right in the end (CPI 330): its fee falls."""

    party: Party


@dataclass(frozen=True)
class TrackConverted(Event):
    """The case moved to another procedure than ``before`` (CPI 258)."""

    before: Track


@dataclass(frozen=True)
class CaseJoined(Event):
    """The case goes on within another, ``into`` (CPI 221).

    ``parties``: id of a party here → that party there; ``facts``: number of a fact here → its number there.
    """

    into: Case
    parties: Mapping[int, Party]
    facts: Mapping[int, int]


@dataclass(frozen=True)
class EvidenceMoved(Event):
    """What was preserved before the claim, brought for an order that lapsed, or brought in a case that was withdrawn and in which
    a third party's claim went on, goes into that other case, ``into`` (EV 29; CPI 237, 439); ``parties`` and ``facts`` as in
    :class:`CaseJoined`.
    """

    into: Case
    parties: Mapping[int, Party]
    facts: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class GroupOpened(Event):
    """The case became an action of many: others may register (CPL 57)."""


@dataclass(frozen=True)
class GroupMemberRegistered(Event):
    """Somebody who registered is now a claimant in an action of many (CPI 80); the sum asked for in minor units."""

    party: Party
    amount_minor: int


# -- service and fees ---------------------------------------------------------


@dataclass(frozen=True)
class Served(Event):
    """Papers reached a party, or count as having reached them, at an instant that may lie before now (OLR 31).

    ``occasion``: what they were about, as the room of service calls it; ``entries``: numbers of the entries that were
    served.
    """

    party: Party
    occasion: str
    at: datetime
    proof: Text
    entries: tuple[int, ...]


@dataclass(frozen=True)
class ServiceFell(Event):
    """A judge found that papers recorded as served did not reach a party or, where ``moved``, did so on another day (OLR
    31; CPI 135). What they were about and which entries they were of, as in :class:`Served`.
    """

    party: Party
    occasion: str
    entries: tuple[int, ...]
    moved: bool


@dataclass(frozen=True)
class TimeGivenBack(Event):
    """A party that was late through no fault of theirs has time again (CPL 86): kind and subject of the time limit."""

    party: Party
    kind: str
    subject: str | None


@dataclass(frozen=True)
class CourtWasOut(Event):
    """The court could not be reached from ``since`` on, when a time limit of the case may have ended; people could again
    from ``back_at``.
    """

    since: datetime
    back_at: datetime


@dataclass(frozen=True)
class PartyAbroad(Event):
    """A party was found to have no home in the court's state: their time limits are longer (CPL 285, 286)."""

    party: Party


@dataclass(frozen=True)
class LegalAidGranted(Event):
    """A party gets legal aid, and ``defer``: they asked to pay the court fee later if so (FEE 47(3))."""

    party: Party
    defer: bool


@dataclass(frozen=True)
class AccountNamed(Event):
    """A party named the account for what they are paid under an agreement; nobody asks them a second time (CPL 247)."""

    party: Party
    holder: str
    bank: str
    account: str


@dataclass(frozen=True)
class FeePaid(Event):
    """A fee was paid in full; ``assessment`` is the reference of its notice (FEE 22)."""

    assessment: str


@dataclass(frozen=True)
class FeeLapsed(Event):
    """Ruled: a fee was not paid, so what it was for counts as withdrawn (CPI 213); ``matter`` as the tariff calls it.

    ``stands``: only an increase was not paid for; the sum, in minor units, for which the claim goes on.
    """

    party: Party
    matter: str
    stands: int | None = None


# -- examination and decision -------------------------------------------------


@dataclass(frozen=True)
class StepsChosen(Event):
    """A party said in which steps they take part online; ``changed``: name of a step → online or no longer (OLR 4)."""

    party: Party
    changed: Mapping[str, bool]


@dataclass(frozen=True)
class GoesOnOffline(Event):
    """A party did not register in time and goes on offline (OLR 10(2))."""

    party: Party


@dataclass(frozen=True)
class GoesOnOnline(Event):
    """A party that went on offline has registered since."""

    party: Party


@dataclass(frozen=True)
class PresidentAsked(Event):
    """Something was put on the president's desk: whoever is to decide it must sit in the case to see it."""


@dataclass(frozen=True)
class BenchChanged(Event):
    """Somebody new decides in the case: a judge or an assessor took a seat."""


@dataclass(frozen=True)
class ExaminationVoid(Event):
    """What was examined so far counts for nothing: somebody was never called to it, or decides and did not hear it. It is
    examined anew (CPL 147, 177; COL 4).
    """


@dataclass(frozen=True)
class ExaminationResumed(Event):
    """The case is heard further before it is decided: nothing is deliberated on until that is over (CPL 144)."""


@dataclass(frozen=True)
class ExaminationClosed(Event):
    """The debate is over; the court deliberates (CPL 144)."""


@dataclass(frozen=True)
class DecisionIssued(Event):
    """A decision was pronounced; ``partial``: on a part of the case, the rest goes on (CPL 156)."""

    partial: bool


@dataclass(frozen=True)
class JudgmentPronounced(Event):
    """A judgment was spoken in a hearing by ``actor``, sentence by sentence; its written text follows (CPL 151)."""

    actor: Actor
    spoken: tuple[Text, ...]


@dataclass(frozen=True)
class AppealLodged(Event):
    """A party appealed; ``amount_minor``: the sum challenged in minor units, None where it is not about money (FEE 17)."""

    party: Party
    amount_minor: int | None


@dataclass(frozen=True)
class AppealDecided(Event):
    """The higher court decided on the appeal, ``outcome`` as the room of judgment calls it (CPL 177)."""

    outcome: str
    party: Party | None = None
    """Whose appeal alone it is about: they took it back before the file went up."""


@dataclass(frozen=True)
class HeardAgain(Event):
    """The decision was set aside and this court hears the whole case again, before others (CPL 41): the case is at the
    stage of preparation, and new judges sit.
    """


@dataclass(frozen=True)
class RetrialCosts(Event):
    """A retrial was ordered on a party's application in a case in which it costs (FEE 9)."""

    party: Party
    amount_minor: int | None
    """What of the decision they contest, in minor units; None where it is not about money (FEE 19)."""
    ground: Literal["new_evidence", "not_appealed", "mediated"]
    both_sides: bool
    """Whether somebody of the other side applied, too: then the costs decision says who bears it (FEE 32)."""


@dataclass(frozen=True)
class RetrialRequestEnded(Event):
    """What one party asked of a retrial is heard no more: taken back by leave, treated so, ended otherwise (CPI 404), or dismissed
    because no ground against the mediation statement is shown (CPI 407).
    """

    party: Party
    how: Literal["taken_back", "treated_so", "ended", "dismissed"]


@dataclass(frozen=True)
class EnforcementRuns(Event):
    """An enforcement begins, or goes on after it stood still: what was ruled before to halt it reaches it now (CPL 267; CPI 297)."""


@dataclass(frozen=True)
class RetrialEnded(Event):
    """A retrial ended without a judgment, and the first decision lives again (CPI 404): the case stands where it stood before
    the entry ``began``, by which it was heard again.
    """

    began: int


@dataclass(frozen=True)
class SettlementReached(Event):
    """The parties settled and it is in effect, as a mediation statement or as a ruling that confirms (CPL 100, 206)."""

    instrument: Literal["statement", "confirmation"]
    owed: tuple[AgreedPart, ...]
    paper: str | None = None
    """Reference of the mediation statement; None where the claim is withdrawn as agreed, and where an agreement is confirmed."""


@dataclass(frozen=True)
class InstrumentSetAside(Event):
    """The ruling that confirmed an agreement was set aside (CPI 372): nothing is owed under it any more."""


# -- the end ------------------------------------------------------------------


@dataclass(frozen=True)
class CaseEffective(Event):
    """A decision or a settlement binds; ``ending`` where no decision was made on the merits (FEE 15)."""

    ending: Ending | None = None


@dataclass(frozen=True)
class CaseClosed(Event):
    """The case is over, by whatever way; how stands in its outcome."""
