"""What a rule pack says about the court itself: plans, invariants, who decides, figures, sources."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from odr.ground.text import LOCALES
from odr.procedure.rules.base import Applies, Article, Key, Minor, Period, Rule, Share, Unit, Words
from odr.procedure.rules.redaction import RedactionRules

AbroadWay = Literal["central_authority", "bilateral", "diplomatic", "post"]


class Turn(Rule):
    """Within a phase: who acts, and for how long."""

    who: Key
    amount: int = Field(gt=0, le=60)
    unit: Unit
    does: Words


class Phase(Rule):
    """One phase of the examination; it closes when time is up or everybody has acted."""

    key: Key
    title: Words
    article: Article
    rounds: int = Field(default=1, ge=1, le=5)
    may_be_sealed: bool = False
    """Symmetric: the judge may keep postings sealed until both sides have filed."""
    part: Literal["exchange", "hearing", "record"] = "exchange"
    """Exchange of evidence and inquiry may go in writing by consent; what belongs to the hearing needs more (OLR 14, 20)."""
    kept_on: tuple[Key, ...] = ()
    """Tracks on which no judge may leave it out."""
    turns: Annotated[tuple[Turn, ...], Field(min_length=1)]


class Plan(Rule):
    """The phases of an asynchronous hearing, in order."""

    title: Words
    article: Article
    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]

    def length(self) -> int:
        """Working days if every turn of every round takes its full time."""
        return sum(turn.amount for phase in self.phases for _ in range(phase.rounds) for turn in phase.turns)


class WrittenHearings(Rule):
    """Where a hearing, and not only the exchange before it, may go in writing or by recorded video (OLR 20(2)).

    ``media`` names what may carry its stages; a medium in ``provisional`` rests on a reading that is not settled.
    """

    applies_to: Applies
    article: Article
    tracks: Annotated[tuple[Key, ...], Field(min_length=1)]
    media: Annotated[tuple[Literal["video", "text"], ...], Field(min_length=1)]
    provisional: tuple[Literal["video", "text"], ...] = ()
    note: Words | None = None


class BroadcastRules(Rule):
    """A hearing shown to everybody: for how long the parties may object to its being proposed."""

    article: Article
    objection: Period


class WatchingRules(Rule):
    """How the public watches a hearing held here: how many, how long after it was said, and how much goes with an order that
    closes a part. It is late so that an order still comes in time.
    """

    article: Article
    seats: Annotated[int, Field(ge=1, le=2000)]
    delay_seconds: Annotated[int, Field(ge=20, le=600)] = 60
    cut_back_seconds: Annotated[int, Field(ge=0, le=300)] = 15
    broadcast: BroadcastRules | None = None
    """Without it no hearing is shown to everybody."""

    @model_validator(mode="after")
    def _an_order_comes_in_time(self) -> Self:
        if self.cut_back_seconds + 10 > self.delay_seconds:
            raise ValueError("what an order takes back must not be shown yet: delay_seconds is too short")
        return self


class TelephoneRules(Rule):
    """Somebody whose video fails is heard by telephone: what that is by the rules, said to everybody in the hearing."""

    article: Article
    effect: Words


class LiveRules(Rule):
    """Hearings by the court's own video: for how long somebody who is needed may be gone before the hearing stands still
    (OLR 25). Without it a country knows no such hearing.
    """

    applies_to: Applies
    article: Article
    pause_after_seconds: Annotated[int, Field(ge=5, le=600)]
    watching: WatchingRules | None = None
    """Without it nobody of the public watches by video."""
    telephone: TelephoneRules | None = None
    """Without it nobody is heard by telephone."""


class PhraseAbout(StrEnum):
    """Whom a phrase of the record is about."""

    NOBODY = "nobody"
    """The hearing as a whole."""
    ANYBODY = "anybody"
    """Whoever is in it."""
    PARTY = "party"
    """A party, or whoever acts for it."""
    WITNESS = "witness"
    """A witness."""


class Phrase(Rule):
    """A phrase that comes again in every hearing: the clerk puts it in the record, for ``{person}`` where it is about one."""

    title: Words
    article: Article
    words: Words
    about: PhraseAbout = PhraseAbout.NOBODY

    @model_validator(mode="after")
    def _names_whom_it_is_about(self) -> Self:
        for locale in LOCALES:
            named = self.words.render(locale).count("{person}")
            if (named > 0) is (self.about is PhraseAbout.NOBODY):
                raise ValueError(
                    "a phrase about somebody names them as {person} in both languages, another names nobody"
                )
        return self

    def said_of(self, name: str, locale: str) -> str:
        """The phrase about somebody, in a language of the court."""
        return self.words.render(locale).replace("{person}", name)


class Phrases(Rule):
    """Phrases by key, in the order in which they are offered."""

    applies_to: Applies
    list: Annotated[dict[Key, Phrase], Field(min_length=1, max_length=40)]


class Plans(Rule):
    """Plans by key; a track names the one it follows."""

    applies_to: Applies
    list: dict[Key, Plan]


class Invariant(StrEnum):
    """A named, tested strategy that a pack switches on; the program refuses what breaks it.

    :data:`ALWAYS_KEPT` are built into the acts: a pack that names them tells its
    readers the article, and one that does not is kept to them all the same.
    """

    CONSENT_PER_STAGE = "consent_per_stage"
    """Consent to one stage is not consent to another."""
    ONLINE_ACTS_STAY_VALID = "online_acts_stay_valid"
    """What was done online stays valid after going offline."""
    NO_DEFAULT_UNSERVED = "no_default_unserved"
    """No default judgment without service, summons and a recorded hearing."""
    ACCOUNT_BINDS_OWNER = "account_binds_owner"
    """Acts under an account bind its owner, except proven theft or system error."""
    NO_PAPER_TWICE = "no_paper_twice"
    """Who filed electronically is not told to file again on paper."""
    NO_ABSENCE_BY_FAILURE = "no_absence_by_failure"
    """Network, equipment or power failure is never absence."""
    UNEXAMINED_GROUNDS_NOTHING = "unexamined_grounds_nothing"
    """Evidence not open to cross-examination grounds no finding."""
    GROUNDS_OF_FINDINGS = "grounds_of_findings"
    """What is excluded, written by a witness without reason, or weak and alone, grounds no finding; nor does silence."""
    JUDGMENT_RECORDS_NO_SETTLEMENT = "judgment_records_no_settlement"
    """A judgment never records a settlement."""
    REFUSAL_HAS_REASONS = "refusal_has_reasons"
    """Every refusal carries reasons and what one may do next."""
    HEARING_BEFORE_JUDGMENT = "hearing_before_judgment"
    """No judgment without a hearing that was held and recorded, or one in writing whose every condition is on record."""
    DEFAULT_ON_REQUEST = "default_on_request"
    """Judgment in default only on the claimant's request."""


ALWAYS_KEPT = frozenset(
    {
        Invariant.CONSENT_PER_STAGE,  # the ledger of consents asks for person, stage and mode
        Invariant.ONLINE_ACTS_STAY_VALID,  # entries are append-only, whatever the mode becomes
        Invariant.ACCOUNT_BINDS_OWNER,  # every entry names the account it came from
        Invariant.NO_PAPER_TWICE,  # no act asks for paper; originals are asked for by a reasoned one
        Invariant.REFUSAL_HAS_REASONS,  # no model of a refusal takes an empty reason
    }
)
"""Invariants that no pack can switch off."""


class InvariantRule(Rule):
    """An invariant switched on, with its words and source."""

    title: Words
    article: Article


class Invariants(Rule):
    """The invariants of this court."""

    applies_to: Applies
    on: dict[Invariant, InvariantRule]


class Decider(Rule):
    """Who decides a matter."""

    by: Key
    article: Article


class Deciders(Rule):
    """Matter → who decides it."""

    applies_to: Applies
    matters: dict[Key, Decider]


class Announcement(Rule):
    """Whether service by announcement leaves a track open; the rules disagree, so it is a switch."""

    applies_to: Applies
    tracks: tuple[Key, ...]
    article: Article
    note: Words


class AbroadState(Rule):
    """How a paper may reach somebody in another state; ``methods`` in the order in which they are tried.

    ``checked`` is the day on which this row was compared with ``source``; neither stands where nobody has done so.
    """

    title: Words
    methods: Annotated[tuple[AbroadWay, ...], Field(min_length=1)]
    checked: date | None = None
    source: Words | None = None

    @model_validator(mode="after")
    def _says_with_what(self) -> AbroadState:
        if (self.checked is None) != (self.source is None):
            raise ValueError("say on which day the row was compared, and with what")
        return self


class Abroad(Rule):
    """Service in other states: what each allows, and what remains where a state is not listed (CPL 283)."""

    applies_to: Applies
    article: Article
    checked: date | None = None
    """The day on which the court last compared the table with its sources; None: it has not done so yet."""
    otherwise: Annotated[tuple[AbroadWay, ...], Field(min_length=1)]
    note: Words
    states: dict[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], AbroadState]

    def methods_of(self, state: str) -> tuple[str, ...]:
        """The methods open towards a state."""
        known = self.states.get(state)
        return known.methods if known is not None else self.otherwise


class WageFigure(Rule):
    """Average yearly wage, of which small claims are a share (CPL 165)."""

    minor: int = Field(gt=0)
    published: date
    """From this day it governs (CPI 272)."""
    area: Words
    article: Article
    stands_in: bool = False
    """True while the court has not yet entered its own province's figure."""


class Wages(Rule):
    """Year of the wage → figure."""

    applies_to: Applies
    expected_month: int = Field(ge=1, le=12)
    """Month of the following year by whose end a figure should be here."""
    years: dict[Annotated[str, Field(pattern=r"^\d{4}$")], WageFigure]


class LatePerformance(Rule):
    """What a debtor owes for paying late, beside the interest that was ordered."""

    applies_to: Applies
    per_day: Share
    """Part of the sum still owed that each day of delay adds; simple, never on interest."""
    article: Article


class RetentionRule(Rule):
    """How long something is kept at least; then a person decides whether it is erased."""

    title: Words
    meaning: Words
    after: Period
    """From the day the case was closed; for what is in no case, from the day somebody last did something with it."""
    notice: Period | None = None
    """How long before anything is erased its sender is told; from the day the letter was accepted."""
    article: Article


class Retention(Rule):
    """What may be erased, by what it is about; without a rule nothing is."""

    applies_to: Applies
    rules: dict[Key, RetentionRule]


class CopyRules(Rule):
    """What copies of the file cost, and how long one that is ready can be downloaded (CPL 52; FEE 11).

    ``page`` and ``archive`` in minor units: what a page on paper, and an archive, really cost. Reading online is free.
    """

    applies_to: Applies
    article: Article
    page: Minor
    archive: Minor
    cost_article: Article
    kept: Period


class WitnessCostRules(Rule):
    """At which standards what it costs a witness to come is paid (CPL 77; CPI 118).

    A lost day of work counts a year's average wage by ``wage_days``, the days worked in a year. ``meals_per_day`` and
    ``lodging_per_night`` are the most that is paid, in minor units; without one the judge finds what was needed. What rests on
    no article that these rules hold says ``note``.
    """

    applies_to: Applies
    article: Article
    wage_days: Annotated[int, Field(ge=200, le=366)]
    meals_per_day: Minor | None = None
    lodging_per_night: Minor | None = None
    provisional: bool = False
    note: Words | None = None


class RepresentativeRules(Rule):
    """How many may act for one party at a time (CPL 61). Assistants of a representative, and who acts in a party's place by
    law, do not count.
    """

    applies_to: Applies
    article: Article
    most: Annotated[int, Field(ge=1, le=20)]


class VolumeRules(Rule):
    """When the file of a case that is over is closed and archived (OLR 35).

    ``rest_days`` after the end it comes onto the clerk's desk, ``by`` which day it is closed, counted from the end.
    ``provisional`` says that the law has no figure: it is the court's own.
    """

    applies_to: Applies
    article: Article
    rest_days: Annotated[int, Field(ge=0, le=365)]
    by: Period
    provisional: bool = False


class GuidingCase(Rule):
    """A guiding case of the highest court: what it says, of which kinds of case and articles, since when, and what replaced it
    (SIM 4, 9). ``number`` is how people cite it.
    """

    number: Annotated[int, Field(ge=1, le=9999)]
    title: Words
    gist: Words
    causes: tuple[Key, ...] = ()
    articles: tuple[Article, ...] = ()
    published: date
    replaced_by: int | None = None


class SimilarRules(Rule):
    """How decisions like a case are looked for (SIM 4): the last ``years`` first, by rank of the court, and stopping at the first
    rank that has any. ``supreme``, ``high`` words by which the name of a court tells its rank; every other is a court of the case's
    own way of appeal. ``minimum`` cases are needed before anything is said of them together; ``provisional`` says that the law
    has no such figure, and ``note`` what rests on no law. ``ranks`` are the ranks these rules know, each as its readers call it, the
    highest first; ``triggers`` why a search has to be made. Without them they are those of SIM 2 and 4.
    """

    applies_to: Applies
    article: Article
    ranks: dict[Literal["guiding", "supreme", "high", "own"], Words] = Field(default_factory=dict)
    triggers: dict[Literal["meeting", "no_rule", "president", "other"], Words] = Field(default_factory=dict)
    note: Words | None = None
    years: Annotated[int, Field(ge=1, le=50)]
    minimum: Annotated[int, Field(ge=3, le=100)]
    supreme: tuple[str, ...]
    high: tuple[str, ...]
    guiding: tuple[GuidingCase, ...] = ()
    provisional: bool = False

    def has(self, rank: str) -> bool:
        """Whether these rules know a rank."""
        return not self.ranks or rank in self.ranks

    @property
    def why(self) -> frozenset[str]:
        """Reasons for which a search is made."""
        return frozenset(self.triggers or ("meeting", "no_rule", "president", "other"))

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if not self.has("own"):
            raise ValueError("ranks: a court always looks among its own decisions, name the rank own")
        if self.guiding and not self.has("guiding"):
            raise ValueError("guiding: these ranks know no guiding cases")
        numbers = [one.number for one in self.guiding]
        if len(set(numbers)) != len(numbers):
            raise ValueError("guiding: two cases have one number")
        return self


class ViewingRules(Rule):
    """By when the court answers who wants to read a decision, and a refusal that is to be looked at again (CPL 159; CPI
    254, 255).
    """

    applies_to: Applies
    article: Article
    answer: Period
    review_article: Article
    ask_review: Period
    review: Period


class ListGround(Rule):
    """Why somebody is put on the list of persons who do not perform (DDL 1)."""

    title: Words
    article: Article
    has_term: bool
    """Whether a listing for it lasts a fixed time (DDL 2)."""
    can_be_grave: bool = False
    """Done by violence or threat it may last longer (DDL 2)."""
    report: bool = False
    """Met by a property report that did not come, came late or is false (PIV 10)."""


class ListBar(Rule):
    """Why somebody cannot be listed for being able to perform (DDL 3)."""

    title: Words
    article: Article


class ListEnd(Rule):
    """Why somebody is taken off the list (DDL 2, 9, 10)."""

    title: Words
    article: Article
    by: Literal["clock", "judge", "higher_court"]
    despite_term: bool = False
    """Whether it also ends a listing with a term (DDL 10)."""
    is_wrong: bool = False
    """Whether it should never have been listed (DDL 9)."""


class EnforcementListRules(Rule):
    """The public list of persons who do not perform. Without it a country knows no such list."""

    applies_to: Applies
    article: Article
    grounds: Annotated[dict[Key, ListGround], Field(min_length=1)]
    bars: dict[Key, ListBar]
    bars_of: Key
    """The ground that the bars keep from being used."""
    ends: Annotated[dict[Key, ListEnd], Field(min_length=1)]
    years: int = Field(gt=0, le=10)
    longer: int = Field(ge=0, le=10)
    term_article: Article
    age: int = Field(gt=0, le=30)
    """Nobody younger is ever listed (DDL 4)."""
    age_article: Article
    again: Period
    """For so long a creditor who had it ended cannot ask for it again (DDL 10)."""
    again_article: Article
    put_right: Period
    """Within this an entry is put right once it was decided that something in it is not accurate (DDL 9, 12)."""
    put_right_article: Article
    search_machines: bool
    warning: ListBar
    """What the notice of enforcement says of the list, and by which article (DDL 5)."""
    warned_with: Annotated[tuple[Key, ...], Field(min_length=1)]
    """The acts whose letters tell of an enforcement and carry that warning."""
    departs: tuple[ListBar, ...]
    """What of it is the court's own rule or departs from the article, as its pages say it."""


class ConsumptionRules(Rule):
    """Barring a debtor from costly consumption (RHC). Without it a country knows no such measure."""

    applies_to: Applies
    article: Article
    items: Annotated[tuple[Words, ...], Field(min_length=1)]
    """What is barred (RHC 3)."""
    people: Words
    """Who of an organisation is barred too (RHC 3)."""
    lift: dict[Key, ListBar]
    """Why it is lifted (RHC 9)."""


class SanctionGround(Rule):
    """For which conduct in an enforcement somebody can be fined or detained (CPL 114, 252)."""

    title: Words
    article: Article
    report: bool = False
    """Only for whom an order to report property reached, and its time is over (PIV 9)."""
    barred: bool = False
    """Only for whom costly consumption was barred then (RHC 11)."""
    ends_by_performing: bool = False
    """Whether a proposal falls, and a detention is not carried out, once everything is performed."""


class ConductGround(Rule):
    """For which disturbance of a hearing or obstruction of the proceedings somebody can be fined or detained (CPL 113 to 115)."""

    title: Words
    article: Article
    hearing: bool = False
    """Only for what was done in a hearing, which is named, or in the written examination."""
    after_undertaking: bool = False
    """Only of a witness or expert who had signed the undertaking to tell the truth (CPI 189(2))."""
    of_parties: bool = False
    """Only of a party (EV 63; CPL 115)."""


class SanctionRules(Rule):
    """Fines and detention in an enforcement (CPL 114, 118, 119), and for disturbing a hearing or obstructing the proceedings (CPL
    113 to 115). Without it a country knows no such measure.
    """

    applies_to: Applies
    article: Article
    grounds: Annotated[dict[Key, SanctionGround], Field(min_length=1)]
    person_most: Minor
    """What a person is fined at most, in minor units (CPL 118)."""
    body_least: Minor
    body_most: Minor
    days: int = Field(gt=0, le=60)
    """How long somebody is detained at most (CPL 118)."""
    amount_article: Article
    family_told: Period
    """Within this the family of whoever was detained is told (CPI 180)."""
    family_article: Article
    again_article: Article
    """Why nobody is fined or detained twice for the same conduct (CPI 184)."""
    review_article: Article
    age: int = Field(gt=0, le=30)
    """Whoever was younger is never fined or detained."""
    ends: Annotated[dict[Key, ListBar], Field(min_length=1)]
    """Why a proposal or a detention ends by itself."""
    conduct: dict[Key, ConductGround] = {}
    """Outside of an enforcement; empty where a country knows no such measure there."""
    conduct_ends: dict[Key, ListBar] = {}
    """Why such a proposal or detention ends by itself, where it is said otherwise than in ``ends``."""
    departs: tuple[ListBar, ...]
    """What of it is the court's own rule, as its pages say it."""


class HaltGround(ListBar):
    """One reason for which an enforcement stands still."""

    elsewhere: bool = False
    """Ruled on in another case, such as the action of an outsider against security: nobody chooses it in the enforcement."""


class SecurityRules(Rule):
    """How long an enforcement waits for security at most, and by which article a guarantor is enforced against (CPL 242; CPI 467, 469)."""

    article: Article
    most: Period
    most_article: Article
    guarantor_article: Article


class SuccessorRules(Rule):
    """By which articles somebody else is the debtor in an enforcement, or an estate is enforced against (CPL 243; CPI 470, 472, 473)."""

    applies_to: Applies
    article: Article
    heir_article: Article
    body_article: Article
    name_article: Article


class EnforcementHaltRules(Rule):
    """Why an enforcement is halted by ruling, and from when such a ruling, and one that ends it, holds (CPL 267, 269). Without it
    a country knows no halt.
    """

    applies_to: Applies
    article: Article
    effect_article: Article
    """By which the ruling takes effect when it is served."""
    for_now_article: Article | None = None
    """By which an enforcement ends for now only with the creditor's signature, or examined by a panel and approved by the
    president (CPI 517); None where nobody's word is asked for.
    """
    grounds: Annotated[dict[Key, HaltGround], Field(min_length=1)]
    security: SecurityRules | None = None
    """None where a country knows no enforcement that waits for security."""


class AttendingRules(Rule):
    """Who gets a place of the public in a hearing for which more ask than there are seats.

    ``kept_percent`` of the seats are kept for near relatives of the parties and for whoever has an interest in the case;
    what nobody of them asked for until ``closes`` before the hearing goes to the others, in the ``way`` named. What they
    wrote is erased when ``erased`` has passed since the hearing.
    """

    applies_to: Applies
    article: Article
    way: Literal["order", "lot"]
    press_first: bool = False
    """Whether who reports for the press comes first as well."""
    kept_percent: int = Field(ge=0, le=100)
    closes: Period
    erased: Period


class DeskTime(Rule):
    """Until when the court does what lies on one of its desks: so long after it came there."""

    after: Period
    article: Article


class DeskTimes(Rule):
    """By when each kind of task is done, where neither the act that opens it nor a time limit names the day."""

    applies_to: Applies
    usual: DeskTime
    """For every kind that is not listed."""
    kinds: dict[Key, DeskTime] = {}

    def of(self, kind: str) -> DeskTime:
        """The time of one kind of task."""
        return self.kinds.get(kind, self.usual)


class OutageRules(Rule):
    """When a time in which the court could not be reached makes a time limit of a party longer, and by how much.

    ``minutes_on_last_day`` of its last day, or any minute of the last ``minutes_before_end``: then it runs until the end
    of the ``working_days``-th working day after it, and on from there where that day is touched too. ``relief_article`` is by what a party
    asks for a time limit that had ended already. ``leaves`` are the kinds that stay as they are, each with its article:
    what nobody may make longer, or what is not done before the court.
    """

    applies_to: Applies
    article: Article
    relief_article: Article
    minutes_on_last_day: int = Field(gt=0, le=1440)
    minutes_before_end: int = Field(ge=0, le=1440)
    working_days: int = Field(gt=0, le=30)
    leaves: dict[Key, Article] = {}


class PublishedKind(Rule):
    """A kind of decision that gets a number in the public ledger.

    ``papers`` are the kinds of sealed paper it is; ``acts`` narrows them to what these acts made, ``answers`` to what was
    answered there, ``about`` to what the entry says it is about: another answer of such an act gets no number under any kind. ``withheld`` is the reason for which this kind is as a rule not published; then ``except_for`` says when it is all the same.
    """

    title: Words
    article: Article
    papers: Annotated[tuple[Key, ...], Field(min_length=1)]
    acts: tuple[Key, ...] = ()
    answers: tuple[Key, ...] = ()
    about: tuple[Key, ...] = ()
    ends_case: bool | None = None
    """True: only papers of an act that closed the case, or that ruled so and waits until nobody can appeal from it; false: only of
    one that did not.
    """
    effect: Literal["binding", "served", "at_once"] = "binding"
    """When it has effect: with the case, once it reached everybody it was sent to, or as soon as everybody in the case may read it."""
    withheld: Key | None = None
    except_for: Words | None = None


class PublicationReason(Rule):
    """A reason of the closed list for which a decision is not published, or is taken back."""

    title: Words
    article: Article
    provisional: Words | None = None
    """What is said beside it where the law’s text is not before the court in full."""


class PublicationRules(Rule):
    """What the court publishes, what never, until when, and whose names it replaces.

    ``working_days`` after a decision took effect it should be public (``deadline_article``); None: nothing is published
    but by order of the judge. ``search_machines`` says whether other people's search machines may list what is public:
    where not, pages say ``noindex`` and no sitemap is given. ``redaction`` is the table of what is replaced and cut, see
    :class:`odr.procedure.rules.redaction.RedactionRules`. ``ledger`` says on what the public list of what is withheld rests.
    """

    applies_to: Applies
    article: Article
    working_days: int | None = Field(default=None, gt=0, le=60)
    deadline_article: Article | None = None
    kinds: Annotated[dict[Key, PublishedKind], Field(min_length=1)]
    withheld: Annotated[dict[Key, PublicationReason], Field(min_length=1)]
    withdrawn: Annotated[dict[Key, PublicationReason], Field(min_length=1)]
    ledger: PublicationReason
    search_machines: bool = True
    redaction: dict[str, Any]

    @field_validator("redaction")
    @classmethod
    def _can_be_read(cls, value: dict[str, Any]) -> dict[str, Any]:
        RedactionRules.from_table(value)
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.working_days is None) != (self.deadline_article is None):
            raise ValueError("a deadline has both its working_days and its deadline_article")
        for key, kind in self.kinds.items():
            if kind.withheld is not None and kind.withheld not in self.withheld:
                raise ValueError(f"kinds.{key}: withheld names no reason of the list: {kind.withheld}")
            if (kind.withheld is None) != (kind.except_for is None):
                raise ValueError(f"kinds.{key}: what is withheld as a rule says when it is published all the same")
            if (kind.answers or kind.about) and not kind.acts:
                raise ValueError(f"kinds.{key}: answers and what it is about are those of acts, and none is named")
        return self

    @property
    def by_order(self) -> bool:
        """Whether a judge orders each publication, and nobody owes any."""
        return self.working_days is None

    @property
    def rules(self) -> RedactionRules:
        """What is replaced and cut."""
        return RedactionRules.from_table(self.redaction)

    def kind_of(
        self, paper: str, act: str, *, ended: bool, answer: str | None = None, about: str | None = None
    ) -> str | None:
        """Under which kind a sealed paper of an act gets its number; None where it gets none. Where kinds name the act, it is one of
        theirs or none.
        """
        fitting = [
            (key, kind)
            for key, kind in self.kinds.items()
            if paper in kind.papers and (not kind.acts or act in kind.acts) and kind.ends_case in (None, ended)
        ]
        of_act = [(key, kind) for key, kind in fitting if kind.acts]
        said = (
            key
            for key, kind in of_act or fitting
            if (not kind.answers or answer in kind.answers) and (not kind.about or about in kind.about)
        )
        return next(said, None)


class RetrialGround(Rule):
    """A ground on which a binding decision is heard again."""

    title: Words
    article: Article
    from_knowledge: bool = False
    """Its time runs from the day it became known, also after the ordinary time."""
    of_statement: bool = False
    """It is a ground against a mediation statement, and against nothing else (CPL 212)."""
    prosecution_only: bool = False
    """The prosecution alone names it, against a mediation statement too (CPL 219)."""


class Retrial(Rule):
    """Hearing a binding decision again."""

    applies_to: Applies
    article: Article
    statement: Article | None = None
    """By which article a mediation statement is applied against in time; without one, not at all (CPI 382)."""
    grounds: dict[Key, RetrialGround]


class NotConfirmed(Rule):
    """A ground on which the court does not confirm an agreement."""

    title: Words
    article: Article


class MediationRules(Rule):
    """Which kinds of mediation these rules know beside the one in a filed case."""

    applies_to: Applies
    before_filing: Article | None = None
    """By which article one may mediate here before a claim; without one, not at all."""
    judge_led: Article | None = None
    """By which article the judge of the case may be the mediator, where everybody agrees; they then read what is said
    to them, and nothing else.
    """
    confirmation: Article | None = None
    """By which article the court confirms an agreement made before a mediator; without one it confirms none."""
    others_object: Period | None = None
    """Within this, from when they know of it, others may object to a confirmation that touches their rights (CPI 372)."""
    others_article: Article | None = None
    not_accepted: dict[Key, NotConfirmed] = Field(default_factory=dict)
    """Grounds on which the application is not taken up, or is dismissed when they show later."""
    not_confirmed: dict[Key, NotConfirmed] = Field(default_factory=dict)
    """Grounds on which it is dismissed."""


class PaymentOrderGround(Rule):
    """A ground in the procedure of a payment order, with its article."""

    title: Words
    article: Article
    goes_over: bool = False
    """Whether the procedure goes over into a lawsuit unless the applicant says no (CPL 228; CPI 438, 439)."""


class PaymentOrderRules(Rule):
    """Payment orders; without this section the court gives none."""

    applies_to: Applies
    article: Article
    not_taken: dict[Key, PaymentOrderGround]
    """Conditions that are missing: the application is not taken, or dismissed where that shows later (CPI 427, 428)."""
    dismissed: dict[Key, PaymentOrderGround]
    """Further grounds on which the application is dismissed (CPI 428)."""
    ended: dict[Key, PaymentOrderGround]
    """Grounds on which the procedure ends, and an order that was made lapses (CPI 430, 434)."""
    upheld: dict[Key, PaymentOrderGround]
    """Grounds on which an objection stands, by its form alone (CPI 435)."""
    no_objection: dict[Key, PaymentOrderGround]
    """Grounds on which what the debtor writes is no objection (CPI 436)."""


class LimitationRule(Rule):
    """How long a right may be enforced in court."""

    title: Words
    period: Period
    article: Article
    longest: Period | None = None
    longest_article: Article | None = None
    raised_by_party: Article | None = None
    """The court never raises it by itself."""


class Limitations(Rule):
    """Limitation of actions."""

    applies_to: Applies
    rules: dict[Key, LimitationRule]


class StageWords(Rule):
    """A stage in words people understand."""

    title: Words
    meaning: Words


class SourceStyle(StrEnum):
    """How a place in a source is written."""

    ARTICLE = "article"
    """Art. 128 / 第一百二十八条."""
    RULE = "rule"
    """Rule 15.4 / 第15.4条."""
    NAMED = "named"
    """By the name of a practice of this court."""


class Source(Rule):
    """A law, a judicial interpretation, or a practice of this court."""

    title: Words
    style: SourceStyle = SourceStyle.ARTICLE
    places: dict[str, Words] = Field(default_factory=dict)
