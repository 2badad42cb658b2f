"""How lower rooms are answered by higher ones without importing them.

Each room's ``room.py`` says which event (``odr/procedure/acts/events.py``) wakes which handler.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sqlalchemy import CompoundSelect, Select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Document, Party, Role, Stage
from odr.ground.memory.asked_once import AskedOnce
from odr.ground.text import Money, Text
from odr.notary.rehash.rounds import Holding
from odr.procedure.acts.events import Event
from odr.procedure.models import Window

if TYPE_CHECKING:
    from odr.identity.actors import Actor
    from odr.procedure.acts.table import Bar
    from odr.procedure.court import Court
    from odr.procedure.rules.cases import Bar as ProcedureBar
    from odr.procedure.sitting import Sitting

LapseHandler = Callable[["Sitting", Case, Window], None]
ServiceQueue = Callable[["Sitting", Case, DocketEntry, Sequence[Party]], None]
Telling = Callable[["Sitting", Case, "Actor"], object]
FactsTold = Callable[["Sitting", Case, "Actor"], "Sequence[ToldFact]"]
Contribution = Callable[["Sitting", Case, "Actor"], "Panel | None"]
Sweep = Callable[["Court"], int]
Naming = Callable[[Session, Sequence[int]], Mapping[tuple[int, str], datetime]]
Confided = Callable[[Session, Case], Collection[str]]
Erasures = Callable[[Session, Sequence[str]], Collection[str]]
Holdings = Callable[["Court", Session, Sequence[str]], Mapping[str, Holding]]
ProcedureBars = Callable[["Sitting", Case], Collection["ProcedureBar"]]
Audit = Callable[["Court", Session, Case], Iterable[str]]


@dataclass(frozen=True)
class Panel:
    """A part of the case page that a room contributes."""

    slot: str  # "next" | "main" | "aside" | "below"
    order: int
    template: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class NavItem:
    """An entry of the case's navigation."""

    key: str
    endpoint: str
    label: Text
    order: int
    rarely: bool = False
    """Whether it stands under "More" where there is little room: what few need every day."""


class HasTemplate(Protocol):
    """What is drawn by a template that it names, and that is given it."""

    @property
    def template(self) -> str: ...


@dataclass(frozen=True)
class DeskPage:
    """A page beside the cases that is offered after signing in, to whomever its own guard lets in."""

    endpoint: str
    title: Text
    order: int


@dataclass(frozen=True)
class Appointment:
    """What takes place at one hour and somebody is called to, such as a hearing.

    ``reference`` names it for calendars, ``endpoint`` is the page of the case where it stands.
    """

    case_id: int
    reference: str
    title: Text
    at: datetime
    where: Text
    endpoint: str
    absence: Mapping[Role, tuple[Text, str]] = field(default_factory=dict)
    """What may follow for whoever does not come, and its article, by role."""
    called_by: int | None = None
    """The entry that called everybody to it."""
    number: int = 0
    """By which those of one hour stand in order."""


@dataclass(frozen=True)
class ToldFact:
    """A numbered fact of claim or answer, and the entry it was told in."""

    number: int
    what: str
    happened_on: date | None
    entry: int


@dataclass(frozen=True)
class If:
    """A line under what is next: the case a person fears, what follows then, and the act that helps, where it is open."""

    when: Text
    then: Text
    act: str | None = None
    page: tuple[str, Text] | None = None
    """A page of the case on which more of it stands, and the words of the link."""


@dataclass(frozen=True)
class Owed:
    """What a party has to do, or waits for, without a time limit of an act: what a decision orders.

    ``words`` say it whole; ``act`` names the act that does it, where the reader may do something, ``otherwise`` what
    follows when nothing is done.
    """

    words: Text
    is_duty: bool
    until: datetime | None = None
    act: str | None = None
    otherwise: Text | None = None
    ifs: tuple[If, ...] = ()
    status: Text | None = None
    """The same without that there is nothing to do, for a reader who has a duty of another kind meanwhile."""


@dataclass(frozen=True)
class StepWords:
    """What a time limit asks of its reader, in the words of the moment: the sum, how many questions, the record.

    ``title`` takes the place of the pack's; ``act`` is the act it is met by now, where the kind alone does not tell.
    """

    title: Text | None = None
    act: str | None = None
    ifs: tuple[If, ...] = ()
    silence: Text | None = None
    """What follows if nothing is done, where that is not what the pack says of every time limit of the kind."""
    done: bool = False
    """Of a time limit that all parties share: its reader has done their part, and waits for the others."""
    met: bool = False
    """Whoever the time runs for has done what it is for, and the court answers that: nobody waits for them any more."""


@dataclass(frozen=True)
class FeeTold:
    """What a claim would cost, with each step of the reckoning: its words, sum and article."""

    total: Money
    steps: Sequence[tuple[Text, Money, Text]]


FeeQuoting = Callable[["Court", str, "Money | None", str], FeeTold]
StepTelling = Callable[["Sitting", Case, "Actor", Window], "StepWords | None"]
FeeAtEnding = Callable[["Sitting", Case, Party, str], Sequence[Text]]


@dataclass(frozen=True)
class BindingStatement:
    """A mediation statement of the court that everybody has signed and that binds (CPL 100)."""

    paper: Document
    effective_at: datetime


BindingStatementOf = Callable[[Session, Case], "BindingStatement | None"]
SumOf = Callable[["Sitting", Case, Party, str, int], Money | None]
"""The sum a letter to a party is about, by the occasion and the number of its entry."""
NoNews = Callable[[str, Mapping[str, Any], "str | None"], bool]
"""Whether an entry of the clock, by its act and result, is no news to whoever has this label."""
Overtaken = Callable[["Sitting", Case, int, "datetime | None"], "Text | None"]
"""Why the papers of an entry go out no more: the hearing they call to was moved. For a notice with its own hour, that hour."""


@dataclass(frozen=True)
class GoesAlong:
    """What belongs to a file that was sent: further pictures of the same thing, and copies that others see instead."""

    pages: int = 0
    copies: int = 0
    files: tuple[Any, ...] = ()


@dataclass(frozen=True)
class SentFiles:
    """What a room below evidence may ask about files that were sent and are in no case yet.

    ``along``   function(session, references) → reference → what goes along with the file
    ``sealed``  function(court, accounts, asked) → the files encrypted, as a Sitting takes them; ``asked``: reference →
        whether all of it is kept from others, or that alone of which they see a copy
    ``same``    function(session, id of a case or None, references of files sent) → id of another case → how many of the files
        lie in it, byte for byte
    """

    along: Callable[[Session, Sequence[str]], Mapping[str, GoesAlong]]
    sealed: Callable[[Court, Sequence[int], Mapping[str, bool]], Mapping[str, Any]]
    same: Callable[[Session, int | None, Sequence[str]], Mapping[int, int]]


class EarlyState(enum.Enum):
    """How far the court is with something it fetches for a draft."""

    WAITING = "waiting"  # its turn has not come, or the platform has not written yet
    WORKING = "working"  # the court's browser is at it
    CAME = "came"  # its files are here
    FAILED = "failed"  # nothing came; why, and that it can be asked for again, stands beside it


@dataclass(frozen=True)
class EarlyView:
    """Something the court was asked to fetch for a draft, as its page shows it."""

    reference: str
    account_id: int
    name: str
    """Of whoever asked for it."""
    is_page: bool
    title: str
    url: str | None
    platform: str | None
    order_number: str | None
    kinds: Sequence[Text]
    proves: str
    state: EarlyState
    label: Text
    why: Text | None
    until: datetime | None
    asked_at: datetime
    came_at: datetime | None
    began_at: datetime | None
    """When the court looked at the page, or the platform signed by its own clock."""
    files: Sequence[tuple[str, str, str]]
    """Reference, name and SHA-256 of each."""


@dataclass(frozen=True)
class FetchedFile:
    """What the court says of a file it fetched for a draft."""

    title: Text | str
    proves: str
    source: Text
    draft: str
    came_at: datetime


@dataclass(frozen=True)
class EarlyFetches:
    """What a room below evidence may have fetched for a draft. Those that ask take a Sitting, an account and the draft.

    ``page``        function(…, url, title, proves); raises InvalidInput, ActNotOpen
    ``records``     function(…, platform, order number, kinds, proves); raises InvalidInput, ActNotOpen
    ``again``, ``stop``  function(…, reference); raise NotFound, ActNotOpen
    ``why_no_page``, ``why_no_records``  reason why it cannot be asked now, or None
    ``listed``      function(session, draft, accounts, now) → everything asked for, the newest first
    ``files``       function(session, references) → reference → what the court says of it, for those it fetched
    """

    page: Callable[[Sitting, int, str, str, str, str], None]
    records: Callable[[Sitting, int, str, str, str, Sequence[str], str], None]
    again: Callable[[Sitting, int, str, str], None]
    stop: Callable[[Sitting, int, str, str], None]
    why_no_page: Callable[[Sitting, int], Text | None]
    why_no_records: Callable[[Sitting], Text | None]
    listed: Callable[[Session, str, Sequence[int], datetime], Sequence[EarlyView]]
    files: Callable[[Session, Sequence[str]], Mapping[str, FetchedFile]]


@dataclass(frozen=True)
class Remark:
    """Something a reader of a draft should look at before signing: where it stands, the very words, and what is wrong."""

    kind: str
    place: Text
    excerpt: str
    words: Text


@dataclass(frozen=True)
class Wording:
    """What is suggested about the words of a text, which sentences are hard to read and of how many how many are plain, how many
    minutes it takes to read, and what this court lacks to look at more.
    """

    suggested: Sequence[Remark]
    hard: Sequence[Remark]
    sentences: int
    plain: int
    minutes: int
    missing: Sequence[Text]


@dataclass(frozen=True)
class Looked:
    """What was looked at in a draft, and what was found; what is suggested about its words, where the operator wants that."""

    at: Sequence[Text]
    remarks: Sequence[Remark]
    wording: Wording | None = None


@dataclass(frozen=True)
class CitedCase:
    """A guiding case that a party relies on: who does, what the rules of the court know of it, and whether the reasons name it."""

    number: int
    who: str
    title: Text | None
    gist: Text | None
    replaced_by: int | None
    answered: bool


@dataclass(frozen=True)
class SumOfCase:
    """What a published judgment awarded, and where it is read."""

    number: str
    address: str
    title: str
    language: str
    awarded: Money


@dataclass(frozen=True)
class AwardedBefore:
    """The sum a draft orders beside those of decisions like the case: the lowest, the middle half from and to, and the highest, of
    ``count``; ``reach`` is None where they are fewer than ``least``.
    """

    drafted: Money
    least: int
    count: int
    reach: tuple[Money, Money, Money, Money] | None
    cases: Sequence[SumOfCase]


@dataclass(frozen=True)
class FromCases:
    """What earlier cases say beside a draft."""

    guiding: Sequence[CitedCase]
    awarded: AwardedBefore | None


EarlierCases = Callable[["Sitting", Case, Any, Any], "FromCases | None"]
"""What earlier cases say beside a draft: function(court at a look, case, its file before the judge, decision or None)."""
TextCheck = Callable[["Sitting", Case, Any], Looked]
"""What can be seen for certain in the text of a decision that is drafted."""
ClaimCheck = Callable[[Any, Any, str, date, bool], Looked]
"""The same of a claim before it is lodged: function(rule pack, claim, language of the writer, today, whether words are looked at)."""
WordsCheck = Callable[["Sitting", "Case | None", Sequence[tuple[str, str]], str], "Wording | None"]
"""The words somebody of the court writes to a person: function(court at a look, case, label and words of each, language); None
where the operator has not turned it on."""
BesideForm = Callable[["Sitting", Case, "Actor"], "HasTemplate | None"]
"""What helps to fill in the form of an act, drawn beneath its fields by a template of its own; None where there is nothing."""
CostsBorne = Callable[["Sitting", Case], "tuple[datetime, Mapping[str, Money]] | None"]
PartStage = Callable[["Sitting", Case], Stage | None]
Owing = Callable[["Sitting", Case, "Actor"], "Owed | None"]
PutOff = Callable[["Sitting", Case, DocketEntry], datetime | None]
Elsewhere = Callable[["Sitting", Role], Collection[int]]
"""Accounts of a role that are needed elsewhere today: on duty for what cannot wait, or away by their own word."""
OpenWork = Callable[[Session, Sequence[str], Role], Mapping[str, Text]]
"""How much work lies open before some accounts (by reference) in a role, in words: a range, or that it is not known."""
Cases = Sequence[int] | Select[int] | CompoundSelect[int]
"""Cases by their numbers, or how they are found."""
Appointments = Callable[["Sitting", Cases, int | None, datetime | None], Sequence[Appointment]]
"""What is to take place in some cases: of all of them together the next so many, or all where no number is given."""
Happened = TypeVar("Happened", bound=Event)


@dataclass(frozen=True)
class Listener:
    """Who in a room wants to know of an event; made by :func:`on`."""

    event: type[Event]
    handlers: tuple[Callable[[Sitting, Any], None], ...]
    """Each takes events of this very class: :func:`on` holds them to it, and then the class is forgotten."""


def on(event: type[Happened], *handlers: Callable[[Sitting, Happened], None]) -> Listener:
    """Have these handlers called, in order, when an event of this class is announced. Raises ValueError for what is no
    class of events.
    """
    if not (isinstance(event, type) and issubclass(event, Event)) or event is Event:
        raise ValueError(f"{event!r} is no kind of event")
    return Listener(event, handlers)


@dataclass
class Hooks:
    """Everything a lower room may ask of higher ones.

    ``on_lapse``  window kind → what follows when it lapses
    ``on_event``  class of event → who wants to know, in order, in the same Sitting
    ``panels``    parts of the case page; ``nav`` its tabs
    ``desk_pages`` the pages beside the cases that a person is offered after signing in
    ``queue_service`` puts an entry's packets out
    ``sweeps``    what the worker does besides: name → function(court) → count of things done
    ``going_on``  whether something goes on now that the worker looks at every second, also where nothing comes of it:
        function(court)
    ``tells``     what a template is given by the room beside its own: name → function(court at a look, case, viewer)
    ``fee_quote`` what a claim would cost: function(court, cause, amount or None, track); raises InvalidInput
    ``facts_told`` the numbered facts of a case: function(court at a look, case, viewer)
    ``part_stage`` where a part of a case stands that is in effect while the rest is not: function(sitting, case), or None
    ``procedure_bars`` what closes a procedure to a case and a lower room cannot know: function(sitting, case) → bars
    ``costs_borne`` what each party bears of the fee by the judgment in effect: function(sitting, case) → when it was given,
        and label → sum; None without one
    ``owed``      what a party has to do or waits for under a decision: function(court at a look, case, viewer)
    ``steps``     what a time limit asks of its reader just now: function(court at a look, case, viewer, window)
    ``put_off`` the hour that an entry puts off or moves: function(sitting, case, entry), or None;
    ``appointments`` what is to take place in some cases at one hour: function(court at a look, ids of cases)
    ``naming``    what unfinished writing names files: function(session, accounts) → account and reference of the file,
        and when it was last written
    ``sent_files`` what belongs to a file that was sent, and its encryption before it is lodged
    ``early_fetches`` what is fetched from the web and from platforms for a claim that is still written
    ``confided``  acts whose words only the vault may read now: function(session, case) → their names; no form of theirs is
        kept while it is written
    ``holdings``  the files a room keeps for receipts: function(court, session, references) → reference → file
    ``erasures``  which receipts a room has erased by a rule: function(session, references) → those of them
    ``audits``    where a room's rows of one case are not what its docket makes them: function(court, session, case) →
        each with the entry and what differs; called only where the docket itself is whole
    ``sums``      the sum that a letter to a party is about: function(sitting, case, party, occasion, entry) → sum or None
    ``fee_at_ending`` what a ruling or statement that ends the case says of the fee: function(sitting, case, party, ending)
    ``binding_statement`` the mediation statement of a case that binds: function(session, case), or None
    ``no_news``   which entries of the court's clock tell a reader nothing since they last looked: function(act, result of the
        entry, label of the reader's party)
    ``overtaken`` why the papers of an entry go out no more: function(sitting, case, number of the entry, hour of a notice)
    ``bars``      reasons why an act is not open to somebody, whatever the act itself says
    ``text_check`` what the check of a draft's text looked at and found: function(court at a look, case, decision); None in a
        court without it
    ``claim_check`` the same of a claim before it is lodged
    ``from_cases`` what earlier cases say beside a draft
    ``beside_form`` what stands beneath the fields of an act's form: its template, and what that shows
    ``words_check`` what is suggested about words that somebody of the court writes to a person
    ``elsewhere`` who is left out of a draw while anybody else remains: function(sitting, role) → accounts
    ``open_work`` the open work of each desk as a range in words, for the page of the court's desks
    ``made_ready`` what a process that answers pages makes beside its first requests, so that nobody waits for it: function(court)
    """

    on_lapse: dict[str, list[LapseHandler]] = field(default_factory=lambda: defaultdict(list))
    on_event: dict[type[Event], list[Callable[[Sitting, Any], None]]] = field(default_factory=lambda: defaultdict(list))
    panels: list[Contribution] = field(default_factory=list)
    nav: list[NavItem] = field(default_factory=list)
    desk_pages: list[DeskPage] = field(default_factory=list)
    queue_service: ServiceQueue | None = None
    sweeps: dict[str, Sweep] = field(default_factory=dict)
    going_on: list[Callable[[Court], bool]] = field(default_factory=list)
    after_act: list[Callable[[Sitting, Case, DocketEntry], None]] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    tells: dict[str, Telling] = field(default_factory=dict)
    facts_told: FactsTold | None = None
    fee_quote: FeeQuoting | None = None
    sent_files: SentFiles | None = None
    early_fetches: EarlyFetches | None = None
    appointments: list[Appointments] = field(default_factory=list)
    put_off: list[PutOff] = field(default_factory=list)
    procedure_bars: list[ProcedureBars] = field(default_factory=list)
    costs_borne: CostsBorne | None = None
    part_stage: PartStage | None = None
    owed: list[Owing] = field(default_factory=list)
    steps: list[StepTelling] = field(default_factory=list)
    naming: list[Naming] = field(default_factory=list)
    confided: list[Confided] = field(default_factory=list)
    holdings: list[Holdings] = field(default_factory=list)
    erasures: list[Erasures] = field(default_factory=list)
    audits: list[Audit] = field(default_factory=list)
    sums: list[SumOf] = field(default_factory=list)
    fee_at_ending: FeeAtEnding | None = None
    binding_statement: BindingStatementOf | None = None
    no_news: list[NoNews] = field(default_factory=list)
    overtaken: list[Overtaken] = field(default_factory=list)
    text_check: TextCheck | None = None
    claim_check: ClaimCheck | None = None
    words_check: WordsCheck | None = None
    beside_form: dict[str, BesideForm] = field(default_factory=dict)
    from_cases: EarlierCases | None = None
    elsewhere: list[Elsewhere] = field(default_factory=list)
    open_work: OpenWork | None = None
    made_ready: list[Callable[[Court], None]] = field(default_factory=list)

    def ahead(
        self, sitting: Sitting, cases: Cases, most: int | None = None, since: datetime | None = None
    ) -> list[Appointment]:
        """What is to take place in these cases, or from a later moment on, the first on top and ``most`` at most; what is called off is
        not among it.
        """
        if isinstance(cases, Sequence) and not cases:
            return []
        told = (one for tell in self.appointments for one in tell(sitting, cases, most, since))
        return sorted(told, key=lambda one: (one.at, one.number))[:most]

    def ahead_of(self, sitting: Sitting, case: Case) -> list[Appointment]:
        """The same of one case: of all that are looked at with it, it is asked at once."""
        session = sitting.session
        cases = session.beside(case.id) if isinstance(session, AskedOnce) else (case.id,)
        return [
            one for one in sitting.once(("ahead", cases), lambda: self.ahead(sitting, cases)) if one.case_id == case.id
        ]


@dataclass(frozen=True)
class Room:
    """What a room brings to the court; each room's ``room.py`` declares one.

    Its acts, models, desks, time limits and choices are found in its folder and need not
    be named (:func:`odr.wiring.declarations`). ``routes`` are ``module:blueprint``;
    ``commands`` are ``module:click group``.
    """

    name: str
    routes: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    on_lapse: Mapping[str, LapseHandler] = field(default_factory=dict)
    on_event: tuple[Listener, ...] = ()
    panels: tuple[Contribution, ...] = ()
    nav: tuple[NavItem, ...] = ()
    desk_pages: tuple[DeskPage, ...] = ()
    sweeps: Mapping[str, Sweep] = field(default_factory=dict)
    going_on: tuple[Callable[[Court], bool], ...] = ()
    after_act: tuple[Callable[[Sitting, Case, DocketEntry], None], ...] = ()
    queue_service: ServiceQueue | None = None
    bars: tuple[Bar, ...] = ()
    tells: Mapping[str, Telling] = field(default_factory=dict)
    facts_told: FactsTold | None = None
    fee_quote: FeeQuoting | None = None
    sent_files: SentFiles | None = None
    early_fetches: EarlyFetches | None = None
    appointments: tuple[Appointments, ...] = ()
    put_off: tuple[PutOff, ...] = ()
    procedure_bars: tuple[ProcedureBars, ...] = ()
    costs_borne: CostsBorne | None = None
    part_stage: PartStage | None = None
    owed: tuple[Owing, ...] = ()
    steps: tuple[StepTelling, ...] = ()
    naming: tuple[Naming, ...] = ()
    confided: tuple[Confided, ...] = ()
    holdings: tuple[Holdings, ...] = ()
    erasures: tuple[Erasures, ...] = ()
    audits: tuple[Audit, ...] = ()
    sums: tuple[SumOf, ...] = ()
    fee_at_ending: FeeAtEnding | None = None
    binding_statement: BindingStatementOf | None = None
    no_news: tuple[NoNews, ...] = ()
    overtaken: tuple[Overtaken, ...] = ()
    text_check: TextCheck | None = None
    claim_check: ClaimCheck | None = None
    words_check: WordsCheck | None = None
    beside_form: Mapping[str, BesideForm] = field(default_factory=dict)
    from_cases: EarlierCases | None = None
    elsewhere: tuple[Elsewhere, ...] = ()
    open_work: OpenWork | None = None
    made_ready: tuple[Callable[[Court], None], ...] = ()

    def join(self, hooks: Hooks) -> None:
        """Enter everything into the court's hooks; two rooms may answer one event, in layer order."""
        for kind, lapse in self.on_lapse.items():
            hooks.on_lapse[kind].append(lapse)
        for listener in self.on_event:
            hooks.on_event[listener.event].extend(listener.handlers)
        named: tuple[tuple[dict[str, Any], Mapping[str, Any]], ...] = (
            (hooks.sweeps, self.sweeps),
            (hooks.tells, self.tells),
            (hooks.beside_form, self.beside_form),
        )
        for taken, given in named:
            for name, value in given.items():
                if name in taken:
                    raise ValueError(f"two rooms provide {name}")
                taken[name] = value
        hooks.panels.extend(self.panels)
        hooks.nav.extend(self.nav)
        hooks.desk_pages.extend(self.desk_pages)
        hooks.going_on.extend(self.going_on)
        hooks.after_act.extend(self.after_act)
        hooks.bars.extend(self.bars)
        hooks.appointments.extend(self.appointments)
        hooks.put_off.extend(self.put_off)
        hooks.procedure_bars.extend(self.procedure_bars)
        hooks.costs_borne = self.costs_borne or hooks.costs_borne
        hooks.part_stage = self.part_stage or hooks.part_stage
        hooks.owed.extend(self.owed)
        hooks.steps.extend(self.steps)
        hooks.naming.extend(self.naming)
        hooks.confided.extend(self.confided)
        hooks.holdings.extend(self.holdings)
        hooks.erasures.extend(self.erasures)
        if self.facts_told is not None:
            hooks.facts_told = self.facts_told
        if self.text_check is not None:
            hooks.text_check = self.text_check
        if self.claim_check is not None:
            hooks.claim_check = self.claim_check
        if self.from_cases is not None:
            hooks.from_cases = self.from_cases
        if self.words_check is not None:
            hooks.words_check = self.words_check
        if self.fee_at_ending is not None:
            hooks.fee_at_ending = self.fee_at_ending
        if self.binding_statement is not None:
            hooks.binding_statement = self.binding_statement
        if self.fee_quote is not None:
            hooks.fee_quote = self.fee_quote
        if self.sent_files is not None:
            hooks.sent_files = self.sent_files
        if self.early_fetches is not None:
            hooks.early_fetches = self.early_fetches
        hooks.elsewhere.extend(self.elsewhere)
        hooks.made_ready.extend(self.made_ready)
        if self.open_work is not None:
            hooks.open_work = self.open_work
        hooks.audits.extend(self.audits)
        hooks.sums.extend(self.sums)
        hooks.no_news.extend(self.no_news)
        hooks.overtaken.extend(self.overtaken)
        if self.queue_service is not None:
            hooks.queue_service = self.queue_service
