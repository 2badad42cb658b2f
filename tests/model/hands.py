"""The hands of everybody in one case: who could act, what they give, what the court answers, and what reaches whom.

Everything goes through the table of acts and its own answer to "why not"; nothing is laid into tables. What is chosen
is chosen by lot, so that a walk is the same whenever it is drawn again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, PartyKind, Role, Seat, Stage
from odr.filing.inputs import JoinInput
from odr.filing.parties.joining_by_code import join
from odr.ground.errors import CourtError
from odr.hearing.courtroom.absence.waiting import absences
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import HearingState
from odr.identity.actors import Actor, actors_in
from odr.identity.models import Account, AccountRole, AccountState
from odr.judgment.decision.file_before_judge import case_file
from odr.judgment.decision.queries import reliefs_by_key
from odr.judgment.models import Finding
from odr.judgment.queries import current_draft
from odr.judgment.time_limits import COOLING_OFF
from odr.procedure.acts.availability import is_at, is_known, refusal
from odr.procedure.acts.table import Act, Premise
from odr.procedure.acts.tasks import DESKS
from odr.procedure.acts.windows import TIME_LIMITS, Nature
from odr.procedure.forms.fields import SOURCES
from odr.procedure.models import Task
from odr.procedure.sitting import Sitting
from odr.service.models import Packet
from odr.service.vocabulary import PacketState
from tests.model.days import SHANGHAI, day_of
from tests.model.inputs import WORDS, Inputs, NothingToChoose
from tests.model.law import broken
from tests.model.record import Record
from tests.scene import Scene, claim

MORE_PEOPLE: dict[str, Role | None] = {
    "baihua": None,
    "zhao": None,
    **{f"judge{n}": Role.JUDGE for n in range(2, 6)},
    **{f"assessor{n}": Role.ASSESSOR for n in range(1, 4)},
}
RESPONDENTS = {
    "haiyun": "Haiyun Information Technology Co., Ltd.",
    "baihua": "Baihua Market Ltd.",
    "zhao": "Zhao Cheng",
}
"""Respondents by their order in the claim; the last never joins."""
JOINS = ("haiyun", "baihua")
ENDS_IT = {
    "withdraw_claim",
    "transfer_case",
    "refuse_claim",
    "deem_withdrawn",
    "rule_on_withdrawal",
    "allow_agreed_withdrawal",
    "sign_statement",
    "give_ruling",
    "join_into_case",
    "record_jurisdiction_appeal",
    "record_ruling_appeal",
    "substitute_party",
    "return_claim",
}
"""Acts that may end a case early: rarely tried, or few cases would come to a judgment."""
TELLING = {
    "object_to_jurisdiction",
    "rule_on_jurisdiction",
    "challenge",
    "decide_recusal",
    "ask_relief_for_lateness",
    "rule_on_lateness",
    "ask_extension",
    "rule_on_extension",
    "ask_rebuttal_time",
    "rule_on_rebuttal_time",
    "ask_for_joinder",
    "file_answer",
    "submit_exhibit",
    "withdraw_exhibit",
    "give_opinions",
    "amend_claim",
    "file_counterclaim",
    "convert_track",
    "convert_mode",
    "adjourn_hearing",
    "report_failure",
    "appeal_decision",
    "record_appeal_outcome",
    "rebut_service",
    "decide_rebuttal",
    "serve_again",
    "consent_to_mode",
    "apply_for_written_hearing",
    "answer_written_hearing",
    "rule_on_written_hearing",
    "change_plan",
    "hear_further",
    "end_phase",
    "convene_panel",
}
"""Acts on which the invariants turn: tried more often."""
TOWARDS_THE_END = (
    "apply_for_enforcement",
    "certify_effect",
    "countersign_decision",
    "issue_decision",
    "rule_on_absence",
    "send_for_signing",
    "draft_decision",
    "record_findings",
    "close_hearing",
    "record_hearing",
    "summon",
    "open_examination",
    "convene_panel",
    "accept_claim",
)
"""What somebody in a hurry does, the furthest first."""


PENDING = frozenset(set(Stage) - {Stage.EFFECTIVE, Stage.ENFORCEMENT, Stage.CLOSED})
"""Stages at which a case is not decided for good: somebody has to bring it on."""


class Refused(Exception):
    """The court did not do it, and says why."""

    def __init__(self, error: CourtError | None) -> None:
        super().__init__(str(error))
        self.error = error


def let_in_more(scene: Scene) -> None:
    """Accounts of the people this model needs besides those of every scene."""
    with scene.court.database.write() as session:
        for name, role in MORE_PEOPLE.items():
            account = Account(
                email=f"{name}@court.example",
                name=name.title(),
                state=AccountState.ACTIVE,
                created_at=scene.clock.now(),
                confirmed_at=scene.clock.now(),
            )
            session.add(account)
            session.flush()
            if role is not None:
                session.add(AccountRole(account_id=account.id, role=role, granted_at=scene.clock.now()))
            scene.people[name] = account.id


@dataclass
class Hands:
    """Everybody in one case of a scene."""

    scene: Scene
    reached: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Act and stage → how often it was done there."""
    steps: Counter[str] = field(default_factory=Counter)
    """How often something was tried, done or refused, or time went by."""
    broken: list[str] = field(default_factory=list)
    """Invariants of law that something broke, in order."""
    careful: bool = False
    """Whether a hearing is recorded with everything that belongs to it."""
    seen: int = 0
    """The last entry that was looked at."""
    story: list[str] = field(default_factory=list)
    """What was done since the claim, in order, for whoever reads a violation."""

    # Beginning

    def lodge(self, respondents: int = 1, amount: str = "8,000.00", e_service: bool = True) -> None:
        """Li lodges a claim against the first so many of :data:`RESPONDENTS`."""
        names = list(RESPONDENTS.items())[:respondents]
        self.scene.lodge(
            claim(
                respondents=[
                    {
                        "name": name,
                        "kind": "person" if who == "zhao" else "company",
                        "email": f"post@{who}.example",
                        "address": "8 Harbour Road",
                    }
                    for who, name in names
                ],
                relief=[{"kind": "money", "what": "The price back", "amount": amount}],
            )
        )
        self.story = [f"lodge_claim by li: {respondents} respondents, {amount}"]
        self.reached["lodge_claim", "lodged"] += 1
        self.steps["tried"] += 1

    # Who and what

    def actors(self, session: Any, case: Case) -> list[Actor]:
        """Every capacity of everybody, their identity just proven."""
        now, machine = self.scene.clock.now(), self.scene.clock.machine_now()
        seated = select(Seat.account_id).where(Seat.case_id == case.id, Seat.until_at.is_(None))
        mine = {p.account_id for p in case.parties if p.account_id is not None} | set(session.scalars(seated))
        found: list[Actor] = []
        for number in sorted(mine):
            found += actors_in(session, session.get_one(Account, number), case, now, machine)
        return found

    def holder(self, role: Role, session: Any, case: Case) -> Actor | None:
        """Who holds a role in the case now."""
        return next((a for a in self.actors(session, case) if a.role is role), None)

    def why_not(self, name: str, actor: Actor) -> CourtError | None:
        """The court's own answer why an act is not open; None where it is."""
        court = self.scene.court
        with court.database.read() as session:
            case = session.get_one(Case, self.scene.case_id)
            return refusal(court.look(session), court.table[name], case, actor)

    def perform(self, name: str, actor: Actor, values: Any) -> None:
        """Perform an act as a program would. Raises Refused."""
        court = self.scene.court
        act = court.table[name]
        stage = self.scene.case().stage.value
        self.steps["tried"] += 1
        try:
            given = act.input.model_validate(values)
            with court.database.read() as session:
                case = session.get_one(Case, self.scene.case_id)
                premise = court.look(session).premise_now(act, case, actor, given.model_dump(mode="json"))
            prepared = court.prepare(name, case, given, actor)
            with court.sit(prepared) as sitting:
                case = sitting.session.get_one(Case, self.scene.case_id)
                sitting.perform(
                    name, case, given, actor=actor, premise=None if act.premise is Premise.NOTHING else premise
                )
        except ValidationError:
            raise Refused(None) from None
        except CourtError as error:
            self.story.append(f"    {name} is refused to {actor.hat}: {error.message.render('en')}")
            raise Refused(error) from None
        self.reached[name, stage] += 1
        self.story.append(f"{self.scene.clock.now():%d %b %H:%M} {name} by {actor.name} as {actor.hat}: {values}")
        self.watch()

    def do(self, name: str, by: Role, lot: Random, /, **values: Any) -> bool:
        """The holder of a role does an act of it; whether the court let them."""
        with self.scene.court.database.read() as session:
            actor = self.holder(by, session, session.get_one(Case, self.scene.case_id))
        if actor is None:
            return False
        try:
            given = values or self.given(name, actor, lot)
            self.perform(name, actor, given)
        except (Refused, NothingToChoose):
            return False
        return True

    def decides_without(self, lot: Random) -> None:
        """Whoever stayed away had no good reason: the judge decides without each of them."""
        with self.scene.court.database.read() as session:
            look, case = self.scene.court.look(session), session.get_one(Case, self.scene.case_id)
            away = [one.reference for one in absences(look, case)]
        for reference in away:
            self.do("rule_on_absence", Role.JUDGE, lot, absence=reference, answer="decided", reasons=WORDS)

    # Steps

    def hurry(self, lot: Random) -> bool:
        """Somebody who wants to be done does the furthest thing that is open; whether anything was."""
        court = self.scene.court
        with court.database.read() as session:
            case = session.get_one(Case, self.scene.case_id)
            look, actors, done = court.look(session), self.actors(session, case), self._done(session, case)
            able = [
                (name, actor)
                for name in TOWARDS_THE_END
                if name not in done
                for actor in actors
                if actor.role in court.table[name].by and refusal(look, court.table[name], case, actor) is None
            ]
        for name, actor in able:
            try:
                self.perform(name, actor, self.given(name, actor, lot))
                return True
            except (Refused, NothingToChoose):
                continue
        return False

    def _done(self, session: Any, case: Case) -> set[str]:
        """What need not be done twice: findings on everything, a draft that lies ready, a hearing that is fixed."""
        draft = current_draft(session, case)
        found = {"draft_decision"} if draft is not None and draft.orders else set()
        if session.scalar(select(Finding.id).where(Finding.case_id == case.id, Finding.replaced_by.is_(None))):
            found |= {"record_findings"}
        if session.scalar(select(Hearing.id).where(Hearing.case_id == case.id, Hearing.state == HearingState.SUMMONED)):
            found |= {"summon"}
        certified = select(DocketEntry.id).where(DocketEntry.case_id == case.id, DocketEntry.act == "certify_effect")
        return found | ({"certify_effect"} if session.scalar(certified) else set())

    def something(self, lot: Random, tries: int = 12) -> str | None:
        """Somebody does something that is open to them; gives the act, None where nothing was found."""
        court = self.scene.court
        with court.database.read() as session:
            case = session.get_one(Case, self.scene.case_id)
            look = court.look(session)
            actors = self.actors(session, case)
            for act, actor in self._drawn(actors, lot, tries):
                if is_known(look, act, case) and refusal(look, act, case, actor) is None:
                    try:
                        given = self._given(look, act.name, case, actor, lot)
                    except NothingToChoose:
                        continue
                    break
            else:
                return None
        try:
            self.perform(act.name, actor, given)
        except Refused:
            return None
        return act.name

    def forbidden(self, lot: Random, tries: int = 12) -> tuple[str, CourtError] | None:
        """Somebody tries what the table says is closed to them: the court refuses, and gives why.

        Raises AssertionError where it is done all the same.
        """
        court = self.scene.court
        with court.database.read() as session:
            case = session.get_one(Case, self.scene.case_id)
            look = court.look(session)
            actors = self.actors(session, case)
            for act, actor in self._drawn(actors, lot, tries, role_matters=lot.random() < 0.9):
                reason = refusal(look, act, case, actor)
                if reason is None:
                    continue
                try:
                    given = self._given(look, act.name, case, actor, lot)
                    act.input.model_validate(given)
                except (NothingToChoose, ValidationError, LookupError, AttributeError, TypeError):
                    continue
                break
            else:
                return None
        before = self.scene.case().entry_count
        try:
            self.perform(act.name, actor, given)
        except Refused as refused:
            # What is due by the clock is done first, so the docket may have grown, but never by this act.
            assert refused.error is not None
            assert self.scene.case().entry_count >= before
            return act.name, reason
        raise AssertionError(f"{act.name} was closed to {actor.hat} and was done: {reason}")

    def _drawn(
        self, actors: Sequence[Actor], lot: Random, most: int, role_matters: bool = True
    ) -> list[tuple[Act, Actor]]:
        """Acts and who tries them, by weighted lot."""
        acts = [act for act in self.scene.court.table if act.listed]
        weights = [0.2 if a.name in ENDS_IT else 4.0 if a.name in TELLING else 1.0 for a in acts]
        found = []
        for act in lot.choices(acts, weights, k=most * 3):
            able = [a for a in actors if a.role in act.by] if role_matters else list(actors)
            if able:
                found.append((act, lot.choice(able)))
        return found[:most]

    def wait(self, **time: float) -> None:
        """Time passes, and the worker does its part."""
        self.steps["waited"] += 1
        self.scene.clock.advance(timedelta(**time))
        self.work()
        self.story.append(f"{self.scene.clock.now():%d %b %H:%M} waited {time}")

    def work(self) -> None:
        """What falls due in this case is done, and its papers go out; the rest of the worker's round is for others."""
        court = self.scene.court
        with court.sit() as sitting:
            sitting.perform_due(sitting.session.get_one(Case, self.scene.case_id))
        for name in ("papers", "send", "service_docket", "appointed"):
            court.hooks.sweeps[name](court)
        self.watch()

    def watch(self) -> None:
        """Hold what stands in the case now against the law."""
        with self.scene.court.database.read() as session:
            case = session.get_one(Case, self.scene.case_id)
            if case.entry_count > self.seen:
                self.broken += broken(Record(session, case.id, self.scene.clock.now()), self.seen)
                self.seen = case.entry_count

    def stalled(self) -> list[str]:
        """Tasks on a desk of the case that no act ends at this stage, so that whoever opens them is turned away; and those
        for a president where none sits in the case, so that nobody sees them.
        """
        court = self.scene.court
        with court.database.read() as session:
            case = session.get_one(Case, self.scene.case_id)
            look = court.look(session)
            tasks = session.scalars(select(Task).where(Task.case_id == case.id, Task.done_at.is_(None))).all()
            unseen = [task for task in tasks if task.role is Role.PRESIDENT] if tasks else []
            if unseen and any(actor.role is Role.PRESIDENT for actor in self.actors(session, case)):
                unseen = []
            return [f"{task.kind} waits for a president, and none sits in the case" for task in unseen] + [
                f"{task.kind} waits at {case.stage.value}, where no act ends it"
                for task in tasks
                if not DESKS[task.kind].by_hand
                and not DESKS[task.kind].by_itself
                and not any(
                    DESKS[task.kind] in act.desk and is_at(look, act, case) and is_known(look, act, case)
                    for act in court.table
                )
            ]

    def waits_for_nobody(self) -> list[str]:
        """What lies open where the case goes on by nobody: no party has a duty or a remedy whose time ends, no hearing is
        fixed, nothing is being served, and no task of the court has an act that is open to somebody who sits in the case.
        """
        court = self.scene.court
        with court.database.read() as session:
            case = session.get_one(Case, self.scene.case_id)
            look = court.look(session)
            if case.stage not in PENDING or self._goes_on(look, case):
                return []
            stayed = " and stayed" if case.stayed_at is not None else ""
            desks = sorted({task.kind for task in self._tasks(look, case)})
            return [
                f"the case is at {case.stage.value}{stayed} and waits for nobody; on its desks: {desks or 'nothing'}",
                *(line for kind in desks for line in self._why_not(look, case, kind)),
            ]

    def _why_not(self, look: Sitting, case: Case, kind: str) -> Iterator[str]:
        """Why each act that would take a task off its desk is closed to everybody who sits in the case."""
        actors = self.actors(look.session, case)
        for act in (act for act in look.court.table if DESKS[kind] in act.desk):
            told = {(a.role.value, str(refusal(look, act, case, a))) for a in actors if a.role in act.by}
            yield f"    {kind} by {act.name}: {sorted(told) or 'nobody sits who may'}"

    def _tasks(self, look: Sitting, case: Case) -> Sequence[Task]:
        return look.session.scalars(select(Task).where(Task.case_id == case.id, Task.done_at.is_(None))).all()

    def _goes_on(self, look: Sitting, case: Case) -> bool:
        actors = self.actors(look.session, case)

        def is_open(act: Act, role: Role | None = None) -> bool:
            able = (a for a in actors if a.role in act.by and role in (None, a.role))
            return is_known(look, act, case) and any(refusal(look, act, case, actor) is None for actor in able)

        for task in self._tasks(look, case):
            if any(DESKS[task.kind] in act.desk and is_open(act, task.role) for act in look.court.table):
                return True
        if case.stayed_at is not None:
            return False
        for window in look.windows(case):
            limit = TIME_LIMITS[window.kind]
            if window.kind == COOLING_OFF:
                return True  # It rests by rule; at its end the clock lays it before whoever pronounces it.
            if limit.nature is Nature.COURT:
                if any(is_open(look.court.table[name]) for name in limit.met_by):
                    return True
            elif window.due_at is not None:
                return True
        on_its_way = select(Packet.id).where(
            Packet.case_id == case.id, Packet.state.in_((PacketState.HELD, PacketState.OUT))
        )
        return bool(look.court.hooks.ahead(look, [case.id])) or look.session.scalar(on_its_way) is not None

    def accept(self, lot: Random, track: str, *, pays: bool = True) -> bool:
        """The claim is accepted, and its fee paid; whether it was."""
        done = self.do("accept_claim", Role.CLERK, lot, track=track)
        if done and pays:
            self.pays()
        return done

    def pays(self) -> int:
        """Everybody's fee that is due comes in by card; how many."""
        paid = self.scene.pay()
        self.story.append(f"{self.scene.clock.now():%d %b %H:%M} {paid} fees are paid")
        self.watch()
        return paid

    def joins(self, who: str, in_writing: bool = True, e_service: bool = True) -> bool:
        """A respondent joins by the code of their letter; whether they could."""
        with self.scene.court.database.read() as session:
            code = session.scalars(
                select(Packet.code)
                .where(
                    Packet.case_id == self.scene.case_id,
                    Packet.first_contact.is_(True),
                    Packet.recipient_name == RESPONDENTS[who],
                )
                .order_by(Packet.id)
            ).first()
        if code is None:
            return False
        given = JoinInput(
            name=RESPONDENTS[who], email=f"legal@{who}.example", e_service=e_service, in_writing=in_writing
        )
        stage = self.scene.case().stage.value
        self.steps["tried"] += 1
        try:
            join(self.scene.court, self.scene.people[who], code, given)
        except CourtError:
            return False
        self.reached["join_case", stage] += 1
        self.story.append(f"{self.scene.clock.now():%d %b %H:%M} join_case by {who}, in writing: {in_writing}")
        self.work()
        return True

    def served(self, lot: Random, *, returned: bool = False, occasion: str | None = None) -> bool:
        """The post brings back the return of one paper that is out, signed or not; whether one was out."""
        query = select(Packet).where(Packet.case_id == self.scene.case_id, Packet.state == PacketState.OUT)
        if occasion is not None:
            query = query.where(Packet.occasion == occasion)
        with self.scene.court.database.read() as session:
            out = session.scalars(query.where(Packet.party_id > 0).order_by(Packet.id)).all()
        if not out:
            return False
        packet = lot.choice(out)
        now = self.scene.clock.now().astimezone(SHANGHAI)
        what = (
            {"what": "returned"}
            if returned
            else {
                "what": "signed",
                "signer": "addressee" if packet.recipient_kind is PartyKind.PERSON else "legal_representative",
            }
        )
        done = self.do(
            "record_outcome",
            Role.CLERK,
            lot,
            packet=packet.reference,
            way="post",
            happened_on=now.date().isoformat(),
            hour=f"{now:%H:%M}",
            **what,
        )
        self.work()
        return done

    def rebut(self, lot: Random, occasion: str) -> bool:
        """A respondent shows that a paper did not arrive, and the judge finds so."""
        with self.scene.court.database.read() as session:
            case = session.get_one(Case, self.scene.case_id)
            respondents = [p.id for p in case.parties if p.role is Role.RESPONDENT and p.account_id is not None]
            paper = session.scalars(
                select(Packet.reference)
                .where(Packet.party_id.in_(respondents), Packet.occasion == occasion)
                .where(Packet.state.in_((PacketState.SERVED, PacketState.PRESUMED)))
            ).first()
        if paper is None:
            return False
        said = self.do("rebut_service", Role.RESPONDENT, lot, packet=paper, says="not_received", grounds=WORDS)
        return said and self.do("decide_rebuttal", Role.JUDGE, lot, packet=paper, finding="not_received", reasons=WORDS)

    def everything_served(self, lot: Random, occasion: str) -> None:
        """Every paper of an occasion that is out comes back signed."""
        for _ in range(9):
            if not self.served(lot, occasion=occasion):
                return

    # What is given

    def given(self, name: str, actor: Actor, lot: Random) -> dict[str, Any]:
        """An input for an act. Raises NothingToChoose."""
        court = self.scene.court
        with court.database.read() as session:
            return self._given(court.look(session), name, session.get_one(Case, self.scene.case_id), actor, lot)

    def _given(self, look: Sitting, name: str, case: Case, actor: Actor, lot: Random) -> dict[str, Any]:
        own: Callable[..., dict[str, Any]] | None = getattr(self, f"_for_{name}", None)
        if own is not None:
            return own(look, case, lot, actor)
        inputs = Inputs(look, case, actor, lot, day_of(self.scene.clock.now()), lambda: self._upload(actor))
        return inputs.fields(self.scene.court.table[name].input)

    def offered(self, source: str, role: Role) -> str:
        """The first that the court offers the holder of a role to choose. Raises LookupError where it offers nothing."""
        court = self.scene.court
        with court.database.read() as session:
            case = session.get_one(Case, self.scene.case_id)
            actor = self.holder(role, session, case)
            options = SOURCES[source](court.look(session), case, actor)
            if not options:
                raise LookupError(source)
            return options[0].value

    def _for_agree_small_claims(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        return {"final": True}

    def _for_challenge(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        options = SOURCES["seats"](look, case, actor)
        if not options:
            raise NothingToChoose("seats")
        return {"seat": lot.choice(options).value, "words": WORDS, "learned": WORDS}

    def _for_amend_claim(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        return {
            "relief": [{"kind": "money", "what": "The price back", "amount": lot.choice(["9,000.00", "7,000.00"])}],
            "reasons": WORDS,
        }

    def _for_object_to_jurisdiction(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        return {"ground": lot.choice(["place", "elsewhere", "arbitration"]), "words": WORDS}

    def _upload(self, actor: Actor) -> str:
        who = next((n for n, number in self.scene.people.items() if number == actor.account_id), "li")
        return self.scene.upload(who, f"Order {self.scene.case().entry_count} of {who}".encode()).reference

    def _for_accept_claim(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        return {"track": lot.choice(["small_claims", "simple", "simple", "ordinary", "ordinary"])}

    def _for_correct_claim(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        return claim().model_dump(mode="json")

    def _for_open_examination(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        mode = lot.choice(["asynchronous", "asynchronous", "offline", "live", "hybrid"])
        keys = [o.value for o in SOURCES["plan_phases"](look, case, None)]
        left_out = [key for key in keys if lot.random() < lot.choice([0.0, 0.3, 1.0])]
        return {"mode": mode, "left_out": left_out if mode == "asynchronous" else []}

    def _for_summon(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        day = day_of(self.scene.clock.now()) + timedelta(days=lot.choice([1, 2, 5, 8, 14]))
        return {
            "mode": lot.choice(["offline", "hybrid", "live"]),
            "on": day.isoformat(),
            "at": "09:30",
            "place": "Courtroom 3",
            "gap": lot.choice(["", "agreed"]),
        }

    def _for_record_hearing(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        hearing = look.session.scalars(
            select(Hearing)
            .where(Hearing.case_id == case.id, Hearing.state == HearingState.SUMMONED)
            .order_by(Hearing.id)
        ).first()
        if hearing is None or hearing.begins_at > look.now:
            raise NothingToChoose("hearing")
        there = [
            {"who": party.reference, "presence": "absent"}
            if party.account_id is None or lot.random() < 0.3
            else {"who": party.reference, "presence": "courtroom", "identity": lot.choice(["document", "online"])}
            for party in case.parties
            if party.left_at is None
        ]
        return {
            "hearing": hearing.reference,
            "begun": "09:32",
            "ended": "10:15",
            "attendance": there,
            "minutes": WORDS,
            "held_exhibits": self.careful or lot.random() < 0.8,
            "debated": "yes" if self.careful or lot.random() < 0.9 else "no",
            "last_words": "yes" if self.careful or lot.random() < 0.9 else "no",
        }

    def _for_rule_on_absence(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        away = absences(look, case)
        if not away:
            raise NothingToChoose("absence")
        answers = ["decided", "decided", "decided", "withdrawn", "excused"]
        return {"absence": lot.choice(away).reference, "answer": lot.choice(answers), "reasons": WORDS}

    def _for_record_findings(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        file = case_file(look, case)
        labels = [e.label for e in file.exhibits]
        return {
            "adopt_undisputed": False,
            "findings": [
                *(
                    {"subject": e.subject, "result": lot.choice(["adopted", "adopted", "partly"]), "reasons": WORDS}
                    for e in file.exhibits
                ),
                *(
                    {
                        "subject": f.subject,
                        "result": "adopted",
                        "reasons": WORDS,
                        "rests_on": labels,
                        "basis": None if labels else "admission",
                    }
                    for f in file.facts
                ),
            ],
        }

    def _for_draft_decision(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        asked = reliefs_by_key(look.session, case)
        respondent = next((p for p in case.parties if p.role is Role.RESPONDENT and p.left_at is None), None)
        by_id = {p.id: p for p in case.parties}
        if not asked or respondent is None:
            raise NothingToChoose("relief")
        orders: list[dict[str, Any]] = []
        for key, (one, relief) in asked.items():
            creditor = by_id.get(one.party_id)
            if creditor is None or creditor.role is not Role.CLAIMANT or relief.amount_minor is None:
                continue
            orders.append(
                {
                    "kind": "pay",
                    "relief": key,
                    "debtor": respondent.label,
                    "creditor": creditor.label,
                    "amount": f"{relief.amount_minor // 100}.{relief.amount_minor % 100:02d}",
                }
            )
        return {
            "language": "en",
            "claims": WORDS,
            "answers": WORDS,
            "issues": WORDS,
            "reasons": [{"text": WORDS}],
            "orders": [*orders, *([{"kind": "dismiss"}] if len(orders) < len(asked) else [])],
        }

    def _decision(self, look: Sitting, case: Case) -> str:
        found = current_draft(look.session, case)
        if found is None:
            raise NothingToChoose("decision")
        return found.reference

    def _for_send_for_signing(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        return {"decision": self._decision(look, case)}

    def _for_reopen_decision(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        return {"decision": self._decision(look, case)}

    def _for_issue_decision(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        return {"decision": self._decision(look, case), "case_number": case.number}

    def _for_countersign_decision(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        from odr.judgment.models import Decision

        found = look.session.scalars(
            select(Decision.reference)
            .where(Decision.case_id == case.id, Decision.issued_entry.is_not(None))
            .order_by(Decision.id.desc())
        ).first()
        if found is None:
            raise NothingToChoose("decision")
        return {"decision": found}

    def _for_submit_exhibit(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        return {
            "upload": self._upload(actor),
            "title": f"Paper {case.entry_count}",
            "proves": "That it was bought",
            "source": "A telephone",
            "category": "files",
        }

    def _for_appeal_decision(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        return {"asks": WORDS, "grounds": WORDS, "challenged": "8,000.00"}

    def _for_send_file_up(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        return {"court": "Intermediate Court"}

    def _for_record_appeal_outcome(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        return {
            "outcome": lot.choice(["upheld", "sent_back", "sent_back"]),
            "court": "Intermediate Court",
            "number": "(2026)浙01民终1号",
            "decided_on": day_of(self.scene.clock.now()).isoformat(),
            "summary": WORDS,
        }

    def _for_apply_for_enforcement(self, look: Sitting, case: Case, lot: Random, actor: Actor) -> dict[str, Any]:
        return {}
