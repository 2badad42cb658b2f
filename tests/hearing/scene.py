"""A court with people, and a case walked to its examination."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from odr import wiring
from odr.app import create_court
from odr.docket.models import Audience, Case, DocketEntry, Party, PartyKind, Role, Seat, Stage, Track
from odr.docket.visibility import reads_entry
from odr.evidence.models import Blob, Category, Exhibit, ExhibitState, Upload, UploadState
from odr.filing.inputs import ClaimInput
from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.ground.db import Database
from odr.hearing.models import Examination, ModeConsent, Question, TimeRequest
from odr.hearing.vocabulary import Mode
from odr.identity.actors import Actor, actors_in
from odr.identity.models import Account, AccountRole, AccountState
from odr.notary.notary import Notary
from odr.notary.seal.seal import Sealer
from odr.notary.vault import FileVault, Vault
from odr.procedure.acts.table import TABLE
from odr.procedure.court import Court, Ports
from odr.procedure.hooks import Hooks
from odr.procedure.models import WindowState
from odr.procedure.rules.registry import PackRegistry
from odr.procedure.sitting import ActReceipt, Sitting
from tests.faces import faces
from tests.kept import Shelf, kept
from tests.scene import take_places

LI, HAIYUN, BAIHUA, CHEN, WANG, DING = "Li Wen", "Haiyun", "Baihua Market", "Judge Chen", "Clerk Wang", "Ding"
DENG = "President Deng"
ORIGIN = "http://court.test"
CLAIM = ClaimInput.model_validate(
    {
        "matter": {"cause": "online_shopping_contract"},
        "respondents": [{"name": HAIYUN, "kind": "company"}],
        "facts": [{"what": "I bought capsules."}],
        "relief": [{"kind": "money", "what": "price", "amount": "8,000"}],
        "claimant": {"name": LI, "email": "li@x.example", "e_service": True, "in_writing": True},
    }
)


@dataclass
class Scene:
    """One case of one court, and short ways of acting in it."""

    court: Court
    clock: FixedClock
    case_id: int = 0
    accounts: dict[str, int] = field(default_factory=dict)
    parties: dict[str, int] = field(default_factory=dict)
    strong: bool = True
    refs: dict[tuple[str, int], str] = field(default_factory=dict)

    @contextmanager
    def sit(self) -> Iterator[tuple[Sitting, Case]]:
        """A Sitting on the case."""
        with self.court.sit() as sitting:
            yield sitting, sitting.session.get_one(Case, self.case_id)

    @contextmanager
    def look(self) -> Iterator[tuple[Sitting, Case]]:
        """A look at the case."""
        with self.court.database.read() as session:
            yield self.court.look(session), session.get_one(Case, self.case_id)

    def actor(self, sitting: Sitting, name: str) -> Actor:
        """Somebody in her capacity in the case, identity just confirmed."""
        case = sitting.session.get_one(Case, self.case_id)
        account = sitting.session.get_one(Account, self.accounts[name])
        return actors_in(
            sitting.session, account, case, sitting.now, self.clock.machine_now() if self.strong else None
        )[0]

    def act(self, who: str, act: str, /, premise: str | None = None, **given: Any) -> ActReceipt:
        """Somebody performs an act."""
        model = self.court.table[act].input.model_validate(given)
        with self.look() as (court, case):
            prepared = self.court.prepare(act, case, model, self.actor(court, who))
        with self.court.sit(prepared) as sitting:
            case = sitting.session.get_one(Case, self.case_id)
            receipt = sitting.perform(act, case, model, actor=self.actor(sitting, who), premise=premise)
        take_places(self.court)
        return receipt

    def registers(self, name: str) -> None:
        """Somebody more has an account, with their identity verified."""
        with self.court.sit() as sitting:
            account = Account(
                email=f"{name}@x.example".lower(),
                name=name,
                state=AccountState.ACTIVE,
                created_at=sitting.now,
                identity_verified_at=sitting.now,
            )
            sitting.session.add(account)
            sitting.session.flush()
            self.accounts[name] = account.id

    def due(self) -> int:
        """The clock does what is due."""
        with self.sit() as (sitting, case):
            return sitting.perform_due(case)

    def days(self, days: float) -> None:
        """Time goes by."""
        self.clock.advance(timedelta(days=days))

    @kept
    def exhibits(self, each: int) -> None:
        """So many exhibits of either side."""
        for owner in (LI, HAIYUN):
            for number in range(1, each + 1):
                self.refs[owner, number] = self.exhibit(owner, number)

    def exhibit(self, owner: str, number: int) -> str:
        """Put an exhibit of a party before the court; gives its reference."""
        with self.sit() as (sitting, case):
            party = case.party(self.parties[owner])
            upload = put_upload(sitting, self.accounts[owner], f"{owner}{number}")
            exhibit = Exhibit(
                case_id=case.id,
                party_id=party.id,
                label=f"{party.letter}-{number}",
                number=number,
                title=f"Paper {number}",
                category=Category.FILES,
                proves="a fact",
                source="phone",
                provenance={},
                facts=[],
                state=ExhibitState.SUBMITTED,
                upload_id=upload.id,
                entry_number=case.entry_count,
                submitted_at=sitting.now,
            )
            sitting.session.add(exhibit)
            sitting.session.flush()
            return exhibit.reference

    def entries(self) -> list[str]:
        """Names of the acts of the case in order."""
        with self.look() as (court, case):
            return list(
                court.session.scalars(
                    select(DocketEntry.act).where(DocketEntry.case_id == case.id).order_by(DocketEntry.number)
                )
            )

    def examination(self, sitting: Sitting) -> Examination:
        """The examination of the case."""
        return sitting.session.scalars(select(Examination).where(Examination.case_id == self.case_id)).one()

    def current(self) -> str | None:
        """Key of the phase that runs."""
        with self.look() as (court, _):
            phase = self.examination(court).current
            return phase.key if phase else None

    def stage(self) -> Stage:
        """Stage of the case."""
        with self.look() as (_, case):
            return case.stage

    def party(self, name: str) -> str:
        """Reference of a party."""
        with self.look() as (_, case):
            return case.party(self.parties[name]).reference

    def docket(self, sitting: Sitting) -> list[DocketEntry]:
        """Entries in order."""
        return list(
            sitting.session.scalars(
                select(DocketEntry).where(DocketEntry.case_id == self.case_id).order_by(DocketEntry.number)
            )
        )

    def payload(self, number: int) -> dict[str, Any]:
        """What an entry says."""
        with self.look() as (court, _):
            found: dict[str, Any] = json.loads(self.docket(court)[number - 1].payload)
            return found

    def audience(self, number: int) -> Audience:
        """For whom an entry was made."""
        with self.look() as (court, _):
            return self.docket(court)[number - 1].audience

    def viewer(self, sitting: Sitting, name: str) -> Actor:
        """Somebody who looks."""
        case = sitting.session.get_one(Case, self.case_id)
        return actors_in(sitting.session, sitting.session.get_one(Account, self.accounts[name]), case, sitting.now)[0]

    def reads(self, name: str, number: int) -> bool:
        """Whether somebody may read an entry's content now."""
        with self.look() as (court, _):
            return reads_entry(self.viewer(court, name), self.docket(court)[number - 1])

    def windows(self) -> list[datetime]:
        """Ends of the windows that run."""
        with self.look() as (court, case):
            return [w.due_at for w in court.windows(case, "examination") if w.due_at is not None]

    def due_of(self, name: str) -> datetime:
        """When a party's running window ends."""
        with self.look() as (court, case):
            found = [w.due_at for w in court.windows(case, "examination") if w.party_id == self.parties[name]]
            assert found[-1] is not None
            return found[-1]

    def request(self) -> str:
        """The newest request for time."""
        with self.look() as (court, case):
            return (
                court.session.scalars(
                    select(TimeRequest.reference).where(TimeRequest.case_id == case.id).order_by(TimeRequest.id.desc())
                ).first()
                or ""
            )

    def question(self, number: int) -> Question:
        """A question by its number, detached."""
        with self.look() as (court, case):
            return court.session.scalars(
                select(Question).where(Question.case_id == case.id, Question.number == number)
            ).one()


def put_upload(sitting: Sitting, account_id: int, name: str) -> Upload:
    """A file that the court already holds."""
    blob = Blob(sha256="ab" * 32, size=3, media_type="text/plain", content=b"abc", created_at=sitting.now)
    sitting.session.add(blob)
    sitting.session.flush()
    receipt = sitting.court.notary.record(sitting.session, {"sha256": "ab" * 32, "name": name}, now=sitting.now)
    upload = Upload(
        account_id=account_id,
        filename=f"{name}.txt",
        size=3,
        offset=3,
        sha256="ab" * 32,
        media_type="text/plain",
        state=UploadState.ANCHORED,
        created_at=sitting.now,
        completed_at=sitting.now,
        expires_at=sitting.now,
        blob_id=blob.id,
        receipt=receipt.reference,
    )
    sitting.session.add(upload)
    sitting.session.flush()
    return upload


def whole_court(database: Database, clock: FixedClock, folder: Path, shelf: Shelf | None = None) -> Court:
    """The court as the program wires it; with a ``shelf``, stories told in it are kept."""
    settings = Settings(mode="test", data_dir=folder, argon2_cheap=True, base_url=ORIGIN)

    def make() -> Court:
        return create_court(settings, clock, database)

    return make() if shelf is None else shelf.open(("whole hearing",), database, folder, make, lambda court: None)[0]


def open_court(database: Database, clock: FixedClock, folder: Path, vault: Vault | None = None) -> Court:
    """A court with the rooms up to the hearing: what the acts of this room need."""
    notary = Notary(
        database,
        vault=vault or FileVault(folder / "vault"),
        origin="court.example/log",
        clock=clock,
        log_dir=folder / "log",
    )
    notary.establish()
    ports = Ports(typesetter=faces(), sealer=Sealer.of(notary))
    court = Court(
        Settings(mode="test", data_dir=folder), database, clock, notary, PackRegistry.load(), TABLE, Hooks(), ports
    )  # type: ignore[arg-type]
    for name in ("procedure", "filing", "evidence", "hearing"):
        room = importlib.import_module(f"odr.{name}.room").ROOM
        wiring.declarations(name)
        room.join(court.hooks)
    return court


def accepted_case(
    court: Court,
    clock: FixedClock,
    *,
    track: Track = Track.SMALL,
    third: bool = False,
    joined: bool = True,
    agree: bool = True,
) -> Scene:
    """A case that was accepted, its parties online, everybody agreed to writing."""
    scene = Scene(court, clock)
    _accept(scene, track, third, joined, agree)
    return scene


@kept
def _accept(scene: Scene, track: Track, third: bool, joined: bool, agree: bool) -> None:
    with scene.court.sit() as sitting:
        for name, role in (
            (LI, None),
            (HAIYUN, None),
            (BAIHUA, None),
            (DING, None),
            (CHEN, Role.JUDGE),
            (WANG, Role.CLERK),
            (DENG, Role.PRESIDENT),
        ):
            account = Account(
                email=f"{name.replace(' ', '.')}@x.example".lower(),
                name=name,
                state=AccountState.ACTIVE,
                created_at=sitting.now,
                identity_verified_at=sitting.now if role is None else None,
            )
            sitting.session.add(account)
            sitting.session.flush()
            scene.accounts[name] = account.id
            if role is not None:
                sitting.session.add(AccountRole(account_id=account.id, role=role, granted_at=sitting.now))
        scene.case_id = put_case(sitting, scene, track, third, joined, agree)


def put_case(
    sitting: Sitting, scene: Scene, track: Track, third: bool, joined: bool, agree: bool, number: int = 1
) -> int:
    """A case of some people, its claim answered; gives its id."""
    today = sitting.now.astimezone(sitting.court.settings.tz).date()
    pack = sitting.court.packs.for_case("cn", today)
    case = Case(
        pack_id="cn",
        pack_version=pack.version.isoformat(),
        stage=Stage.PENDING,
        track=track,
        cause="online_shopping_contract",
        title=f"{LI} v {HAIYUN}",
        number=f"({today.year}) {number}",
        filed_on=today,
        lodged_at=sitting.now,
        accepted_at=sitting.now,
        entry_count=0,
        head_digest="0" * 64,
    )
    sitting.session.add(case)
    sitting.session.flush()
    people = [(Role.CLAIMANT, LI, True), (Role.RESPONDENT, HAIYUN, joined)] + (
        [(Role.THIRD_PARTY, BAIHUA, True)] if third else []
    )
    for role, name, online in people:
        party = Party(
            case_id=case.id,
            role=role,
            ordinal=1,
            name=name,
            kind=PartyKind.PERSON,
            account_id=scene.accounts[name] if online else None,
            online=online,
            details={},
        )
        sitting.session.add(party)
        sitting.session.flush()
        scene.parties[name] = party.id
        if role is Role.RESPONDENT:
            answer = sitting.start_window(case, "answer", party=party, start=sitting.now)
            answer.state, answer.closed_by = WindowState.ENDED, 1
        if online:
            sitting.session.add(
                ModeConsent(
                    case_id=case.id,
                    party_id=party.id,
                    mode=Mode.ASYNCHRONOUS,
                    agrees=agree,
                    entry_number=1,
                    at=sitting.now,
                )
            )
    for role, name in ((Role.JUDGE, CHEN), (Role.CLERK, WANG)):
        sitting.session.add(Seat(case_id=case.id, account_id=scene.accounts[name], role=role, from_at=sitting.now))
    sitting.session.flush()
    sitting.session.refresh(case, ["parties"])
    return case.id


def agreed_to_writing(scene: Scene, *names: str) -> None:
    """The first of them applies for a hearing in writing, the others agree (OLR 20)."""
    scene.act(names[0], "apply_for_written_hearing", difficulty="We work in shifts that do not meet.")
    for name in names[1:]:
        scene.act(name, "answer_written_hearing", agrees="yes")


def allow_writing(scene: Scene) -> None:
    """The judge allows the hearing in writing that everybody agreed to, once the exchange is over."""
    scene.act(
        CHEN,
        "rule_on_written_hearing",
        answer="allow",
        difficulty="Their hours do not meet.",
        undisputed="What is disputed is how the law reads, and no main fact.",
        reasons="Every condition is met.",
    )


def opinion(
    exhibit: str,
    *,
    authenticity: str = "accept",
    legality: str = "accept",
    relevance: str = "accept",
    reason: str | None = None,
) -> dict[str, Any]:
    """Fields of an opinion."""
    return {
        "exhibit": exhibit,
        "authenticity": authenticity,
        "legality": legality,
        "relevance": relevance,
        "reason": reason,
    }


def at(text: str) -> datetime:
    """An instant in Shanghai."""
    from zoneinfo import ZoneInfo

    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
