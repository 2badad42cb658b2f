"""What a step before the court costs, with every step of the computation shown.

Pure functions over the tariff of a rule pack. Amounts are integer minor units;
in between they are exact fractions, and what is shown after each step is
rounded so that the steps always add up to the total (half up, to the minor unit).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from odr.ground.errors import InvalidInput
from odr.ground.text import Money, T, Text
from odr.payments.fee.scales import FeeStep, Sum, apply_scale, percent
from odr.procedure.rules.pack import RulePack
from odr.procedure.rules.tariff import Ending, FeeKind, Halving, ReliefKind, ScaleUse


class Matter(StrEnum):
    """What is asked of the court."""

    CLAIM = "claim"
    """A claim at first instance."""
    COUNTERCLAIM = "counterclaim"
    """A counterclaim."""
    THIRD_PARTY_CLAIM = "third_party_claim"
    """The independent claim of a third party."""
    WITHDRAWN_CLAIM = "withdrawn_claim"
    """A claim that left an action of many, settled by itself: no costs decision touches its fee any more (FEE 34)."""
    APPEAL = "appeal"
    """An appeal against a judgment."""
    APPEAL_RULING = "appeal_ruling"
    """An appeal against a refusal, a dismissal or a ruling on jurisdiction."""
    RETRIAL = "retrial"
    """A retrial that was ordered on a party's application (FEE 9)."""
    JURISDICTION_OBJECTION = "jurisdiction_objection"
    """An objection to jurisdiction that failed."""
    ENFORCEMENT = "enforcement"
    """An application for enforcement."""
    PRESERVATION = "preservation"
    """An application for preservation."""
    PAYMENT_ORDER = "payment_order"
    """An application for a payment order."""
    CONFIRMATION = "confirmation"
    """Confirmation of a mediated agreement, a special procedure."""
    ATTENDANCE = "attendance"
    """What an expert's attendance at a hearing costs: no fee, but collected by the court for them (FEE 11; EV 38)."""
    WITNESS = "witness"
    """What it costs a witness to come: no fee, but advanced to the court for them (CPL 77; FEE 11)."""
    COPIES = "copies"
    """What copies of the file cost on paper: no fee, but what they really cost (FEE 11)."""
    FINE = "fine"
    """A fine ordered in an enforcement: no fee, for the treasury (CPL 118)."""

    @property
    def label(self) -> Text:
        """What is paid for, in words: who owes two fees knows which is which."""
        return PAID_FOR[self]


PAID_FOR: dict[Matter, Text] = {
    Matter.CLAIM: T("Fee of the claim"),
    Matter.COUNTERCLAIM: T("Fee of the counterclaim"),
    Matter.THIRD_PARTY_CLAIM: T("Fee of a third party’s own claim"),
    Matter.WITHDRAWN_CLAIM: T("Fee of a claim that left the action of many"),
    Matter.APPEAL: T("Fee of the appeal"),
    Matter.APPEAL_RULING: T("Fee of the appeal against a ruling"),
    Matter.RETRIAL: T("Fee of the retrial"),
    Matter.JURISDICTION_OBJECTION: T("Fee of the objection to jurisdiction"),
    Matter.ENFORCEMENT: T("Fee of the enforcement"),
    Matter.PRESERVATION: T("Fee of the preservation"),
    Matter.PAYMENT_ORDER: T("Fee of the payment order"),
    Matter.CONFIRMATION: T("Fee of the confirmation of an agreement"),
    Matter.ATTENDANCE: T("What an expert’s attendance costs"),
    Matter.WITNESS: T("What it costs a witness to come"),
    Matter.COPIES: T("What copies of the file cost on paper"),
    Matter.FINE: T("Fine"),
}

HALVABLE = {Matter.CLAIM, Matter.COUNTERCLAIM, Matter.THIRD_PARTY_CLAIM, Matter.APPEAL, Matter.RETRIAL}
"""Filing fees; application fees are never halved."""
FIRST_INSTANCE = (Matter.CLAIM, Matter.COUNTERCLAIM, Matter.THIRD_PARTY_CLAIM)
"""Filing fees of the first instance."""
APPEALS = (Matter.APPEAL, Matter.APPEAL_RULING)
"""Fees of an appeal, whoever appeals and from what."""
REMEDIES = (*APPEALS, Matter.RETRIAL)
"""Fees of whoever does not leave a decision as it is: help with the claim's fee counts for them too (FEE 48; court rule)."""
AT_COST = (Matter.ATTENDANCE, Matter.WITNESS, Matter.COPIES)
"""What the court collects at cost: no fee, so no relief from fees and no correction of a fee touches it (FEE 11)."""
NO_FEE = (*AT_COST, Matter.FINE)
"""What is paid to the court and is no fee: no relief from fees and no correction of a fee touches it."""
HEARD = (Matter.ATTENDANCE, Matter.WITNESS)
"""What the court takes for who is heard, and passes on to them (FEE 11)."""
BORNE = (*FIRST_INSTANCE, *HEARD)
"""What the costs decision of this court is about: the filing fees, and what experts and witnesses who came are paid (CPL 77;
FEE 6, 29; EV 39).
"""


@dataclass(frozen=True)
class FeeRelief:
    """Relief that was granted: which kind, and by what share a reduction lowers the fee."""

    kind: ReliefKind
    share: Fraction | None = None
    natural_person: bool = True


@dataclass(frozen=True)
class FeeQuestion:
    """Everything the fee depends on.

    ``amounts`` are the property claims, in minor units; for an appeal the part
    that is challenged. ``kind`` is a kind of the tariff, or ``cause`` names one.
    """

    matter: Matter = Matter.CLAIM
    kind: str | None = None
    cause: str | None = None
    amounts: tuple[int, ...] = ()
    non_property_claims: int = 0
    track: str | None = None
    joined: bool = False
    ending: Ending | None = None
    relief: FeeRelief | None = None
    ground: str | None = None
    """Of a retrial: in which of the cases of the law it costs; None where it costs nothing (FEE 9)."""


@dataclass(frozen=True)
class Assessment:
    """A computed fee. ``full`` is the fee before halving and relief; the steps add up to ``total``."""

    total: Money
    full: Money
    steps: tuple[FeeStep, ...]
    pack: str
    version: str
    prepaid: bool = True
    deferred: bool = False

    def to_json(self) -> dict[str, Any]:
        """The assessment as kept on the docket."""
        return {
            "total": self.total.minor,
            "full": self.full.minor,
            "currency": self.total.currency,
            "steps": [step.to_json() for step in self.steps],
            "pack": self.pack,
            "version": self.version,
            "prepaid": self.prepaid,
            "deferred": self.deferred,
        }

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Assessment:
        """The assessment that was kept."""
        return cls(
            total=Money(written["total"], written["currency"]),
            full=Money(written["full"], written["currency"]),
            steps=tuple(FeeStep.from_json(step) for step in written["steps"]),
            **{name: written[name] for name in ("pack", "version", "prepaid", "deferred")},
        )


def assess_filing(pack: RulePack, question: FeeQuestion) -> Assessment:
    """The fee for one matter: scale, modifiers, relief, in the order in which the tariff applies them.

    Raises InvalidInput for a negative amount, and NoSuchRule for a cause or
    track the pack does not know. FEE 13–18; CPI 201, 206.
    """
    _check(question)
    total = Sum(pack.currency)
    free = _free_article(pack, question)
    if free is not None:
        total.add(Fraction(0), T("No fee is payable."), "no_fee", free)
        return _assessment(pack, total, total.rounded)
    kind_key, kind = _kind(pack, question)
    _base_fee(pack, total, kind_key, kind, question)
    full = total.rounded
    _halve(pack, total, question)
    deferred = _relieve(pack, total, question.relief)
    return _assessment(pack, total, full, prepaid=kind.prepaid, deferred=deferred)


def _assessment(pack: RulePack, total: Sum, full: Money, *, prepaid: bool = True, deferred: bool = False) -> Assessment:
    return Assessment(
        total.rounded, full, tuple(total.steps), pack.id, pack.version_of("tariff").isoformat(), prepaid, deferred
    )


def _check(question: FeeQuestion) -> None:
    if any(amount < 0 for amount in question.amounts) or question.non_property_claims < 0:
        raise InvalidInput.at("amounts", T("An amount cannot be below nothing."))


def _free_article(pack: RulePack, question: FeeQuestion) -> str | None:
    """The article that makes this matter free, if any (FEE 8)."""
    if question.ending is not None and question.ending in pack.tariff.no_fee and question.matter in HALVABLE:
        return pack.tariff.no_fee[question.ending]
    if question.matter is Matter.RETRIAL:
        rule = pack.tariff.retrial
        return rule.free if rule is not None and question.ground not in rule.cases else None
    return pack.tariff.free_matters.get(question.matter.value)


def _kind(pack: RulePack, question: FeeQuestion) -> tuple[str, FeeKind]:
    """The kind of fee: of the matter itself, as asked, or that of the cause."""
    own = question.kind or (pack.cause(question.cause).fee_kind if question.cause else "property")
    key = own if question.matter in pack.tariff.by_cause else question.matter.value
    if key not in pack.tariff.kinds:
        raise InvalidInput.at("kind", T("The tariff has no fee for this matter."))
    return key, pack.tariff.kinds[key]


def _base_fee(pack: RulePack, total: Sum, key: str, kind: FeeKind, question: FeeQuestion) -> None:
    """The fee before modifiers: base sum, scale, or both."""
    amount = sum(question.amounts)
    priced = bool(question.amounts) and kind.scale is not None
    if len(question.amounts) > 1:
        total.add(
            Fraction(0),
            T("The property claims together: %(amount)s.", amount=total.money(amount)),
            "summed",
            pack.tariff.mixed_article,
        )
    if question.matter is Matter.APPEAL:
        total.add(
            Fraction(0),
            T("Only the part that is challenged counts: %(amount)s.", amount=total.money(amount)),
            "appeal",
            pack.tariff.appeal_article,
        )
    if question.matter is Matter.RETRIAL:
        _why_a_retrial_costs(pack, total, question, amount)
    if kind.base is not None and (not priced or kind.scale_use is ScaleUse.ADDS):
        total.add(
            Fraction(kind.base.set),
            T("%(kind)s: set at %(sum)s.", kind=kind.title, sum=total.money(kind.base.set)),
            key,
            kind.article,
        )
    elif kind.scale is not None and not priced:
        raise InvalidInput.at("amounts", T("This fee is computed from an amount; enter the amount."))
    if priced and question.non_property_claims and kind.scale_use is ScaleUse.REPLACES:
        total.add(
            Fraction(0),
            T("Claims about other things than property cost nothing beside them."),
            "mixed",
            pack.tariff.mixed_article,
        )
    if priced and kind.scale is not None:
        apply_scale(pack.tariff.scales[kind.scale], amount, total, kind.scale)
    if kind.part != 1:
        total.add(
            total.exact * (kind.part - 1), T("Of this, %(part)s is payable.", part=str(kind.part)), "part", kind.article
        )


_RETRIAL_COSTS = {
    "new_evidence": T("The retrial was ordered on new evidence: it has a fee."),
    "not_appealed": T("Whoever applied had not appealed, and the decision took effect: the retrial has a fee."),
    "mediated": T("A mediation statement that had taken effect is heard again: the retrial has a fee."),
}


def _why_a_retrial_costs(pack: RulePack, total: Sum, question: FeeQuestion, amount: int) -> None:
    """In which case of the law it costs, and what counts of what was decided (FEE 9, 19)."""
    rule = pack.tariff.retrial
    assert rule is not None and question.ground is not None
    total.add(Fraction(0), _RETRIAL_COSTS[question.ground], question.ground, rule.cases[question.ground])
    if amount:
        words = T("Only the part of the decision that is contested counts: %(amount)s.", amount=total.money(amount))
        total.add(Fraction(0), words, "retrial", rule.amount)


_HALVED: dict[Halving, Text] = {
    Halving.TRACK: T("Halved: simple procedure."),
    Halving.JOINED: T("Halved: heard together with the claim."),
    Halving.MEDIATED: T("Halved: ended by mediation."),
    Halving.WITHDRAWN: T("Halved: withdrawn."),
}


def halving_grounds(pack: RulePack, question: FeeQuestion) -> list[tuple[Halving, str]]:
    """Every ground on which this fee is halved, in the order of the tariff, with its article."""
    if question.matter not in HALVABLE:
        return []
    halvings = pack.tariff.halvings
    by_track = question.matter not in (Matter.APPEAL, Matter.RETRIAL)  # heard by a panel, in ordinary procedure
    track = pack.track(question.track).halved if question.track and by_track else None
    met = {
        Halving.TRACK: track is not None,
        # A claim that was brought into a case and goes on alone since keeps its fee (CPI 237).
        Halving.JOINED: question.joined
        and question.matter in {Matter.CLAIM, Matter.COUNTERCLAIM, Matter.THIRD_PARTY_CLAIM},
        Halving.MEDIATED: question.ending is Ending.MEDIATED,
        Halving.WITHDRAWN: question.ending is Ending.WITHDRAWN,
    }
    return [
        (ground, track or halvings[ground] if ground is Halving.TRACK else halvings[ground])
        for ground in Halving
        if met[ground] and ground in halvings
    ]


def _halve(pack: RulePack, total: Sum, question: FeeQuestion) -> None:
    """Halve for the first ground; a further ground is named and, where the pack says so, changes nothing."""
    for place, (ground, article) in enumerate(halving_grounds(pack, question)):
        if place and pack.tariff.halve_once:
            total.add(
                Fraction(0), T("No further halving: a fee is halved only once."), "halve_once", pack.tariff.halve_once
            )
            return
        total.add(-total.exact / 2, _HALVED[ground], ground.value, article)


def _relieve(pack: RulePack, total: Sum, relief: FeeRelief | None) -> bool:
    """Apply granted relief; returns whether payment is put off."""
    if relief is None:
        return False
    rule = pack.tariff.relief.get(relief.kind)
    if rule is None:
        raise InvalidInput.at("relief", T("The tariff knows no such relief."))
    if rule.natural_persons_only and not relief.natural_person:
        raise InvalidInput.at(
            "relief", T("Only natural persons can be exempted; a reduction or deferral is open to everybody.")
        )
    if relief.kind is ReliefKind.EXEMPTION:
        total.add(-total.exact, T("Exempted."), "exemption", rule.article)
    elif relief.kind is ReliefKind.REDUCTION:
        share = relief.share or rule.least or Fraction(0)
        if not 0 < share <= 1 or (rule.least is not None and share < rule.least):
            raise InvalidInput.at(
                "relief",
                T(
                    "A reduction is at least %(least)s and at most the whole fee.",
                    least=percent(rule.least or Fraction(0)),
                ),
            )
        total.add(-total.exact * share, T("Reduced by %(share)s.", share=percent(share)), "reduction", rule.article)
    else:
        total.add(Fraction(0), rule.title, relief.kind.value, rule.article)
        return True
    return False


def top_up(pack: RulePack, paid: Money, question: FeeQuestion, article: str) -> Assessment:
    """What is still to pay after a conversion or an increase: the new fee less what was paid (FEE 21, CPI 199)."""
    new = assess_filing(pack, question)
    already = min(paid.minor, new.total.minor)
    step = FeeStep(T("Already paid."), Money(-already, pack.currency), "paid", article)
    return Assessment(
        Money(new.total.minor - already, pack.currency),
        new.full,
        (*new.steps, step),
        new.pack,
        new.version,
        new.prepaid,
        new.deferred,
    )
