"""A whole small court for a test, and ways to bring a case to any point of its story."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import or_, select
from sqlalchemy.orm import undefer

from odr.app import create_court
from odr.docket.models import Case, Document, Role, Stage
from odr.evidence.models import Upload
from odr.evidence.store.ports import desk_of
from odr.filing.draft import drafts
from odr.filing.inputs import ClaimInput, JoinInput
from odr.filing.parties.joining_by_code import join
from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.ground.db import Database
from odr.hearing.courtroom import seat_offers
from odr.hearing.models import Examination, Hearing, SeatOffer
from odr.hearing.vocabulary import HearingState
from odr.identity import mandates
from odr.identity.actors import CLOCK_ACTOR, Actor, actors_in
from odr.identity.models import Account, AccountRole, AccountState, Mandate
from odr.identity.sign_in.passwords import Passwords
from odr.operations import worker
from odr.payments.fee.fee_computation import Matter
from odr.payments.inputs import PaymentInput
from odr.payments.models import AssessmentState, Channel, FactKind, FeeAssessment, StripeFact
from odr.procedure.court import Court
from odr.procedure.sitting import ActReceipt
from odr.service.models import Packet
from tests.kept import Shelf, kept


def take_places(court: Court) -> None:
    """Everybody accepts the places in cases that are offered to them."""
    with court.database.read() as session:
        offers = session.scalars(select(SeatOffer).where(SeatOffer.ended_at.is_(None))).all()
    for one in offers:
        with court.database.write() as session:
            seat_offers.accept(court, session, one.reference, one.account_id, court.clock.now())


PASSWORD = "quite a long password"
PAPERS = select(Document).options(undefer(Document.content))
"""Papers of the court with their bytes, to be looked at when the session is over."""
PEOPLE: dict[str, Role | None] = {
    "li": None,
    "haiyun": None,
    "stranger": None,
    "clerk": Role.CLERK,
    "judge": Role.JUDGE,
    "president": Role.PRESIDENT,
    "cashier": Role.CASHIER,
    "mediator": Role.MEDIATOR,
    "admin": Role.ADMIN,
}


def claim(**changes: Any) -> ClaimInput:
    """Li's small claim against Haiyun over capsules bought online."""
    values: dict[str, Any] = {
        "matter": {
            "cause": "online_shopping",
            "platform": "Baihua Market",
            "shop": "Haiyun",
            "order_number": "BH-2025-1106-8842",
        },
        "respondents": [
            {
                "name": "Haiyun Information Technology Co., Ltd.",
                "kind": "company",
                "email": "post@haiyun.example",
                "address": "8 Harbour Road",
            }
        ],
        "facts": [
            {"what": "I bought 30 bottles of capsules.", "happened_on": "2025-11-06"},
            {"what": "The label names an additive that is not allowed."},
        ],
        "relief": [{"kind": "money", "what": "The price back", "amount": "8,000.00"}],
        "particulars": {
            "goods": "Capsules, 30 bottles",
            "ordered_on": "2025-11-06",
            "price": "8,000.00",
            "problem": "Not as described",
        },
        "claimant": {
            "name": "Li Wen",
            "email": "li@parties.example",
            "e_service": True,
            "in_writing": True,
            "address": "1 Lake Road",
        },
    }
    return ClaimInput.model_validate({**values, **changes})


def claim_in_chinese() -> ClaimInput:
    """The same claim as Li writes it in Chinese: the case is then held in Chinese."""
    told = claim()
    return claim(
        facts=[
            {"what": "我在被告的网店购买了三十瓶胶囊，货款已经付清。", "happened_on": "2025-11-06"},
            {"what": "商品标签载明的添加剂不允许用于此类食品，我要求退货时被告没有答复。"},
        ],
        relief=[{"kind": "money", "what": "判令被告退还货款", "amount": "8,000.00"}],
        particulars={**(told.particulars or {}), "goods": "维生素胶囊三十瓶"},
    )


@dataclass
class Scene:
    """A court with its people, a clock that stands still, and one case to walk."""

    by_acts_alone: ClassVar[bool] = True
    """Nothing is laid beside the acts in a story that is kept."""
    court: Court
    clock: FixedClock
    people: dict[str, int] = field(default_factory=dict)
    case_id: int = 0

    # -- people and time ----------------------------------------------

    def account(self, name: str) -> Account:
        """The account of somebody in the scene."""
        with self.court.database.read() as session:
            return session.get_one(Account, self.people[name])

    def actor(self, name: str, case_id: int | None = None) -> Actor:
        """In what capacity somebody acts in the case, freshly proven."""
        with self.court.database.read() as session:
            case = session.get_one(Case, case_id or self.case_id)
            account = session.get_one(Account, self.people[name])
            found = actors_in(session, account, case, self.clock.now(), self.clock.machine_now())
            if not found:
                raise LookupError(f"{name} is not in the case")
            return found[0]

    def later(self, *, proofs: bool = False, **by: float) -> None:
        """Move the clock and let the worker do what falls due."""
        self.clock.advance(timedelta(**by))
        self.work(proofs=proofs)

    @kept
    def work(self, *, proofs: bool = False) -> dict[str, int]:
        """One round of the worker; every step must succeed.

        Setting and sealing the papers that prove service would take a quarter of the processor's time of all
        tests, and no act waits for them: they are made where a test asks for ``proofs``, and wait otherwise.
        """
        done: dict[str, int] = {}
        self.court.notary.sequence()
        for name, step in {"windows": worker.sweep_windows, **self.court.hooks.sweeps}.items():
            if proofs or name != "proofs":
                done[name] = step(self.court)
        self.court.notary.sequence()
        return done

    # -- acts -----------------------------------------------------------

    def do(
        self,
        name: str,
        who: str,
        given: Any = None,
        *,
        key: str | None = None,
        premise: str | None = None,
        **values: Any,
    ) -> ActReceipt:
        """Perform an act of the table in the case."""
        act = self.court.table[name]
        model = given if given is not None else act.input.model_validate(values)
        actor = self.actor(who)
        with self.court.sit(self.court.prepare(name, self.case(), model, actor)) as sitting:
            receipt = sitting.perform(
                name, sitting.session.get_one(Case, self.case_id), model, actor=actor, key=key, premise=premise
            )
        take_places(self.court)
        return receipt

    def represent(self, party: str, by: str, **powers: Any) -> ActReceipt:
        """A party appoints somebody, who accepts."""
        receipt = self.do("appoint_representative", party, email=f"{by}@court.example", **powers)
        self.agree(by)
        return receipt

    def agree(self, who: str) -> None:
        """Somebody accepts the mandates that wait for her in the case."""
        with self.court.database.write() as session:
            person = session.get_one(Account, self.people[who])
            theirs = or_(Mandate.account_id == person.id, Mandate.address == person.email)
            waiting = select(Mandate).where(Mandate.case_id == self.case_id, theirs, Mandate.accepted_at.is_(None))
            for mandate in session.scalars(waiting.where(Mandate.revoked_at.is_(None))).all():
                mandates.accept(session, mandate, person.id, self.clock.now(), most=2)

    def case(self) -> Case:
        """The case as it stands."""
        with self.court.database.read() as session:
            return session.get_one(Case, self.case_id)

    def premise(self, name: str, who: str, **values: Any) -> str:
        """What a page would carry for an act."""
        with self.court.database.read() as session:
            look = self.court.look(session)
            return look.premise_now(
                self.court.table[name], session.get_one(Case, self.case_id), self.actor(who), values
            )

    # -- the story ------------------------------------------------------

    def upload(self, who: str, content: bytes, filename: str = "order.txt", kind: str = "text/plain") -> Upload:
        """A file sent, whole and anchored."""
        kept = desk_of(self.court).receive(self.people[who], filename, kind, BytesIO(content))
        assert kept is not None and kept.sha256 == hashlib.sha256(content).hexdigest()
        self.court.notary.sequence()
        return kept

    @kept
    def lodge(self, given: ClaimInput | None = None, who: str = "li") -> ActReceipt:
        """The claim is lodged; the scene now walks this case."""
        receipt = drafts.lodge(self.court, self.account(who), given or claim(), key=None)
        with self.court.database.read() as session:
            self.case_id = session.scalars(select(Case.id).where(Case.reference == receipt.case_reference)).one()
        return receipt

    @kept
    def accept(self, track: str = "small_claims") -> ActReceipt:
        """The clerk accepts."""
        return self.do("accept_claim", "clerk", track=track)

    def refuse(self, reasons: str = "This belongs before another court.", article: str = "CPL 122") -> ActReceipt:
        """The registry proposes to refuse the claim, and the judge does."""
        self.do("propose_refusal", "clerk", reasons=reasons, article=article)
        return self.do("refuse_claim", "judge", reasons=reasons, article=article)

    def code(self) -> str:
        """The code of the invitation to the respondent."""
        with self.court.database.read() as session:
            return session.scalars(
                select(Packet.code)
                .where(Packet.case_id == self.case_id, Packet.first_contact.is_(True))
                .order_by(Packet.id)
            ).all()[0]

    @kept
    def join(self, who: str = "haiyun") -> ActReceipt:
        """The respondent joins by the code of the letter, and agrees to everything."""
        given = JoinInput(
            name="Haiyun Information Technology Co., Ltd.",
            email="legal@haiyun.example",
            e_service=True,
            in_writing=True,
        )
        return join(self.court, self.people[who], self.code(), given)

    @kept
    def pay(self, *matters: Matter) -> int:
        """Every fee that is due, or those of these matters, comes in by card; how many."""
        with self.court.database.read() as session:
            asked = (FeeAssessment.case_id == self.case_id, FeeAssessment.state == AssessmentState.DUE)
            fees = session.scalars(select(FeeAssessment).where(*asked))
            due = [(fee.reference, fee.amount) for fee in fees if not matters or fee.matter in matters]
        for reference, amount in due:
            told = {"stripe_id": f"pi_{reference}", "intent": f"pi_{reference}", "ours": reference, "rank": 2}
            now = self.clock.now()
            with self.court.database.write() as session:
                money = {"amount_minor": amount.minor, "currency": amount.currency}
                session.add(StripeFact(kind=FactKind.INTENT, at=now, **money, **told))
            source = f"stripe/pi_{reference}"
            given = PaymentInput(
                assessment=reference, channel=Channel.CARD, amount=amount, source=source, received_at=now
            )
            with self.court.sit() as sitting:
                case = sitting.session.get_one(Case, self.case_id)
                sitting.perform("record_payment", case, given, actor=CLOCK_ACTOR)
        return len(due)

    def hear(self, *absent: str) -> None:
        """A hearing in the courtroom: summoned, held with all its stages, recorded and closed; then the record lies for
        signing until its time is over. ``absent`` are labels of parties who stay away.
        """
        if self.case().stage is Stage.PENDING:
            self.do("open_examination", "judge", mode="offline")
        day = (self.clock.now() + timedelta(days=14)).date()
        self.do("summon", "clerk", mode="offline", on=day.isoformat(), at="09:30", place="Courtroom 3")
        self.later(days=14, hours=9)
        with self.court.database.read() as session:
            case = session.get_one(Case, self.case_id)
            (fixed,) = session.scalars(
                select(Hearing.reference).where(Hearing.case_id == case.id, Hearing.state == HearingState.SUMMONED)
            )
            there = [
                {"who": p.reference, "presence": "absent"}
                if p.label in absent
                else {"who": p.reference, "presence": "courtroom", "identity": "document"}
                for p in case.parties
                if p.left_at is None
            ]
        self.do(
            "record_hearing",
            "clerk",
            hearing=fixed,
            begun="09:32",
            ended="11:05",
            attendance=there,
            debated="yes",
            last_words="yes",
            minutes="Everybody who came was heard.",
        )
        self.do("close_hearing", "judge", reasons="Everything was heard.")
        for _ in range(20):
            if self.case().stage is Stage.DELIBERATION:
                return
            self.later(days=1)
        raise AssertionError("the record is still open")

    @kept
    def pend(self) -> None:
        """A small claim is lodged, accepted and served; the respondent is there, and what her joining brought is sent
        too.
        """
        self.lodge()
        self.accept()
        self.work()
        self.join()
        self.work()


def exchange_is_over(scene: Scene) -> bool:
    """Whether the exchange in writing is over and what follows is the hearing."""
    with scene.court.database.read() as session:
        opened = session.scalars(select(Examination).where(Examination.case_id == scene.case_id)).one()
        return opened.exchanged_at is not None


def open_court(
    database: Database, clock: FixedClock, folder: Path, shelf: Shelf | None = None, **settings: Any
) -> Scene:
    """A court on ``database`` with everybody of :data:`PEOPLE`, keys and files in ``folder``.

    Where there is a ``shelf``, the court, opened once, and the stories told in it are copied from there.
    """
    chosen = Settings(mode="test", data_dir=folder, database_url=database.url, argon2_cheap=True, **settings)

    def make() -> Court:
        return create_court(chosen, clock, database)

    if shelf is None:
        court = make()
        return Scene(court, clock, _let_in_everybody(court))
    beginning = ("scene", clock.now(), repr(sorted(settings.items())))
    court, people = shelf.open(beginning, database, folder, make, _let_in_everybody)
    return Scene(court, clock, people)


def _let_in_everybody(court: Court) -> dict[str, int]:
    """Accounts of all people, by name."""
    hashed, now = Passwords(cheap=True).hash(PASSWORD), court.clock.now()
    found: dict[str, int] = {}
    with court.database.write() as session:
        for name, role in PEOPLE.items():
            account = Account(
                email=f"{name}@court.example",
                name=name.title(),
                password_hash=hashed,
                state=AccountState.ACTIVE,
                created_at=now,
                confirmed_at=now,
                identity_verified_at=now if role is None else None,
            )
            session.add(account)
            session.flush()
            if role is not None:
                session.add(AccountRole(account_id=account.id, role=role, granted_at=now))
            found[name] = account.id
    return found
