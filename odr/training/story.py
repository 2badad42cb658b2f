"""Telling a dispute act by act, through the same table that everybody else goes through."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

from sqlalchemy import select

from odr.docket.models import Case, Party, Role, Seat, Stage
from odr.evidence.models import Exhibit, Upload
from odr.evidence.store.ports import desk_of
from odr.filing.draft import drafts
from odr.filing.inputs import ClaimInput, JoinInput
from odr.filing.models import Fact
from odr.filing.parties.joining_by_code import join
from odr.ground.clock import Clock
from odr.ground.errors import InvalidInput
from odr.hearing.models import Examination, Hearing, Question
from odr.hearing.vocabulary import HearingState
from odr.identity.actors import Actor, actors_in
from odr.identity.models import Account
from odr.judgment.decision.queries import reliefs_by_key
from odr.judgment.models import Decision
from odr.operations import worker
from odr.payments.books.bookings import outstanding
from odr.payments.inputs import PaymentInput
from odr.payments.models import Channel, FeeAssessment, Refund, RefundState
from odr.procedure.acts.table import Everyone
from odr.procedure.court import Court
from odr.procedure.sitting import ActReceipt
from odr.service.models import Packet
from odr.service.vocabulary import PacketState

HOURS = ("09:30", "10:45", "14:00", "15:15", "16:30")
"""When a hearing of a story begins: the first hour that is free."""


class StoryClock:
    """Procedural time as the story tells it; machine time as it is."""

    def __init__(self, machine: Clock, at: datetime) -> None:
        self._machine = machine
        self._at = at

    def now(self) -> datetime:
        return self._at

    def machine_now(self) -> datetime:
        return self._machine.machine_now()

    def was_set(self) -> timedelta:
        return self._machine.was_set()

    def advance(self, by: timedelta) -> None:
        """Let time go by in the story."""
        self._at += by


@dataclass
class Story:
    """One case of the demonstration, and short ways of acting in it. People are named by the part before the @."""

    court: Court
    clock: StoryClock
    people: dict[str, int]
    case_id: int = 0

    def case(self) -> Case:
        """The case as it stands."""
        with self.court.database.read() as session:
            return session.get_one(Case, self.case_id)

    def later(self, days: float = 0, hours: float = 0) -> None:
        """Time goes by, and the worker does its part."""
        self.clock.advance(timedelta(days=days, hours=hours))
        worker.work_once(self.court)

    def actor(self, who: str) -> Actor:
        """Somebody in their capacity in the case, identity just confirmed."""
        with self.court.database.read() as session:
            account = session.get_one(Account, self.people[who])
            found = actors_in(
                session, account, session.get_one(Case, self.case_id), self.clock.now(), self.clock.machine_now()
            )
            return found[0]

    def do(self, name: str, who: str, /, **values: Any) -> ActReceipt:
        """Perform an act from its plain values."""
        act, actor, case = self.court.table[name], self.actor(who), self.case()
        given = act.input.model_validate(values)
        with self.court.database.read() as session:
            premise = self.court.look(session).premise_now(
                act, session.get_one(Case, self.case_id), actor, given.model_dump(mode="json")
            )
        with self.court.sit(self.court.prepare(name, case, given, actor)) as sitting:
            receipt = sitting.perform(
                name, sitting.session.get_one(Case, self.case_id), given, actor=actor, premise=premise
            )
        if act.serves is Everyone.NOBODY:
            self.clock.advance(timedelta(hours=1))
        else:  # There is something to send.
            self.later(hours=1)
        return receipt

    @contextmanager
    def rows(self) -> Iterator[Any]:
        """A session to look things up in."""
        with self.court.database.read() as session:
            yield session

    def file(self, who: str, name: str, content: bytes, kind: str = "image/png") -> str:
        """A file sent and anchored; gives the upload's reference."""
        kept: Upload | None = desk_of(self.court).receive(self.people[who], name, kind, BytesIO(content))
        if kept is None:
            raise RuntimeError(f"{name} was not kept")
        self.court.sequence_now()
        return kept.reference

    def hear(self, minutes: str, judge: str = "judge") -> None:
        """A hearing with everybody at the same time in the courtroom, a fortnight ahead: summons, record, its end, and the record signed or
        left.
        """
        self.summon(14)
        there = [{"who": p.reference, "presence": "courtroom", "identity": "document"} for p in self.case().parties]
        self.record(there, minutes)
        self.do("close_hearing", judge, reasons="双方已充分陈述和辩论，没有待查事项。")

    def summon(self, days: int) -> None:
        """The clerk fixes a hearing on the first working day so many days ahead, at the first hour at which judge and room
        are free, and summons to it.
        """
        on = self.working_day(days).isoformat()
        for hour in HOURS:
            try:
                self.do("summon", "clerk", mode="offline", on=on, at=hour, place="第三法庭", despite=True)
            except InvalidInput:
                if hour == HOURS[-1]:
                    raise
            else:
                return

    def record(self, there: list[dict[str, Any]], minutes: str) -> None:
        """The hearing that is fixed takes place, and the clerk records it that evening."""
        with self.rows() as session:
            fixed = Hearing.case_id == self.case_id, Hearing.state == HearingState.SUMMONED
            hearing = session.scalars(select(Hearing).where(*fixed)).one()
        evening = hearing.begins_at + timedelta(hours=8)
        begins = hearing.begins_at.astimezone(self.court.settings.tz)
        self.later(hours=(evening - self.clock.now()) / timedelta(hours=1))
        self.do(
            "record_hearing",
            "clerk",
            hearing=hearing.reference,
            begun=f"{begins + timedelta(minutes=2):%H:%M}",
            ended=f"{begins + timedelta(minutes=45):%H:%M}",
            attendance=there,
            debated="yes",
            last_words="yes",
            minutes=minutes,
        )

    def working_day(self, days: int) -> date:
        """The first working day of the court from so many days on."""
        case = self.case()
        pack = self.court.packs.get(case.pack_id, case.pack_version)
        return pack.working_calendar.next_working((self.clock.now() + timedelta(days=days)).astimezone(pack.tz).date())

    def draft(
        self,
        words: dict[str, str],
        reasons: str,
        *amounts: str,
        judge: str = "judge",
        percent: int = 100,
        articles: str | None = None,
    ) -> None:
        """The judge drafts that the respondent pays an amount under each head; what the respondent does not bear of the
        fee the claimant does, and the rest of the first head is dismissed then.
        """
        sides = {"debtor": "respondent/1", "creditor": "claimant/1"}
        orders: list[dict[str, str]] = [
            {"kind": "pay", "relief": self.relief(n), "amount": amount, **sides} for n, amount in enumerate(amounts, 1)
        ]
        if percent < 100:
            orders.append({"kind": "dismiss", "relief": self.relief(1)})
        bears = [{"party": "claimant/1", "percent": 100 - percent}, {"party": "respondent/1", "percent": percent}]
        self.do(
            "draft_decision",
            judge,
            **words,
            reasons=[{"text": reasons, "articles": articles}],
            orders=orders,
            costs=bears,
            days=10,
        )

    def issue(self, judge: str = "judge") -> None:
        """The draft rests a day, is signed with the number typed, countersigned, and goes out."""
        reference = self.decision()
        self.do("send_for_signing", judge, decision=reference)
        self.later(days=2)
        self.do("issue_decision", judge, decision=reference, case_number=self.case().number)
        self.do("countersign_decision", "clerk", decision=reference)
        self.later(hours=2)

    def lodge(self, who: str, claim: ClaimInput) -> None:
        """Lodge the claim; the clerk and later the judge of the demonstration are seated by rule."""
        with self.rows() as session:
            account = session.get_one(Account, self.people[who])
        receipt = drafts.lodge(self.court, account, claim)
        with self.rows() as session:
            self.case_id = session.scalars(select(Case.id).where(Case.reference == receipt.case_reference)).one()
        self.later(hours=2)

    def pay(self) -> None:
        """Every open fee is paid at the counter, in the presence of the cashier."""
        with self.rows() as session:
            due = [
                (a.reference, outstanding(session, a))
                for a in session.scalars(select(FeeAssessment).where(FeeAssessment.case_id == self.case_id))
            ]
            cashier = session.get_one(Account, self.people["cashier"])
        for reference, amount in due:
            if amount.minor <= 0:
                continue
            given = PaymentInput(
                assessment=reference,
                channel=Channel.COUNTER,
                amount=amount,
                source=f"counter/{reference[:8]}",
                received_at=self.clock.now(),
            )
            with self.court.sit() as sitting:
                case = sitting.session.get_one(Case, self.case_id)
                if not sitting.session.scalar(
                    select(Seat.id).where(Seat.case_id == case.id, Seat.role == Role.CASHIER)
                ):
                    sitting.session.add(
                        Seat(case_id=case.id, account_id=cashier.id, role=Role.CASHIER, from_at=sitting.now)
                    )
                    sitting.session.flush()
                me = Actor(Role.CASHIER, cashier.id, cashier.name, case.id, strong_at=self.clock.machine_now())
                sitting.perform("record_payment", case, given, actor=me)
        self.later(hours=1)

    def accepted(self, track: str) -> None:
        """The clerk accepts the claim, and its fee is paid."""
        self.do("accept_claim", "clerk", track=track)
        self.pay()

    def join(self, who: str, name: str) -> None:
        """Join by the code of the letter to the party of that name, with letters by mail from then on."""
        given = JoinInput(name=name, email=f"{who}@parties.example", e_service=True, in_writing=True)
        with self.rows() as session:
            letters = select(Packet.code).where(
                Packet.case_id == self.case_id, Packet.first_contact.is_(True), Packet.recipient_name == name
            )
            code = session.scalars(letters.order_by(Packet.id)).first()
        join(self.court, self.people[who], str(code), given)
        self.later(hours=1)

    def party(self, label: str) -> str:
        """Reference of a party by its label; of the first one by its role."""
        return next(p.reference for p in self.case().parties if label in (p.label, p.role.value))

    def post_returns(
        self, label: str, *occasions: str, signer: str = "legal_representative", words: str | None = None
    ) -> None:
        """The post brings back the signed return of a party's papers, and the clerk records it."""
        with self.rows() as session:
            out = select(Packet.reference).join(Party, Party.id == Packet.party_id)
            out = out.where(
                Packet.case_id == self.case_id,
                Packet.occasion.in_(occasions),
                Packet.state == PacketState.OUT,
                Party.reference == self.party(label),
            )
            found = list(session.scalars(out.order_by(Packet.id)))
        if not found:
            raise RuntimeError(f"nothing is out to {label}")
        local = self.clock.now().astimezone(self.court.settings.tz)
        for packet in found:
            given = {
                "packet": packet,
                "way": "post",
                "what": "signed",
                "signer": signer,
                "happened_on": local.date().isoformat(),
                "hour": first_minute(local),
                "words": words,
            }
            self.do("record_outcome", "clerk", **given)

    def until(self, stage: Stage, most: int = 60) -> None:
        """Time goes by until the case is at a stage."""
        for _ in range(most):
            if self.case().stage is stage:
                return
            self.until_due()
        raise RuntimeError(f"the case did not come to {stage.value}")

    def until_due(self) -> None:
        """Time goes by until the next time limit of the case ends; a day where none runs."""
        due, now = self.case().next_due_at, self.clock.now()
        self.later(hours=max(1, (due - now) / timedelta(hours=1) + 1) if due is not None else 24)

    def newest(self, model: Any) -> str:
        """Reference of the newest row of a kind in the case."""
        with self.rows() as session:
            return str(
                session.scalars(
                    select(model.reference).where(model.case_id == self.case_id).order_by(model.id.desc())
                ).first()
            )

    def refund(self) -> None:
        """The cashier approves what goes back, transfers it and records the bank's reference."""
        with self.rows() as session:
            row = session.scalars(
                select(Refund).where(Refund.case_id == self.case_id, Refund.state == RefundState.ORDERED)
            ).one()
        self.do("approve_refund", "cashier", refund=row.reference)
        transfer = {
            "refund": row.reference,
            "paid": True,
            "channel": Channel.TRANSFER,
            "way": f"bank/{row.reference[:8]}",
            "at": self.clock.now(),
        }
        self.do("record_refund", "cashier", **transfer)

    def relief(self, number: int) -> str:
        """Key under which a decision names what was asked for."""
        with self.rows() as session:
            found = reliefs_by_key(session, session.get_one(Case, self.case_id))
            return next(key for key, (_, relief) in found.items() if relief.number == number)

    def fact(self, number: int) -> str:
        """Reference of a numbered fact."""
        with self.rows() as session:
            return str(
                session.scalars(select(Fact.reference).where(Fact.case_id == self.case_id, Fact.number == number)).one()
            )

    def exhibit(self, label: str) -> str:
        """Reference of an exhibit by its label."""
        with self.rows() as session:
            return str(
                session.scalars(
                    select(Exhibit.reference).where(Exhibit.case_id == self.case_id, Exhibit.label == label)
                ).one()
            )

    def question(self, number: int) -> str:
        """Reference of a question by its number."""
        with self.rows() as session:
            return str(
                session.scalars(
                    select(Question.reference).where(Question.case_id == self.case_id, Question.number == number)
                ).one()
            )

    def phase(self) -> tuple[str, str] | None:
        """Key and reference of the phase that runs."""
        with self.rows() as session:
            rows = select(Examination).where(Examination.case_id == self.case_id).order_by(Examination.id.desc())
            examination = session.scalars(rows).first()
            if examination is None:
                raise LookupError("examination")
            current = examination.current
            return (current.key, current.reference) if current else None

    def decision(self) -> str:
        """Reference of the newest decision."""
        with self.rows() as session:
            return str(
                session.scalars(
                    select(Decision.reference).where(Decision.case_id == self.case_id).order_by(Decision.id.desc())
                ).first()
            )


def first_minute(local: datetime) -> str:
    """When something happened early on a day of a story, as ``HH:MM``: a minute after midnight, and never in the future,
    whatever the hour at which the story is told.
    """
    return min("00:01", f"{local:%H:%M}")


def in_story_time(court: Court, at: datetime) -> tuple[Court, StoryClock]:
    """The same court, its procedural clock standing at ``at``; evidence desk and service follow it. The papers that prove
    service are left to the court's own worker: no act waits for them, and setting them would keep the opening waiting.
    """
    clock = StoryClock(court.clock, at)
    sweeps = {name: step for name, step in court.hooks.sweeps.items() if name != "proofs"}
    return replace(court, clock=clock, hooks=replace(court.hooks, sweeps=sweeps)), clock
