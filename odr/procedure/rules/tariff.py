"""What a rule pack says about fees. Amounts are minor units; rates are exact fractions."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Self

from pydantic import Field, model_validator

from odr.procedure.rules.base import Applies, Article, Key, Minor, Rule, Share, Words


class Band(Rule):
    """One step of a scale: up to ``to`` (None: without end) a flat sum or a rate."""

    to: int | None = Field(default=None, gt=0)
    flat: Minor | None = None
    rate: Share | None = None

    @model_validator(mode="after")
    def _one_price(self) -> Self:
        if (self.flat is None) == (self.rate is None):
            raise ValueError("a band has either a flat sum or a rate")
        if self.rate is not None and not 0 <= self.rate <= 1:
            raise ValueError("a rate lies between 0 and 1")
        return self


class Scale(Rule):
    """Fee as a function of an amount: cumulative bands, or bands that jump."""

    title: Words
    article: Article
    marginal: bool
    """True: each band prices its own part. False: the band of the amount prices all of it."""
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]
    cap: Minor | None = None

    @model_validator(mode="after")
    def _bands_rise(self) -> Self:
        tops = [band.to for band in self.bands]
        if tops[-1] is not None or any(top is None for top in tops[:-1]):
            raise ValueError("only the last band is without end")
        known = [top for top in tops if top is not None]
        if known != sorted(set(known)):
            raise ValueError("the bands do not rise")
        # A marginal scale with a flat sum later than at the bottom would jump, against what it says.
        if self.marginal and any(band.flat is not None for band in self.bands[1:]):
            raise ValueError("a marginal scale is flat in its first band only")
        return self


class Base(Rule):
    """A sum the law leaves within a range and the locality sets."""

    low: Minor
    high: Minor
    set: Minor

    @model_validator(mode="after")
    def _inside(self) -> Self:
        if not self.low <= self.set <= self.high:
            raise ValueError("the sum set lies outside the range")
        return self


class ScaleUse(StrEnum):
    """How a scale joins the base sum of a kind of fee."""

    ADDS = "adds"
    """Base, and the scale on top: damages for a personality right."""
    REPLACES = "replaces"
    """The scale instead of the base, once there is an amount."""


class FeeKind(Rule):
    """What a kind of matter costs before modifiers."""

    title: Words
    article: Article
    base: Base | None = None
    scale: Key | None = None
    scale_use: ScaleUse = ScaleUse.REPLACES
    part: Share = Fraction(1)
    """Share of the scale: a payment order costs a third."""
    prepaid: bool = True
    """False: collected afterwards (enforcement)."""

    @model_validator(mode="after")
    def _priced(self) -> Self:
        if self.base is None and self.scale is None:
            raise ValueError("a kind of fee needs a base or a scale")
        return self


class Halving(StrEnum):
    """A ground on which the filing fee is halved; never more than one of them (CPI 206)."""

    TRACK = "track"
    """The track is a simple one."""
    JOINED = "joined"
    """Counterclaim or third-party claim heard together with the claim."""
    MEDIATED = "mediated"
    """Ended by mediation."""
    WITHDRAWN = "withdrawn"
    """The claimant withdrew."""


class Ending(StrEnum):
    """How a case or a claim ended, or what happened to it, as far as its fee is concerned."""

    MEDIATED = "mediated"
    """Ended by a mediation statement or minutes."""
    WITHDRAWN = "withdrawn"
    """Withdrawn with the court's leave, or deemed withdrawn."""
    REFUSED = "refused"
    """Not accepted by ruling."""
    DISMISSED = "dismissed"
    """The action was dismissed by ruling, not on the merits."""
    CONVERSION_DEFAULT = "conversion_default"
    """The difference after conversion was not paid; deemed withdrawn."""
    REMITTED = "remitted"
    """Sent back for a new first instance: the appeal fee."""
    WON = "won"
    """The one who prepaid does not bear the costs."""
    REDUCED = "reduced"
    """The claim was lowered before the court investigation ended."""
    REDUCED_LATE = "reduced_late"
    """The claim was lowered afterwards."""
    STAYED = "stayed"
    """Proceedings were stayed."""
    ENDED_BY_DEATH = "ended_by_death"
    """Proceedings ended by a death or end of a party (CPL 154)."""
    TRANSFERRED = "transferred"
    """Sent to another court: the fee goes with it."""
    CRIMINAL = "criminal"
    """Sent to the prosecuting authorities and not continued here."""
    APPEAL_DISMISSED = "appeal_dismissed"
    """The appeal was dismissed by ruling."""
    NOT_USED = "not_used"
    """What was collected for somebody's attendance was not needed for it."""


class RefundBasis(StrEnum):
    """What an ending leaves of the fee paid."""

    ALL = "all"
    """Everything goes back."""
    NOTHING = "nothing"
    """Nothing goes back."""
    HALF_OF_FEE = "half_of_fee"
    """The fee becomes half of the full fee; what was paid above goes back."""
    HALF_OF_PAID = "half_of_paid"
    """Half of what was paid goes back."""
    RECOMPUTED = "recomputed"
    """The fee is computed anew; what was paid above goes back."""
    NOT_BORNE = "not_borne"
    """What the payer need not bear goes back."""


class RefundRule(Rule):
    """What goes back after an ending, and why."""

    title: Words
    basis: RefundBasis
    article: Article


class ReliefKind(StrEnum):
    """Help with the fee."""

    EXEMPTION = "exemption"
    """Nothing to pay."""
    REDUCTION = "reduction"
    """A share less."""
    DEFERRAL = "deferral"
    """The same, later."""
    INSTALMENTS = "instalments"
    """The same, in parts."""


class ReliefRule(Rule):
    """A kind of relief and its bounds."""

    title: Words
    article: Article
    natural_persons_only: bool = False
    least: Share | None = None
    """Least share by which the fee is reduced."""
    grounds: dict[Key, Words] = Field(default_factory=dict)


class Costs(Rule):
    """Who bears the fee in the end."""

    loser_pays: Article
    partly: Article
    joint: Article
    by_ending: dict[Ending, Article] = Field(default_factory=dict)
    """Endings without a decision on the merits, and the article on who then bears the fee."""
    winner_refund: Article | None = None
    """Where set, the court pays the winner back and the loser pays the court."""


class RetrialFee(Rule):
    """What a retrial costs: nothing, but in the cases the law names (FEE 9, 19)."""

    free: Article
    """Every other retrial costs nothing."""
    amount: Article
    """By what part of the decision the fee is measured."""
    borne: Article
    """Who bears it in the end."""
    cases: dict[Key, Article]
    """The cases in which it costs: ``new_evidence``, ``not_appealed``."""


class Tariff(Rule):
    """Everything about fees of a pack."""

    applies_to: Applies
    rounding_article: Article
    scales: dict[Key, Scale]
    kinds: dict[Key, FeeKind]
    by_cause: tuple[Key, ...]
    """Matters priced as the claim itself, by the kind of its cause; every other has a kind of its own."""
    appeal_article: Article
    mixed_article: Article
    halvings: dict[Halving, Article]
    halve_once: Article | None = None
    no_fee: dict[Ending, Article]
    free_matters: dict[Key, Article] = Field(default_factory=dict)
    """Matters that cost nothing, whatever they are about (FEE 8)."""
    retrial: RetrialFee | None = None
    refunds: dict[Ending, RefundRule]
    relief: dict[ReliefKind, ReliefRule]
    costs: Costs

    @model_validator(mode="after")
    def _scales_exist(self) -> Self:
        for key, kind in self.kinds.items():
            if kind.scale and kind.scale not in self.scales:
                raise ValueError(f"kinds.{key}.scale names no scale: {kind.scale}")
        return self
