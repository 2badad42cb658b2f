"""A case before the judge: parties, facts with answers, exhibits with opinions, a phase that is over. Rows are laid
directly; acts are real.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select

from odr.docket.models import Case, Party, PartyKind, Role, Seat, Stage, Track
from odr.evidence.models import Blob, Category, Exhibit, Upload, UploadState
from odr.filing.models import Claim, Fact, FactAnswer, FactStance, Relief, ReliefKind
from odr.ground.clock import FixedClock
from odr.ground.db import new_reference
from odr.hearing.models import Attendance, Examination, Hearing, Opinion, Phase, Summons, WrittenHearing
from odr.hearing.vocabulary import Axis, HearingState, Mode, PhaseState, Presence, RequestState, Stance
from odr.identity.actors import Actor
from odr.identity.models import Account, AccountRole, AccountState
from odr.judgment.enforcement.effect import interest_left, left_of
from odr.judgment.enforcement.queries import open_enforcement
from odr.judgment.queries import current_draft, obligations_of
from odr.judgment.vocabulary import DecisionState
from odr.procedure.court import Court
from odr.procedure.models import Window, WindowState
from odr.procedure.sitting import ActReceipt
from odr.service.models import Packet
from odr.service.packet.packets import conclude_packet, record_fact
from odr.service.vocabulary import Channel, FactKind
from tests.kept import kept

NUMBER = "(2026)网0192民初123号"
PEOPLE = {
    "li": None,
    "haiyun": None,
    "judge": Role.JUDGE,
    "clerk": Role.CLERK,
    "assistant": Role.ASSISTANT,
    "president": Role.PRESIDENT,
    "stranger": None,
    "mei": None,
}


@dataclass
class Bench:
    """A court with one case, and short ways to act in it."""

    court: Court
    clock: FixedClock
    case_id: int = 0
    number: str = NUMBER

    def account(self, name: str) -> Account:
        """Somebody by her first name."""
        with self.court.database.read() as session:
            account = session.scalars(select(Account).where(Account.email == f"{name}@people.example")).one()
            session.expunge(account)
            return account

    def actor(self, who: str) -> Actor:
        """``judge``, ``clerk``, ``assistant``, ``claimant/1``, ``respondent/1``… freshly confirmed."""
        with self.court.database.read() as session:
            case = session.get_one(Case, self.case_id)
            for party in case.parties:
                if party.label == who:
                    account = session.get(Account, party.account_id) if party.account_id else None
                    return Actor(
                        party.role,
                        party.account_id,
                        account.name if account else party.name,
                        case.id,
                        party.id,
                        strong_at=self.clock.now(),
                    )
            account = self.account(who)
            return Actor(Role(who), account.id, account.name, case.id, strong_at=self.clock.now())

    def do(
        self,
        who: str,
        act: str,
        given: BaseModel | Mapping[str, Any],
        *,
        premise: str | None = None,
        actor: Actor | None = None,
    ) -> ActReceipt:
        """Perform an act as the API does: prepare, sit, perform; a docket premise is read now unless given."""
        entry = self.court.table[act]
        model = given if isinstance(given, BaseModel) else entry.input.model_validate(dict(given))
        me = actor or self.actor(who)
        with self.court.database.read() as session:
            case = session.get_one(Case, self.case_id)
            seen = (
                premise
                if premise is not None
                else self.court.look(session).premise_now(entry, case, me, model.model_dump(mode="json"))
            )
            prepared = self.court.prepare(act, case, model, me)
        with self.court.sit(prepared) as sitting:
            return sitting.perform(act, sitting.session.get_one(Case, self.case_id), model, actor=me, premise=seen)

    def case(self) -> Case:
        """The case as it stands."""
        with self.court.database.read() as session:
            case = session.get_one(Case, self.case_id)
            session.expunge_all()
            return case

    @property
    def today(self) -> str:
        """The day in the court, as a form takes it."""
        return self.clock.now().astimezone(self.court.settings.tz).date().isoformat()

    def wait(self, **time: float) -> None:
        """Let time pass, and the clock do what fell due."""
        self.clock.advance(timedelta(**time))
        with self.court.sit() as sitting:
            sitting.perform_due(sitting.session.get_one(Case, self.case_id))

    def draft_reference(self) -> str:
        """Reference of the decision being written or resting."""
        with self.court.database.read() as session:
            decision = current_draft(session, session.get_one(Case, self.case_id))
            assert decision is not None
            return decision.reference

    def serve_decision(self, who: str, at: datetime | None = None) -> None:
        """A party reads the decision that was sent to her."""
        self.serve(who, at, occasion="decision")

    def serve(self, who: str, at: datetime | None = None, occasion: str | None = None) -> None:
        """A party reads what was sent to her: the packets are concluded and come onto the docket."""
        from odr.service.room import bring_to_docket

        at = at or self.clock.now()
        with self.court.database.write() as session:
            case = session.get_one(Case, self.case_id)
            party = next(p for p in case.parties if p.label == who)
            query = select(Packet).where(Packet.party_id == party.id, Packet.docketed_as.is_(None))
            for packet in session.scalars(query if occasion is None else query.where(Packet.occasion == occasion)):
                record_fact(
                    session,
                    packet_id=packet.id,
                    kind=FactKind.ACTED,
                    at=at,
                    recorded_at=at,
                    event_id=new_reference(),
                    channel=Channel.PLATFORM,
                    account_id=party.account_id,
                )
                conclude_packet(session, packet, now=self.clock.now())
        bring_to_docket(self.court)

    @kept
    def findings(self) -> None:
        """Findings on everything the scene disputes and does not."""
        self.do("judge", "record_findings", {"adopt_undisputed": True})
        self.do(
            "judge",
            "record_findings",
            {
                "findings": [
                    {
                        "subject": "exhibit/C-2",
                        "result": "partly",
                        "reasons": "The platform keeps the same list; relied on in that point.",
                    },
                    {
                        "subject": "fact/2",
                        "result": "adopted",
                        "reasons": "The screenshot and the chat agree.",
                        "rests_on": ["C-1", "C-2"],
                    },
                ]
            },
        )

    def draft(self, **changes: Any) -> dict[str, Any]:
        """A decision that awards the price and dismisses the rest."""
        with self.court.database.read() as session:
            case = session.get_one(Case, self.case_id)
            reference = session.scalars(select(Claim.reference).where(Claim.case_id == case.id)).one()
        whole: dict[str, Any] = {
            "language": "en",
            "history": "Lodged on 3 February 2026.",
            "claims": "The price back.",
            "answers": "The goods were as described.",
            "issues": "Was the label true?",
            "reasons": [{"text": "The label was not true: see C-2 and fact 2.", "articles": "Civil Code, art. 577"}],
            "orders": [
                {
                    "kind": "pay",
                    "relief": f"{reference}/1",
                    "debtor": "respondent/1",
                    "creditor": "claimant/1",
                    "amount": "8,000.00",
                    "interest_from": "2026-01-15",
                    "interest_percent": "3.1",
                },
                {"kind": "dismiss"},
            ],
        }
        return whole | changes

    def relief(self, number: int) -> str:
        """Key of a head of the claim."""
        with self.court.database.read() as session:
            return f"{session.scalars(select(Claim.reference).where(Claim.case_id == self.case_id)).one()}/{number}"

    @kept
    def sign(self, **changes: Any) -> str:
        """Findings, draft and signature; gives the decision's reference."""
        self.findings()
        self.do("judge", "draft_decision", self.draft(**changes))
        reference = self.draft_reference()
        self.do("judge", "send_for_signing", {"decision": reference})
        return reference

    @kept
    def issue(self, **changes: Any) -> str:
        """Everything until the decision is issued; gives its reference."""
        reference = self.sign(**changes)
        self.wait(hours=26)
        self.do("judge", "issue_decision", {"decision": reference, "case_number": self.number})
        self.do("clerk", "countersign_decision", {"decision": reference})
        return reference

    @kept
    def effective(self) -> str:
        """Everything until the decision binds."""
        reference = self.issue()
        for who in ("claimant/1", "respondent/1"):
            self.serve_decision(who)
        self.wait(days=20)
        return reference

    def creditor_signs(self) -> None:
        """The clerk tells what the search came to, and who asked for the enforcement signs (CPI 517)."""
        with self.court.database.read() as session:
            case = session.get_one(Case, self.case_id)
            found = open_enforcement(session, case)
            creditor = case.party(found.party_id).label if found is not None else "claimant/1"
        told = {"on": self.today, "result": "Accounts, land and vehicles: nothing was found."}
        self.do("clerk", "tell_search_result", told)
        self.do(creditor, "answer_search_result", {"answer": "sign"})

    def ends_for_now(self) -> None:
        """The creditor signs, and the judge ends the enforcement for now."""
        self.creditor_signs()
        self.do("judge", "end_enforcement", {"state": "for_now", "reasons": "Nothing was found."})

    @kept
    def nobody_appeals(self) -> None:
        """Both sides read what was sent to them, and the time to appeal from a ruling ends unused."""
        for who in ("claimant/1", "respondent/1"):
            self.serve(who)
        self.wait(days=13)


def to_the_cent(court: Court, case_id: int) -> str:
    """What a payment of today comes to that leaves nothing of the only thing owed: what is left, with its interest."""
    with court.database.read() as session:
        look, case = court.look(session), session.get_one(Case, case_id)
        (owed,) = [o for o in obligations_of(session, case) if o.done_at is None and o.amount_minor is not None]
        left = left_of(look, owed)
        assert left is not None
        return f"{(left.minor + interest_left(look, case, owed)) / 100:.2f}"


def people(court: Court, clock: FixedClock) -> None:
    """Accounts of everybody in these tests."""
    with court.database.write() as session:
        for name, role in PEOPLE.items():
            account = Account(
                email=f"{name}@people.example",
                name=name.title(),
                state=AccountState.ACTIVE,
                created_at=clock.now(),
                identity_verified_at=clock.now() if role is None else None,
            )
            session.add(account)
            session.flush()
            if role is not None:
                session.add(AccountRole(account_id=account.id, role=role, granted_at=clock.now()))


def lay_case(
    court: Court, clock: FixedClock, *, track: Track = Track.SIMPLE, joined: bool = True, number: str = NUMBER
) -> Bench:
    """A case whose examination is over: two facts (one agreed), two exhibits (one disputed), claim for 8,000 and 2,000."""
    bench = Bench(court, clock, number=number)
    _lay(bench, track, joined)
    return bench


@kept
def _lay(bench: Bench, track: Track, joined: bool) -> None:
    court, number, now = bench.court, bench.number, bench.clock.now()
    with court.database.write() as session:
        ids = {a.email.split("@")[0]: a.id for a in session.scalars(select(Account))}
        pack = court.packs.in_force("cn", now.date())
        case = Case(
            number=number,
            pack_id="cn",
            pack_version=pack.version.isoformat(),
            stage=Stage.HEARING,
            track=track,
            cause="online_shopping",
            title="Li v Haiyun",
            filed_on=now.date(),
            lodged_at=now - timedelta(days=30),
            accepted_at=now - timedelta(days=28),
            entry_count=0,
            head_digest="0" * 64,
        )
        session.add(case)
        session.flush()
        bench.case_id = case.id
        for role, name, kind, who in (
            (Role.CLAIMANT, "Li", PartyKind.PERSON, "li"),
            (Role.RESPONDENT, "Haiyun Ltd", PartyKind.COMPANY, "haiyun"),
        ):
            appears = joined or role is Role.CLAIMANT
            session.add(
                Party(
                    case_id=case.id,
                    role=role,
                    ordinal=1,
                    name=name,
                    kind=kind,
                    account_id=ids[who] if appears else None,
                    joined_at=now if appears else None,
                    online=appears,
                    address="1 Court Road",
                )
            )
        for role in (Role.JUDGE, Role.CLERK, Role.ASSISTANT):
            seated = now - timedelta(days=28)
            session.add(Seat(case_id=case.id, account_id=ids[role.value], role=role, from_at=seated))
        session.flush()
        session.refresh(case)
        claimant, respondent = case.parties
        claim = Claim(case_id=case.id, party_id=claimant.id, amount_minor=1_000_000, currency="CNY", entry_number=1)
        session.add(claim)
        session.flush()
        for n, (what, amount) in enumerate((("the price back", 800_000), ("damages", 200_000)), 1):
            session.add(
                Relief(
                    claim_id=claim.id, number=n, kind=ReliefKind.MONEY, what=what, amount_minor=amount, currency="CNY"
                )
            )
        for n, what in enumerate(("I bought 30 bottles.", "The listing named the agent."), 1):
            session.add(Fact(case_id=case.id, party_id=claimant.id, number=n, what=what, entry_number=1))
        session.flush()
        if joined:
            for fact, stance in zip(
                session.scalars(select(Fact).where(Fact.case_id == case.id).order_by(Fact.number)),
                (FactStance.ADMITTED, FactStance.DENIED),
                strict=True,
            ):
                session.add(FactAnswer(fact_id=fact.id, party_id=respondent.id, stance=stance, entry_number=2))
        examination = Examination(
            case_id=case.id,
            mode=Mode.ASYNCHRONOUS,
            plan={},
            opened_at=now - timedelta(days=20),
            opened_by=3,
            closed_at=now - timedelta(days=1),
            closed_by=4,
        )
        session.add(examination)
        session.flush()
        phase = Phase(
            case_id=case.id,
            examination_id=examination.id,
            ordinal=1,
            key="cross_examination",
            title={"en": "Cross-examination", "zh-Hans": "质证"},
            article="CPI 103",
            turns=[],
            state=PhaseState.CLOSED,
            opened_at=now - timedelta(days=20),
            closed_at=now - timedelta(days=5),
            closed_because="acted",
        )
        session.add(phase)
        session.flush()
        for n in (1, 2):
            lay_exhibit(session, case, claimant, n, now - timedelta(days=25))
        session.flush()
        if joined:
            lay_hearing(session, case, examination, now - timedelta(days=2))
            for exhibit in session.scalars(select(Exhibit).where(Exhibit.case_id == case.id)):
                for axis in Axis:
                    disputed = exhibit.label == "C-2" and axis is Axis.AUTHENTICITY
                    session.add(
                        Opinion(
                            case_id=case.id,
                            exhibit_id=exhibit.id,
                            party_id=respondent.id,
                            axis=axis,
                            stance=Stance.DISPUTE if disputed else Stance.ACCEPT,
                            reason="no address bar" if disputed else None,
                            phase_id=phase.id,
                            entry_number=3,
                            at=now - timedelta(days=8),
                        )
                    )
            session.add(
                Window(
                    case_id=case.id,
                    party_id=respondent.id,
                    kind="answer",
                    state=WindowState.MET,
                    opened_at=now,
                    due_at=now,
                    working={"key": "answer"},
                    opened_by=1,
                )
            )


def held_at(case_id: int, at: datetime, ordinal: int = 1) -> Hearing:
    """A hearing in the courtroom that was held and recorded, without its people and its steps."""
    return Hearing(
        case_id=case_id,
        ordinal=ordinal,
        mode=Mode.OFFLINE,
        begins_at=at,
        place="Courtroom 2",
        state=HearingState.HELD,
        summoned_by=3,
        begun_at=at,
        ended_at=at + timedelta(hours=1),
        minutes="Everybody was there.",
        recorded_by=3,
    )


def whole_hearing(case: Case, at: datetime, ordinal: int = 1) -> Hearing:
    """The same with every step, to which everybody was called and came."""
    hearing = held_at(case.id, at, ordinal)
    hearing.stages = ["investigation", "debate", "final"]
    hearing.summonses = [Summons(party_id=party.id, sent_by=3) for party in case.parties]
    hearing.attendances = [
        Attendance(party_id=party.id, role=party.role, name=party.name, presence=Presence.COURTROOM)
        for party in case.parties
    ]
    return hearing


def lay_hearing(session: Any, case: Case, examination: Examination, at: datetime) -> None:
    """What a judgment rests on: in ordinary procedure a hearing that was held, else one in writing that was allowed."""
    everybody = [party.id for party in case.parties]
    if case.track is Track.ORDINARY:
        session.add(whole_hearing(case, at))
        return
    session.add(
        WrittenHearing(
            case_id=case.id,
            party_id=everybody[0],
            difficulty="Works shifts.",
            agreed=everybody,
            refused=[],
            state=RequestState.GRANTED,
            found_difficult="Their hours do not meet.",
            found_undisputed="What is denied is law.",
            entry_number=3,
            decided_by=3,
        )
    )
    session.add(
        Phase(
            case_id=case.id,
            examination_id=examination.id,
            ordinal=2,
            key="final",
            title={"en": "Final statements", "zh-Hans": "最后陈述"},
            article="CPL 144",
            turns=[],
            part="hearing",
            state=PhaseState.CLOSED,
            opened_at=at,
            closed_at=at,
        )
    )


def lay_exhibit(session: Any, case: Case, party: Party, number: int, at: datetime) -> Exhibit:
    """An exhibit with a file of its own."""
    blob = Blob(sha256=f"{number}" * 64, size=3, media_type="image/png", content=b"abc", created_at=at)
    session.add(blob)
    session.flush()
    upload = Upload(
        account_id=party.account_id or 0,
        filename=f"{number}.png",
        size=3,
        offset=3,
        sha256=f"{number}" * 64,
        media_type="image/png",
        state=UploadState.ANCHORED,
        created_at=at,
        expires_at=at,
        completed_at=at,
        receipt=new_reference(),
        blob_id=blob.id,
    )
    session.add(upload)
    session.flush()
    exhibit = Exhibit(
        case_id=case.id,
        party_id=party.id,
        label=f"{party.letter}-{number}",
        number=number,
        title=f"Screenshot {number}",
        category=Category.WEB,
        proves="the listing",
        source="my phone",
        upload_id=upload.id,
        entry_number=1,
        submitted_at=at,
    )
    session.add(exhibit)
    session.flush()
    return exhibit


__all__ = ["NUMBER", "Bench", "DecisionState", "lay_case", "lay_exhibit", "people"]


def lay_mei(session: Any, bench: Bench, role: Role, ordinal: int = 1) -> Party:
    """Mei, who has an account, as one more party of the case."""
    mei = Party(
        case_id=bench.case_id,
        role=role,
        ordinal=ordinal,
        name="Mei",
        kind=PartyKind.PERSON,
        account_id=bench.account("mei").id,
        joined_at=bench.clock.now(),
        online=True,
        address="2 Court Road",
    )
    session.add(mei)
    session.flush()
    return mei
