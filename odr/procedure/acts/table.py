"""The table of acts: everything anybody may do to a case, declared once."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel

from odr.docket.models import PARTY_ROLES, Audience, Case, DocketEntry, Party, Role, Stage
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter
from odr.procedure.acts.tasks import Desk
from odr.procedure.rules.base import Citation, law

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting


class Everyone(enum.Enum):
    """Who is served with what an act brought."""

    NOBODY = "nobody"  # entry on the docket only
    BUT_ACTOR = "but_actor"  # every other party
    PARTIES = "parties"  # every party, the actor's own too
    CONCERNED = "concerned"  # whom the act's ``concerns`` names: the payer of a fee, who complained


class Premise(enum.Enum):
    """What must not have changed since the actor looked."""

    NOTHING = "nothing"  # the act stands on its own
    SUBJECT = "subject"  # the thing it answers (a function of the act gives its state)
    DOCKET = "docket"  # everything the actor can see: issuing, signing, settling


@dataclass(frozen=True)
class Recorded:
    """What a handler gives back: the words of the entry, facts the court added, and who is served.

    ``kept`` stands in the entry in place of the input, where the input may not lie open in the docket.
    """

    words: Text
    result: Mapping[str, Any] = field(default_factory=dict)
    audience: Audience | None = None
    named: tuple[str, ...] = ()
    kept: Mapping[str, Any] | None = None


class Topic(enum.Enum):
    """What an act is about for a reader, in the order of the case page."""

    HEARING = "hearing"
    CLAIM = "claim"
    EVIDENCE = "evidence"
    AGREEMENT = "agreement"
    DECISION = "decision"
    FEE = "fee"
    SERVICE = "service"
    TAKING_PART = "taking_part"

    @property
    def title(self) -> Text:
        """The heading over acts of this topic."""
        return _TOPICS[self]


_TOPICS = {
    Topic.HEARING: T("Examination and hearing"),
    Topic.CLAIM: T("The claim and who takes part"),
    Topic.EVIDENCE: T("Evidence"),
    Topic.AGREEMENT: T("Agreement"),
    Topic.DECISION: T("Decision"),
    Topic.FEE: T("Fee"),
    Topic.SERVICE: T("Papers and addresses"),
    Topic.TAKING_PART: T("How you take part, and complaints"),
}


class Milestone(enum.Enum):
    """What an act is in the course of a case, for rooms that must know it and cannot name an act of another room."""

    CLAIM_STATED = "claim_stated"  # its entry holds the claim as it stands from then on
    EXHIBITS_BROUGHT = "exhibits_brought"  # the files it names become exhibits
    EXAMINATION_OPENED = "examination_opened"  # the examination begins, also anew where what was heard does not count
    PHASE_MOVED = "phase_moved"  # another phase of the examination begins; its result names it as ``next``
    HEARING_HELD = "hearing_held"  # a hearing with everybody at the same time was held and recorded: the first hearing has begun (CPI 216)
    HEARING_CLOSED = "hearing_closed"  # the hearing with everybody at the same time is over, and with it the debate
    OWN_AFFAIR = "own_affair"  # each of those who are represented in an action of many does it for themselves
    FACTS_CERTIFIED = "facts_certified"  # others certify facts, and what follows from them can be settled at once
    MEDIATION_LENGTHENED = "mediation_lengthened"  # a mediation is prolonged; its result says from when until when
    MEDIATION_ENDED = "mediation_ended"  # a mediation is over
    AGREEMENT_GIVEN = "agreement_given"  # the parties give the court an agreement
    AGREEMENT_LOST = "agreement_lost"  # it has failed, or the court refuses it
    RULING_ASKED = "ruling_asked"  # a motion for a ruling, such as a stay; its result names the motion
    PERFORMANCE_TOLD = "performance_told"  # a debtor reports that something is paid or done, or a creditor confirms it
    URGENT_MEASURE = "urgent_measure"  # what cannot wait: it goes on though who takes it is challenged (CPL 48)
    HEARD_AGAIN = "heard_again"  # the case may begin anew by it; its result says so as ``heard_again``
    RETRIAL_ENDED = "retrial_ended"  # a retrial may end by it without a judgment; its result says so as ``lives_again``
    RULING_GIVEN = "ruling_given"  # the ruling on such a motion
    AMONG_THEMSELVES = "among_themselves"  # what those who decide say and vote in their deliberation
    JUDGMENT_PRONOUNCED = "judgment_pronounced"  # the judgment is spoken in the hearing; its text follows
    PARTY_REPLACED = "party_replaced"  # somebody stands in a party's place by it; its result says in whose (``party``) and who (``after``)
    UNTIL_THE_TEXT = "until_the_text"  # still done between the two: for the end of the hearing, its record, or the text


class Handler(Protocol):
    """A handler: plain, typed, without flask, commit or clock."""

    def __call__(self, sitting: Sitting, case: Case, given: Any, /, *, actor: Actor, now: datetime) -> Recorded: ...


GuardFunction = Callable[["Sitting", Case, Actor], Text | None]
"""Gives the reason why the act is not open, or None."""


@dataclass(frozen=True)
class Guard:
    """A further condition of an act, with the articles it rests on; called as the plain function it wraps."""

    check: GuardFunction
    source: tuple[Citation, ...]

    def __call__(self, sitting: Sitting, case: Case, actor: Actor) -> Text | None:
        return self.check(sitting, case, actor)

    @property
    def name(self) -> str:
        """Where it stands, for messages to who writes acts."""
        return f"{self.check.__module__}.{self.check.__qualname__}"


def guard(*articles: str) -> Callable[[GuardFunction], Guard]:
    """Declare a condition of acts with its articles: ``@guard("CPL 130")``. Its refusal names them."""
    source = law(*articles)

    def enter(check: GuardFunction) -> Guard:
        return Guard(check, source)

    return enter


BarFunction = Callable[["Sitting", "Act", Case, Actor], Text | None]
"""Gives the reason why an act is barred to an actor, or None."""


@dataclass(frozen=True)
class Bar:
    """A condition that stands before every act, whatever the act itself says, with the articles it rests on."""

    check: BarFunction
    source: tuple[Citation, ...]

    def __call__(self, sitting: Sitting, act: Act, case: Case, actor: Actor) -> Text | None:
        return self.check(sitting, act, case, actor)


def bar(*articles: str) -> Callable[[BarFunction], Bar]:
    """Declare a condition before every act with its articles: ``@bar("CPL 56")``. Its refusal names them."""
    source = law(*articles)

    def enter(check: BarFunction) -> Bar:
        return Bar(check, source)

    return enter


SubjectState = Callable[["Sitting", Case, Mapping[str, Any]], str]
"""State of what an act answers, as a short string that changes when the thing does."""

Preparation = Callable[["Court", Case, Any, Actor], Mapping[str, Any]]
"""Slow work done before the transaction (a paper set and sealed); the handler finds it in ``sitting.prepared``."""
Prefill = Callable[["Sitting", Case, Actor], Mapping[str, "Text | str | list[str]"]]
"""What an act's page proposes, by field: words from the record, in the reader's language."""

Says = Callable[["Sitting", Case, Actor], "Sequence[Text]"]
"""What an act's page says to somebody before they do it: what it may cost, what it cannot reach."""

Concerned = Callable[["Sitting", Case, DocketEntry], Sequence[Party]]
"""Whom an entry of the act is about, where it is served on them alone."""

WithCases = Callable[["Sitting", Case, Any], Sequence[Case]]
"""Other cases an act works on; all are locked together, in the order of their ids. Raises InvalidInput for what names
none.
"""

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""Turns an older version's input into the next version's."""

UPCASTERS: dict[str, dict[int, Upcaster]] = {}
"""Act → version → the step from it; declared with :func:`odr.procedure.acts.act_versions.upcast`."""


@dataclass(frozen=True)
class RulingForm:
    """How an act's ruling is set as a sealed paper (CPL 157): on what, and what can be done against it.

    ``result`` names the field of the input that holds the choice, ``words`` how a choice
    reads in the paper where its label is for the page only, ``ruled`` what is ruled where
    the act has no choice; the reasons are the input's ``reasons``, or ``why`` where the act
    can have but one. ``omits`` are fields that are for the registry, such as a telephone number.
    ``is_decision`` for what the law has decided by a written decision and not by a ruling; ``costs`` what the ruling says
    of the fee, where it ends the case.
    """

    subject: Text
    remedy: Text | Callable[[Sitting, Case, Any], Text]
    result: str = "answer"
    words: Mapping[str, Text] = field(default_factory=dict)
    ruled: Text | None = None
    why: Text | None = None
    omits: tuple[str, ...] = ()
    is_decision: bool = False
    costs: Callable[[Sitting, Case, Any], Sequence[Text]] | None = None
    kind: Text | None = None
    """What such a paper is called where the law gives it a name of its own, such as a payment order (CPL 227)."""
    more: Callable[[Sitting, Case, Any], Sequence[Text]] | None = None
    """Further lines of what is ruled, where the law wants them in the paper and the form does not ask for them."""


@dataclass(frozen=True)
class Act:
    """One row of the table."""

    name: str
    room: str
    title: Text
    input: type[BaseModel]
    by: frozenset[Role]
    at: frozenset[Stage]
    handler: Handler
    version: int = 1
    help: Text | None = None
    done: Text | None = None
    window: str | None = None
    meets: bool = True
    remedy: bool = False
    late: bool = False
    to: frozenset[Stage] = frozenset()
    serves: Everyone = Everyone.NOBODY
    seen_by: Audience = Audience.PARTIES_AND_COURT
    guards: tuple[Guard, ...] = ()
    while_stayed: bool = False
    of_part: bool = False
    premise: Premise = Premise.NOTHING
    subject: SubjectState | None = None
    strong: bool = False
    special: bool = False
    before_identity: bool = False
    source: tuple[Citation, ...] = ()
    topic: Topic | None = None
    letter: Letter | None = None
    concerns: Concerned | None = None
    in_record: bool | None = None
    desk: tuple[Desk, ...] = ()
    means: frozenset[Milestone] = frozenset()
    page: str | None = None
    listed: bool = True
    prepare: Preparation | None = None
    paper: RulingForm | None = None
    prefill: Prefill | None = None
    rule: str | None = None
    with_cases: WithCases | None = None
    says: Says | None = None
    may_cost: str | None = None
    in_writing: bool = False

    @property
    def articles(self) -> str:
        """The articles of the act as one line: ``"CPL 126; REG 7"``."""
        return "; ".join(self.source)

    @property
    def verified_anew(self) -> bool:
        """Whether it is a party's part in mediation, exchange or hearing, where identity is verified again (OLR 7(3))."""
        return not self.by.isdisjoint(PARTY_ROLES) and (self.in_record is True or self.topic is Topic.AGREEMENT)

    @property
    def upcasters(self) -> Mapping[int, Upcaster]:
        """Steps from older versions of the input, by the version they start from."""
        return UPCASTERS.get(self.name, {})


class ActTable:
    """All acts by name. A second act of one name is refused."""

    def __init__(self) -> None:
        self._acts: dict[str, Act] = {}
        self._meaning: dict[tuple[Milestone, ...], tuple[str, ...]] = {}
        self._listed: dict[Role, tuple[Act, ...]] = {}

    def add(self, act: Act) -> None:
        """Enter an act."""
        if act.name in self._acts:
            raise ValueError(f"two acts are called {act.name}")
        self._acts[act.name] = act
        self._meaning.clear()
        self._listed.clear()

    def listed_for(self, role: Role) -> tuple[Act, ...]:
        """The listed acts of a role, in table order: looked for once."""
        if role not in self._listed:
            self._listed[role] = tuple(act for act in self if act.listed and role in act.by)
        return self._listed[role]

    def meaning(self, milestones: tuple[Milestone, ...]) -> tuple[str, ...]:
        """Names of the acts that are one of these milestones, in table order: looked for once."""
        if milestones not in self._meaning:
            self._meaning[milestones] = tuple(act.name for act in self if not act.means.isdisjoint(milestones))
        return self._meaning[milestones]

    def __getitem__(self, name: str) -> Act:
        return self._acts[name]

    def get(self, name: str) -> Act | None:
        """The act of that name, or None."""
        return self._acts.get(name)

    def __iter__(self) -> Iterator[Act]:
        return iter(self._acts.values())

    def __len__(self) -> int:
        return len(self._acts)


TABLE = ActTable()


def acts_that_mean(*milestones: Milestone) -> tuple[str, ...]:
    """Names of the acts that are one of these milestones, in table order."""
    return TABLE.meaning(milestones)


def act(
    *,
    title: Text,
    input: type[BaseModel],
    by: set[Role] | frozenset[Role],
    at: set[Stage] | frozenset[Stage],
    source: tuple[Citation, ...],
    to: set[Stage] | frozenset[Stage] = frozenset(),
    guard: Guard | tuple[Guard, ...] = (),
    topic: Topic | None = None,
    help: Text | None = None,
    done: Text | None = None,
    window: str | None = None,
    meets: bool = True,
    remedy: bool = False,
    late: bool = False,
    serves: Everyone = Everyone.NOBODY,
    letter: Letter | None = None,
    concerns: Concerned | None = None,
    seen_by: Audience = Audience.PARTIES_AND_COURT,
    in_record: bool | None = None,
    desk: Desk | tuple[Desk, ...] = (),
    means: set[Milestone] | frozenset[Milestone] = frozenset(),
    while_stayed: bool = False,
    of_part: bool = False,
    premise: Premise = Premise.NOTHING,
    subject: SubjectState | None = None,
    strong: bool = False,
    special: bool = False,
    before_identity: bool = False,
    page: str | None = None,
    listed: bool = True,
    prepare: Preparation | None = None,
    paper: RulingForm | None = None,
    prefill: Prefill | None = None,
    rule: str | None = None,
    with_cases: WithCases | None = None,
    says: Says | None = None,
    may_cost: str | None = None,
    in_writing: bool = False,
    version: int = 1,
) -> Callable[[Handler], Handler]:
    """Declare an act; its name is the function's name everywhere.

    ``by`` who; ``at`` stages at which it is open; ``to`` stages it may move the case
    to; ``source`` the articles (:func:`~odr.procedure.rules.base.law`); ``guard`` further
    conditions with their reasons and articles; ``topic`` under which heading a reader
    finds it; ``window`` the party's own time limit, which the act meets unless
    ``meets`` is false; ``remedy`` where one may have a decision looked at again and
    nobody has to; ``late`` takes it after the window too, marked; ``serves`` who is
    served with it, by which ``letter``, and ``concerns`` who that is where only some
    are; ``seen_by`` who may read the content; ``in_record`` whether it stands in the
    record of the hearing; ``desk`` the kinds of task it does; ``means`` what it is in the
    course of a case, for other rooms; ``of_part`` open too for a part of the case that is in effect while the rest is
    not (CPL 156), ``at`` then telling where that part has to stand; ``premise`` what
    must be unchanged; ``strong`` identity confirmed within 15 minutes; ``special``
    needs special powers of a representative (CPL 62); ``before_identity`` open online before
    the court knows who acts (OLR 7, 10); ``page`` the endpoint of an own
    page in place of the generic one; ``listed`` false for acts the court performs by
    itself; ``prepare`` slow work before the transaction, see
    :meth:`odr.procedure.court.Court.prepare`; ``paper`` how its ruling is set, sealed
    and kept by the court itself; ``prefill`` what the generic page proposes in its
    fields, to be read and changed; ``rule`` a time limit of the pack without which the
    court knows no such act; ``with_cases`` other cases the act works on, locked
    together with its own; ``says`` what its page says before it is done; ``may_cost`` the kind of fee in the pack's
    tariff that is asked for when it fails; ``in_writing`` where spoken words have no effect, so that the counter takes it down
    from nobody's mouth (CPI 436). What is missing of it is refused when the court opens, by
    :func:`odr.procedure.acts.declared.check_table`.
    """

    def enter(handler: Handler) -> Handler:
        TABLE.add(
            Act(
                name=handler.__name__,  # type: ignore[attr-defined]
                room=handler.__module__.split(".")[1],
                title=title,
                input=input,
                by=frozenset(by),
                at=frozenset(at),
                handler=handler,
                version=version,
                help=help,
                done=done,
                window=window,
                meets=meets,
                remedy=remedy,
                late=late,
                to=frozenset(to),
                serves=serves,
                seen_by=seen_by,
                guards=guard if isinstance(guard, tuple) else (guard,),
                while_stayed=while_stayed,
                of_part=of_part,
                premise=premise,
                subject=subject,
                strong=strong,
                special=special,
                before_identity=before_identity,
                source=source,
                topic=topic,
                letter=letter,
                concerns=concerns,
                in_record=in_record,
                desk=desk if isinstance(desk, tuple) else (desk,),
                means=frozenset(means),
                page=page,
                listed=listed,
                prepare=prepare,
                paper=paper,
                prefill=prefill,
                rule=rule,
                with_cases=with_cases,
                says=says,
                may_cost=may_cost,
                in_writing=in_writing,
            )
        )
        return handler

    return enter


def ways_off(desk: Desk, acts: Iterable[Act]) -> list[Act]:
    """Those of some acts that take a task off this desk; the one that serves fewest other desks comes first, for it is about
    this one thing.
    """
    return sorted((act for act in acts if desk in act.desk), key=lambda act: len(act.desk))
