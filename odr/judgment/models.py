"""Tables of judgment: findings, decisions and their orders, rulings, appeals, performance, enforcement."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import Money
from odr.judgment.vocabulary import (
    AdviceState,
    AppealOutcome,
    AppealState,
    Basis,
    DecisionKind,
    DecisionState,
    EnforcementState,
    FindingResult,
    FirstJudgment,
    Instrument,
    MotionKind,
    MotionState,
    OrderKind,
    PreservationState,
    RetrialState,
    SettlementState,
    Vote,
    Weakness,
)


class Finding(Base):
    """What the judge finds on one exhibit or one fact; the newest stands, earlier ones stay readable to the bench."""

    __tablename__ = "finding"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    exhibit_id: Mapped[int | None] = mapped_column(BigInt)
    fact_id: Mapped[int | None] = mapped_column(ForeignKey("fact.id"))
    result: Mapped[FindingResult] = mapped_column(enum_column(FindingResult))
    undisputed: Mapped[bool] = mapped_column(default=False)
    """Adopted because nobody disputed it; needs no reasons of its own."""
    reasons: Mapped[str | None] = mapped_column(Text)
    rests_on: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Labels of the exhibits a finding of fact rests on."""
    basis: Mapped[Basis | None] = mapped_column(enum_column(Basis))
    """What a finding of fact rests on beside exhibits (EV 3, 4, 10, 48)."""
    witness_id: Mapped[int | None] = mapped_column(BigInt)
    """Whose testimony it is (EV 68)."""
    weak: Mapped[Weakness | None] = mapped_column(enum_column(Weakness))
    """Why the judge holds that an exhibit grounds nothing alone (EV 90)."""
    storage: Mapped[dict[str, str] | None] = mapped_column(JSON)
    """What is found on the four points of a store outside the court whose keeping is doubted (OLR 17)."""
    entry_number: Mapped[int]
    replaced_by: Mapped[int | None]
    """Number of the entry that replaced it; empty while it stands."""
    __table_args__ = (
        CheckConstraint("(exhibit_id IS NULL) <> (fact_id IS NULL)", name="one_subject"),
        Index("ix_finding_case_id_replaced_by", "case_id", "replaced_by"),
    )


class ClosedPart(Base):
    """Heads of the claim with the facts they rest on, closed by the judge to be decided first (CPL 156)."""

    __tablename__ = "closed_part"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    reliefs: Mapped[list[int]] = mapped_column(JSON)
    facts: Mapped[list[int]] = mapped_column(JSON)
    """Numbers of the facts."""
    entry_number: Mapped[int]
    __table_args__ = ({"info": {"append_only": True}},)


class Decision(Base):
    """A decision of the court, from its draft to the sealed paper."""

    __tablename__ = "decision"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    kind: Mapped[DecisionKind] = mapped_column(enum_column(DecisionKind))
    state: Mapped[DecisionState] = mapped_column(enum_column(DecisionState), default=DecisionState.DRAFT)
    short: Mapped[bool] = mapped_column(default=False)
    """Short form of small claims (CPI 280)."""
    by_default: Mapped[bool] = mapped_column(default=False)
    """Against somebody who never appeared (CPL 147)."""
    language: Mapped[str] = mapped_column(String(12))
    parts: Mapped[dict[str, Any]] = mapped_column(JSON)
    costs: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Allocation of the court fees, as :meth:`odr.payments.costs.rules.Allocation.to_json` writes it."""
    performance_days: Mapped[int]
    entry_number: Mapped[int]
    signed_entry: Mapped[int | None]
    issued_entry: Mapped[int | None]
    countersigned_entry: Mapped[int | None]
    """By which entry the clerk signed after the judge, where the rules ask for it."""
    pronounced_entry: Mapped[int | None]
    """Entry by which it was spoken in the hearing, where it was; its text followed (CPL 151)."""
    pronounced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    pronounced_sha256: Mapped[str | None] = mapped_column(String(64))
    """Digest of the orders that were spoken: those of the written judgment are the same."""
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    document_sha256: Mapped[str | None] = mapped_column(String(64))
    issued_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    effective_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    retried: Mapped[str | None] = mapped_column(Reference)
    """Reference of the decision that it decides on anew, where it is given on a retrial; of the paper, where that was a mediation
    statement.
    """
    first_judgment: Mapped[FirstJudgment | None] = mapped_column(enum_column(FirstJudgment))
    first_why: Mapped[str | None] = mapped_column(Text)
    """Which defects of the first judgment are corrected, or what made its result wrong (CPI 405); which ground against the mediation
    statement is shown, and by what (CPL 212).
    """

    @property
    def upholds(self) -> bool:
        """Whether it leaves an earlier judgment standing: that is then what binds and is performed (CPI 405)."""
        return self.first_judgment in (FirstJudgment.UPHELD, FirstJudgment.CORRECTED)

    @property
    def served_entry(self) -> int | None:
        """Number of the entry with which it went to the parties."""
        return self.countersigned_entry or self.issued_entry

    orders: Mapped[list[Order]] = relationship(order_by="Order.number", cascade="all, delete-orphan", lazy="selectin")


class Order(Base):
    """One order of a decision, structured so that it can be checked, performed and enforced."""

    __tablename__ = "decision_order"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), index=True)
    number: Mapped[int]
    kind: Mapped[OrderKind] = mapped_column(enum_column(OrderKind))
    relief_id: Mapped[int | None] = mapped_column(ForeignKey("relief.id"))
    """What was asked for that this order answers; empty for "everything else", and where that head was changed since."""
    head_changed: Mapped[bool] = mapped_column(default=False)
    """Whether it answered a head of the claim that was changed after the decision was set aside: it is not "everything else"."""
    debtor_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    creditor_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    amount_minor: Mapped[int | None] = mapped_column(BigInt)
    currency: Mapped[str | None] = mapped_column(String(3))
    interest_from: Mapped[date | None] = mapped_column(Date)
    interest_percent: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    """Percent a year, from ``interest_from`` until payment."""
    instalments: Mapped[int] = mapped_column(default=1)
    """In how many monthly parts a sum is paid."""
    what: Mapped[str | None] = mapped_column(Text)
    joint_ids: Mapped[list[int] | None] = mapped_column(JSON)
    """Who owes it jointly with the debtor, each the whole; None for nobody."""
    new_evidence_cost: Mapped[str | None] = mapped_column(Reference)
    """The request it answers for what new evidence cost (CPI 409); such an order answers no head of a claim."""
    partial_agreement: Mapped[str | None] = mapped_column(Reference)
    """The agreement of some of the parties that it carries out (CPI 410)."""
    __table_args__ = (
        UniqueConstraint("decision_id", "number"),
        CheckConstraint("(kind = 'pay') = (amount_minor IS NOT NULL)", name="pay_has_amount"),
        CheckConstraint("(interest_from IS NULL) = (interest_percent IS NULL)", name="interest_has_rate"),
    )

    @property
    def is_beside_claims(self) -> bool:
        """Whether it answers something else than a head of a claim."""
        return self.new_evidence_cost is not None or self.partial_agreement is not None

    @property
    def debtors(self) -> tuple[int, ...]:
        """Who must do it: one, or several of whom each owes the whole."""
        return (self.debtor_id, *(self.joint_ids or ())) if self.debtor_id is not None else ()

    @property
    def amount(self) -> Money | None:
        """What is to be paid, without interest."""
        return Money(self.amount_minor, self.currency) if self.amount_minor is not None and self.currency else None


class PanelMinute(Base):
    """A line of the secret minutes of a panel: what a member said in the deliberation, or how they voted on which text
    (CPL 45).
    """

    __tablename__ = "panel_minute"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
    account_id: Mapped[int] = mapped_column(BigInt)
    name: Mapped[str] = mapped_column(String(200))
    vote: Mapped[Vote | None] = mapped_column(enum_column(Vote))
    """On the text; in a panel of seven on what it finds of the facts."""
    law_vote: Mapped[Vote | None] = mapped_column(enum_column(Vote))
    """Of a judge in a panel of seven on how the text applies the law; nobody else votes on that apart (LAJ 22)."""
    text_sha256: Mapped[str] = mapped_column(String(64))
    """Digest of the text that lay before the panel; a vote counts for that text only."""
    words: Mapped[str | None] = mapped_column(Text)
    entry_number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = ({"info": {"append_only": True}},)

    @property
    def agrees(self) -> bool:
        """Whether it is a vote that takes the text in everything it was cast on."""
        return all(one is None or one.takes_the_text for one in (self.vote, self.law_vote)) and self.vote is not None


class Motion(Base):
    """Something a party asked the court to rule on, or that the court took up itself."""

    __tablename__ = "motion"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    kind: Mapped[MotionKind] = mapped_column(enum_column(MotionKind))
    asks: Mapped[str] = mapped_column(Text)
    grounds: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int | None] = mapped_column(BigInt)
    currency: Mapped[str | None] = mapped_column(String(3))
    urgent: Mapped[bool] = mapped_column(default=False)
    about: Mapped[str | None] = mapped_column(Reference)
    """Of a review: the preservation, the refused application, or the ruling that is looked at again (the paper of one
    that did not continue something, or one that lifted it).
    """
    state: Mapped[MotionState] = mapped_column(enum_column(MotionState), default=MotionState.OPEN)
    entry_number: Mapped[int]
    ruled_entry: Mapped[int | None]


class Ruling(Base):
    """A ruling with its grounds and the remedy against it (CPL 157)."""

    __tablename__ = "ruling"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    motion_id: Mapped[int | None] = mapped_column(ForeignKey("motion.id"))
    ordinal: Mapped[int]
    kind: Mapped[MotionKind] = mapped_column(enum_column(MotionKind))
    result: Mapped[MotionState] = mapped_column(enum_column(MotionState))
    orders: Mapped[list[str]] = mapped_column(JSON)
    reasons: Mapped[str] = mapped_column(Text)
    security_minor: Mapped[int | None] = mapped_column(BigInt)
    appealable: Mapped[bool] = mapped_column(default=False)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    entry_number: Mapped[int]
    __table_args__ = (UniqueConstraint("case_id", "ordinal"), {"info": {"append_only": True}})


class Preservation(Base):
    """What a ruling secured before the decision, from the order to its end (CPL 103 to 108)."""

    __tablename__ = "preservation"
    __table_args__ = (Index("ix_preservation_state", "state"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    motion_id: Mapped[int] = mapped_column(ForeignKey("motion.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    """For whom."""
    amount_minor: Mapped[int | None] = mapped_column(BigInt)
    security_minor: Mapped[int | None] = mapped_column(BigInt)
    """Security the applicant has to give first; empty when none was asked for."""
    currency: Mapped[str] = mapped_column(String(3))
    security_entry: Mapped[int | None]
    state: Mapped[PreservationState] = mapped_column(enum_column(PreservationState), default=PreservationState.ORDERED)
    entry_number: Mapped[int]
    executed_entry: Mapped[int | None]
    ended_entry: Mapped[int | None]

    @property
    def security(self) -> Money | None:
        """The security the applicant has to give."""
        return Money(self.security_minor, self.currency) if self.security_minor else None

    @property
    def waits_for_security(self) -> bool:
        """Whether nothing is carried out before security is given."""
        return bool(self.security_minor) and self.security_entry is None

    @property
    def is_ready(self) -> bool:
        """Whether it can be carried out now."""
        return self.state is PreservationState.ORDERED and not self.waits_for_security


class BeforeClaim(Base):
    """A preservation asked for before any claim, in a case of its own, and the claim that followed it (CPL 104)."""

    __tablename__ = "preservation_before_claim"
    __table_args__ = ({"info": {"of": "claim_case_id"}},)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), unique=True)
    claim_case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    """The case of the claim it was asked for; empty until one is filed."""
    claim_entry: Mapped[int | None]


class DutyTurn(Base):
    """Which judge is on duty from one day to another, for what cannot wait; the newest turn for a day counts."""

    __tablename__ = "duty_turn"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)
    set_by: Mapped[int] = mapped_column(BigInt)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (CheckConstraint("from_on <= until_on", name="turn_has_days"), {"info": {"append_only": True}})


class RetrialApplication(Base):
    """A party's application that an effective decision, or a mediation statement, be heard again (CPL 210 to 216)."""

    __tablename__ = "retrial_application"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    statement_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    """The paper of the mediation statement it is against, where it is against no decision (CPL 212)."""
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    grounds: Mapped[list[str]] = mapped_column(JSON)
    """Keys of the pack's grounds."""
    facts: Mapped[str] = mapped_column(Text)
    known_on: Mapped[date | None] = mapped_column(Date)
    here: Mapped[bool] = mapped_column(default=False)
    """Whether this court decides on it (CPL 210; CPI 424), and not the higher one."""
    asks: Mapped[str | None] = mapped_column(Text)
    """What is asked of the retrial, to which it keeps (CPI 376, 403); None in applications of before."""
    contested_minor: Mapped[int | None] = mapped_column(BigInt)
    """What of the decision is contested, by which a fee is measured; None where that was not said (FEE 19)."""
    back_entry: Mapped[int | None]
    """Number of the entry by which whoever applied wants to take it back; a court rules (CPI 398, 404)."""
    state: Mapped[RetrialState] = mapped_column(enum_column(RetrialState), default=RetrialState.FILED)
    entry_number: Mapped[int]
    closed_entry: Mapped[int | None]


class NewEvidenceCost(Base):
    """What a party asks for because new evidence of somebody else cost it travel, lodging, meals or lost work in a retrial, and what
    the judge finds on it (CPI 409).
    """

    __tablename__ = "new_evidence_cost"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    against_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    """Who brought the new evidence."""
    items: Mapped[dict[str, int]] = mapped_column(JSON)
    """What is asked for, in minor units by item; items of nothing are left out."""
    currency: Mapped[str] = mapped_column(String(3))
    words: Mapped[str] = mapped_column(Text)
    granted_minor: Mapped[int | None] = mapped_column(BigInt)
    reasons: Mapped[str | None] = mapped_column(Text)
    entry_number: Mapped[int]
    __table_args__ = (
        CheckConstraint("(granted_minor IS NULL) = (reasons IS NULL)", name="found_has_reasons"),
        CheckConstraint("granted_minor IS NULL OR granted_minor >= 0", name="granted_not_negative"),
    )

    @property
    def asked(self) -> Money:
        """All that is asked for together."""
        return Money(sum(self.items.values()), self.currency)


class PartialAgreement(Base):
    """What some of the parties agreed on in a retrial, who confirmed it, what the others said to it in writing, and whether the
    judgment confirms it (CPI 410).
    """

    __tablename__ = "partial_agreement"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    between: Mapped[list[int]] = mapped_column(JSON)
    """Ids of the parties who have agreed."""
    terms: Mapped[str] = mapped_column(Text)
    payments: Mapped[list[list[int]]] = mapped_column(JSON)
    """Debtor, creditor and sum in minor units of each payment."""
    currency: Mapped[str] = mapped_column(String(3))
    answers: Mapped[dict[str, str]] = mapped_column(JSON)
    """Label of a party → whether it agrees or refuses; of who is silent nothing."""
    words: Mapped[dict[str, str]] = mapped_column(JSON)
    confirmed: Mapped[bool | None]
    reasons: Mapped[str | None] = mapped_column(Text)
    entry_number: Mapped[int]
    __table_args__ = (CheckConstraint("(confirmed IS NULL) = (reasons IS NULL)", name="found_has_reasons"),)


class ProsecutionAdvice(Base):
    """Advice of the prosecution that a decision or mediation statement in effect be heard again (CPL 219; CPI 414)."""

    __tablename__ = "prosecution_advice"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    statement_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    """The paper of the mediation statement it is about, where it is about no decision."""
    office: Mapped[str] = mapped_column(String(200))
    """Which prosecution advises."""
    number: Mapped[str] = mapped_column(String(80))
    """Number of its advice."""
    came_on: Mapped[date] = mapped_column(Date)
    of_itself: Mapped[bool]
    """Whether it advises for the interests of the state or of the public, and nobody asked it to (CPI 411)."""
    grounds: Mapped[list[str]] = mapped_column(JSON)
    """Keys of the pack's grounds."""
    state: Mapped[AdviceState] = mapped_column(enum_column(AdviceState), default=AdviceState.WAITING)
    entry_number: Mapped[int]
    closed_entry: Mapped[int | None]


class RetrialOpinion(Base):
    """What another party says to an application for retrial at this court (CPL 214)."""

    __tablename__ = "retrial_opinion"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("retrial_application.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    words: Mapped[str] = mapped_column(Text)
    entry_number: Mapped[int]
    __table_args__ = ({"info": {"append_only": True}},)


class FinalityCertificate(Base):
    """A sealed paper that says since when a decision binds."""

    __tablename__ = "finality_certificate"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
    number: Mapped[str] = mapped_column(String(80), unique=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    entry_number: Mapped[int]
    __table_args__ = ({"info": {"append_only": True}},)


class AppealPetition(Base):
    """One party's appeal, lodged through this court (CPL 173)."""

    __tablename__ = "appeal_petition"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    asks: Mapped[str] = mapped_column(Text)
    grounds: Mapped[str] = mapped_column(Text)
    challenged_minor: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[AppealState] = mapped_column(enum_column(AppealState), default=AppealState.FILED)
    outcome: Mapped[AppealOutcome | None] = mapped_column(enum_column(AppealOutcome))
    entry_number: Mapped[int]
    closed_entry: Mapped[int | None]


class AppealAnswer(Base):
    """What another party answers to an appeal (CPL 174)."""

    __tablename__ = "appeal_answer"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("appeal_petition.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    answer: Mapped[str] = mapped_column(Text)
    entry_number: Mapped[int]


class Obligation(Base):
    """What is owed under an instrument that can be enforced: a sum, or an act."""

    __tablename__ = "obligation"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    instrument: Mapped[Instrument] = mapped_column(enum_column(Instrument))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("decision_order.id"))
    debtor_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    creditor_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    amount_minor: Mapped[int | None] = mapped_column(BigInt)
    currency: Mapped[str | None] = mapped_column(String(3))
    interest_from: Mapped[date | None] = mapped_column(Date)
    interest_percent: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    what: Mapped[str | None] = mapped_column(Text)
    due_on: Mapped[date] = mapped_column(Date)
    accelerates: Mapped[bool] = mapped_column(default=False)
    """An instalment: when it is late, all that is left of the instrument falls due."""
    joint_ids: Mapped[list[int] | None] = mapped_column(JSON)
    """Who owes it jointly with the debtor: it is owed once, and what one of them pays counts for all; None for nobody."""
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Replaced by another instrument: no longer owed under this one."""
    stood_still: Mapped[list[list[str]] | None] = mapped_column(JSON)
    """Days from which and until which execution stood still because of a retrial: they add nothing for delay (LPI 3)."""
    entry_number: Mapped[int]

    @property
    def debtors(self) -> tuple[int, ...]:
        """Who owes it: one, or several of whom each owes the whole."""
        return (self.debtor_id, *(self.joint_ids or ()))

    @property
    def amount(self) -> Money | None:
        """The principal."""
        return Money(self.amount_minor, self.currency) if self.amount_minor is not None and self.currency else None


class Performance(Base):
    """A payment or an act by which a debtor performed, and the creditor's word on it."""

    __tablename__ = "performance"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    obligation_id: Mapped[int] = mapped_column(ForeignKey("obligation.id"), index=True)
    amount_minor: Mapped[int | None] = mapped_column(BigInt)
    on: Mapped[date] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(Text)
    confirmed: Mapped[bool]
    """By the creditor or the court; a debtor's own report waits for it."""
    confirmed_entry: Mapped[int | None]
    entry_number: Mapped[int]


class PaymentAccount(Base):
    """To which account a party is paid; the newest of a party stands. Read only by whom :mod:`accounts` shows it."""

    __tablename__ = "payment_account"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    sealed: Mapped[str] = mapped_column(Text)
    """Holder, bank and number, encrypted under a key of the court's secret: a copy of the database names no account."""
    digest: Mapped[str] = mapped_column(String(64))
    """Keyed digest of the same, as the docket keeps it."""
    named_at: Mapped[datetime] = mapped_column(UTCDateTime)
    entry_number: Mapped[int]
    __table_args__ = ({"info": {"append_only": True}},)


class EnforcementCase(Base):
    """The creditor's application and what became of it (CPL 247–250)."""

    __tablename__ = "enforcement_case"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    number: Mapped[str] = mapped_column(String(80), unique=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    claimed: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Per obligation: principal left and interest to the day of the application, minor units."""
    state: Mapped[EnforcementState] = mapped_column(enum_column(EnforcementState), default=EnforcementState.OPEN)
    entry_number: Mapped[int]
    closed_entry: Mapped[int | None]
    halted_entry: Mapped[int | None]
    """By which entry it stands still; None while it goes on (CPL 267)."""
    halt_ground: Mapped[str | None] = mapped_column(String(40))


class EnforcementMeasure(Base):
    """One measure taken in an enforcement."""

    __tablename__ = "enforcement_measure"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    enforcement_id: Mapped[int] = mapped_column(ForeignKey("enforcement_case.id"), index=True)
    what: Mapped[str] = mapped_column(Text)
    on: Mapped[date] = mapped_column(Date)
    entry_number: Mapped[int]
    __table_args__ = ({"info": {"append_only": True}},)


class EnforcementSettlement(Base):
    """What the parties agreed in an enforcement about how the instrument is performed (CPL 241; CPI 464 to 466)."""

    __tablename__ = "enforcement_settlement"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    enforcement_id: Mapped[int] = mapped_column(ForeignKey("enforcement_case.id"))
    from_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    amount_minor: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(String(3))
    instalments: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """``{"on": ISO day, "minor": amount}``, adding up to the amount."""
    deed: Mapped[str | None] = mapped_column(Text)
    state: Mapped[SettlementState] = mapped_column(enum_column(SettlementState), default=SettlementState.PROPOSED)
    paid_before_minor: Mapped[int] = mapped_column(BigInt, default=0)
    """What was paid on the instrument when it was signed; only what comes after counts towards it."""
    entry_number: Mapped[int]
    signed_entry: Mapped[int | None]
    closed_entry: Mapped[int | None]

    @property
    def amount(self) -> Money:
        """What is paid in all in the place of the instrument."""
        return Money(self.amount_minor, self.currency)
