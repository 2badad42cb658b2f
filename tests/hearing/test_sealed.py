"""What is said under a seal: who sees what of it in every phase, and what the database, the vault and the docket hold."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given, strategies as st
from sqlalchemy import MetaData, select, text

from odr.app import create_app
from odr.docket.models import DocketEntry, Role, Seat, Track
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import InvalidInput
from odr.hearing.models import Seal, SealedPosting, Witness
from odr.hearing.queries import opinions_of, postings_of
from odr.hearing.sealed.opening_seals import open_waiting
from odr.hearing.sealed.words import BLOCK, SealNotReached, commitment, pad, unpad
from odr.identity.models import Account, AccountRole, AccountState
from odr.notary.vault import FileVault, VaultRefused
from odr.notary.vault_server import SocketVault, VaultServer
from odr.procedure.audit.docket_audit import audit
from odr.procedure.models import ActKey, Task
from tests.hearing.scene import (
    BAIHUA,
    CHEN,
    DING,
    HAIYUN,
    LI,
    WANG,
    Scene,
    accepted_case,
    agreed_to_writing,
    allow_writing,
    open_court,
    opinion,
    whole_court,
)
from tests.hearing.test_full_plan import say_all, to_exhibits
from tests.hearing.test_pages import Browser
from tests.kept import Shelf, kept
from tests.patience import PATIENCE

SECRET, OTHER = "An anti-caking agent of the second kind.", "无此添加剂，标签如实。"
SEATED = {
    Role.ASSESSOR: "Bo",
    Role.ASSISTANT: "Cai",
    Role.PRESIDENT: "Deng",
    Role.MEDIATOR: "Fu",
    Role.EXPERT: "Gao",
    Role.INTERPRETER: "Hua",
}
PEOPLE = {
    **dict.fromkeys((LI, HAIYUN, BAIHUA, CHEN, WANG, "Bo", "Cai", "Deng"), True),
    **dict.fromkeys((DING, "Fu", "Gao", "Hua"), False),
}
"""Who is in the case, and whether she reads the hearing's record once it is open."""
SPEAKS = ("/examination?all=1", "/docket")
PAGES = (
    *SPEAKS,
    "/examination/record",
    "/examination/time",
    "/examination/opinions",
    "",
    "/bench",
    "/exhibits",
    "/decision",
)


@pytest.fixture
def everybody(sqlite_url: str, clock: FixedClock, tmp_path: Path, shelf: Shelf) -> Iterator[tuple[Scene, Flask]]:
    """The whole court, a case on the full plan with a third party, and every role seated in it."""
    database = Database(sqlite_url, synchronous="OFF")
    scene = accepted_case(
        whole_court(database, clock, tmp_path / "court", shelf), clock, track=Track.SIMPLE, third=True
    )
    seat_everybody(scene)
    scene.exhibits(2)
    yield scene, create_app(court=scene.court)
    database.dispose()


@kept
def seat_everybody(scene: Scene) -> None:
    """All roles that :data:`SEATED` names."""
    now = scene.clock.now()
    with scene.court.database.write() as session:
        for role, name in SEATED.items():
            account = Account(email=f"{name}@x.example".lower(), name=name, state=AccountState.ACTIVE, created_at=now)
            session.add(account)
            session.flush()
            scene.accounts[name] = account.id
            session.add(AccountRole(account_id=account.id, role=role, granted_at=now))
            session.add(Seat(case_id=scene.case_id, account_id=account.id, role=role, from_at=now))


def seat_witness(scene: Scene) -> None:
    """Ding is admitted as a witness."""
    scene.act(
        LI,
        "ask_leave_for_witness",
        name=DING,
        email="ding@x.example",
        about="Saw the delivery.",
        manner="written",
        ground="distance",
    )
    with scene.look() as (court, _):
        ref = court.session.scalars(select(Witness.reference)).one()
    scene.act(CHEN, "rule_on_witness", witness=ref, answer="allow", reasons="She lives far away.")


def seen(scene: Scene, app: Flask, name: str, pages: tuple[str, ...] = PAGES) -> str:
    """Everything a person can get of the case: pages, every entry with its content, the program's answer."""
    browser = Browser(app, scene, name)
    with scene.look() as (_, case):
        count, reference = case.entry_count, case.reference
    paths = [browser.base + page for page in pages]
    paths += [f"{browser.base}/docket/{n}{part}" for n in range(count - 2, count + 1) for part in ("", "/entry.json")]
    paths.append(f"/api/v1/cases/{reference}")
    found = []
    for path in paths:
        answer = browser.client.get(path, base_url="http://court.test")
        assert answer.status_code < 500, (name, path, answer.text[:500])
        found.append(
            answer.text
            if answer.mimetype != "application/json"
            else json.dumps(answer.get_json(), ensure_ascii=False) + answer.text
        )
    return "\n".join(found)


def dump(scene: Scene) -> str:
    """Every value of every table, as whoever reads the database has it."""
    metadata = MetaData()
    with scene.court.database.read() as session:
        metadata.reflect(session.connection())
        return "\n".join(repr(row) for table in metadata.sorted_tables for row in session.execute(select(table)))


@pytest.mark.slow
def test_what_each_role_sees_in_each_phase(everybody: tuple[Scene, Flask]) -> None:
    """Closed: no role finds a word of it on any page or in the program's answer, its author neither. Opened: parties
    and court read it, others never.
    """
    scene, app = everybody
    agreed_to_writing(scene, LI, HAIYUN, BAIHUA)
    to_exhibits(scene, sealed=["cross_examination", "debate"])
    seat_witness(scene)
    readers = {name for name, reads in PEOPLE.items() if reads}

    def who_reads(*words: str, pages: tuple[str, ...] = SPEAKS) -> list[set[str]]:
        texts = {name: seen(scene, app, name, pages) for name in PEOPLE}
        return [{name for name, text in texts.items() if one in text} for one in words]

    scene.act(
        LI,
        "give_opinions",
        opinions=[opinion(scene.refs[HAIYUN, n], authenticity="dispute", reason=SECRET) for n in (1, 2)],
    )
    assert who_reads(SECRET, pages=PAGES) == [set()]
    for name in (HAIYUN, BAIHUA):
        lines = [
            opinion(scene.refs[o, n], relevance="dispute", reason=OTHER)
            for o in (LI, HAIYUN)
            if o != name
            for n in (1, 2)
        ]
        scene.act(name, "give_opinions", opinions=lines)
    assert scene.current() == "judge_questions"
    scene.act(
        CHEN,
        "put_question",
        addressees=[scene.party(LI), scene.party(HAIYUN)],
        words="What did the label name?",
        sealed=True,
    )
    scene.act(LI, "answer_question", question=scene.question(1).reference, words="Sodium ferrocyanide, since you ask.")
    assert who_reads(SECRET, OTHER, "ferrocyanide") == [readers, readers, set()]
    assert "keep a copy" in Browser(app, scene, HAIYUN).get("/examination")
    scene.act(HAIYUN, "answer_question", question=scene.question(2).reference, words="Nothing of the kind.")

    while scene.current() is not None:
        scene.act(CHEN, "end_phase", reasons="Nothing more is needed.")
    allow_writing(scene)
    assert scene.current() == "debate"
    scene.act(HAIYUN, "post_statement", words="The buyer is a trader in capsules.")
    assert who_reads("ferrocyanide", "trader in capsules") == [readers, set()]
    scene.act(CHEN, "end_phase", reasons="Time is short.")
    assert who_reads("trader in capsules") == [readers]
    with scene.look() as (court, _):
        assert not audit(scene.court, court.session)


def test_no_word_stands_in_the_database(everybody: tuple[Scene, Flask]) -> None:
    """While the seal is closed neither posting, entry, draft, request key nor any other row holds what was said; nor
    could it be guessed from one.
    """
    scene, app = everybody
    to_exhibits(scene)
    scene.act(
        CHEN,
        "put_question",
        addressees=[scene.party(LI), scene.party(HAIYUN)],
        words="Was it sealed when it came?",
        sealed=True,
    )
    question = scene.question(1)
    li = Browser(app, scene, LI)
    page = li.get("/examination")
    li.post("/examination/answer", page, question=question.reference, words="Broken, first draft", later="1")
    assert "Broken, first draft" in li.get("/examination") and "Broken, first draft" not in dump(scene)
    assert "Broken, first draft" not in Browser(app, scene, HAIYUN).get("/examination")
    form = {"question": question.reference, "words": "Broken, a form begun"}
    li.post("/do/answer_question/draft", page, **form)
    li.post("/do/answer_question", page, 422, **{**form, "question": ""})
    assert "Broken, a form begun" not in dump(scene), "a form that was begun lies in the vault alone, or nowhere"
    values = {"question": question.reference, "words": "It was broken.", "exhibits": [], "uploads": []}
    with scene.sit() as (sitting, case):
        given = scene.court.table["answer_question"].input.model_validate(values)
        sitting.perform("answer_question", case, given, actor=scene.actor(sitting, LI), key="once")
    held = dump(scene)
    assert "It was broken." not in held
    with scene.look() as (court, case):
        row = court.session.scalars(select(SealedPosting)).one()
        seal = court.session.get_one(Seal, row.seal_id)
        context = f"court-sealed/1 {case.reference} {seal.reference} {row.entry_number}".encode()
        # Nor does the vault give the words to a process that asks before everybody has spoken.
        with pytest.raises(VaultRefused):
            scene.court.notary.vault.unseal(row.ciphertext, context)
        guess = given.model_dump(mode="json")
        bare = (sha256_hex(canonical(guess)), sha256_hex(canonical(["answer_question", case.reference, guess])))
        assert court.session.scalars(select(ActKey.request).where(ActKey.key == "once")).one() not in bare
        assert not any(digest in held for digest in bare)
        assert (
            sha256_hex(row.ciphertext) == row.sha256
            and len(row.ciphertext) % BLOCK == len(scene.court.notary.vault.seal(pad(b""), b"")) % BLOCK
        )


def test_with_the_entry_that_opens_anybody_compares(everybody: tuple[Scene, Flask]) -> None:
    """The opening entry gives words and salts; each fits the digest that the sealed entry has carried since it was
    made.
    """
    scene, _ = everybody
    to_exhibits(scene)
    scene.act(
        CHEN,
        "put_question",
        addressees=[scene.party(LI), scene.party(HAIYUN)],
        words="Was it sealed when it came?",
        sealed=True,
    )
    with pytest.raises(InvalidInput):
        scene.act(
            LI, "answer_question", question=scene.question(1).reference, words="See the film.", uploads=[_upload(scene)]
        )
    receipts = [
        scene.act(
            name,
            "answer_question",
            question=scene.question(n).reference,
            words=f"It was {n}.",
            exhibits=[scene.refs[LI, 1]],
        )
        for n, name in ((1, LI), (2, HAIYUN))
    ]
    with scene.look() as (court, case):
        entry = court.session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == case.id, DocketEntry.act == "open_sealed")
        ).one()
        opened = json.loads(entry.payload)["result"]["opened"]
        said = {p.entry_number: p for p in postings_of(court.session, case)}
    assert [o["entry"] for o in opened] == [r.number for r in receipts]
    for one in opened:
        kept = scene.payload(one["entry"])["input"]
        assert commitment(one["salt"], one["input"]) == kept["commitment"] == one["commitment"]
        assert commitment(one["salt"], {**one["input"], "words": "It was not."}) != kept["commitment"]
        assert said[one["entry"]].words == one["input"]["words"] and said[one["entry"]].exhibits


def _upload(scene: Scene) -> str:
    from tests.hearing.scene import put_upload

    with scene.sit() as (sitting, _):
        return put_upload(sitting, scene.accounts[LI], "film").reference


def test_what_was_altered_is_named_and_the_rest_opens(everybody: tuple[Scene, Flask]) -> None:
    """A ciphertext changed behind the court's back does not open: the entry says which, the judge is told, the other
    answer is read.
    """
    scene, _ = everybody
    to_exhibits(scene)
    scene.act(
        CHEN,
        "put_question",
        addressees=[scene.party(LI), scene.party(HAIYUN)],
        words="Was it sealed when it came?",
        sealed=True,
    )
    first = scene.act(LI, "answer_question", question=scene.question(1).reference, words="It was broken.")
    with scene.court.database.engine.begin() as connection:
        for (name,) in connection.execute(
            text("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='sealed_posting'")
        ).all():
            connection.execute(text(f'DROP TRIGGER "{name}"'))
        connection.execute(text("UPDATE sealed_posting SET ciphertext = zeroblob(length(ciphertext))"))
    scene.act(HAIYUN, "answer_question", question=scene.question(2).reference, words="It was whole.")
    with scene.look() as (court, case):
        entry = court.session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == case.id, DocketEntry.act == "open_sealed")
        ).one()
        assert json.loads(entry.payload)["result"]["broken"] == [first.number]
        assert [p.words for p in postings_of(court.session, case) if p.kind.value == "answer"] == ["It was whole."]
        assert court.session.scalars(select(Task.role).where(Task.kind == "seal_broken")).one() is Role.JUDGE


def test_a_vault_that_is_away_loses_nothing_and_opens_nothing_early(
    sqlite_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    """Without the vault nothing is taken under a seal and nothing opens; the case goes on, and when the vault is back
    the worker opens what was due.
    """
    database = Database(sqlite_url, synchronous="OFF")
    keys = FileVault(tmp_path / "keys")
    path = tmp_path / "v.sock"

    def start() -> VaultServer:
        server = VaultServer(path, keys)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return server

    server, vault = start(), SocketVault(path, timeout=PATIENCE)
    scene = accepted_case(open_court(database, clock, tmp_path / "court", vault), clock, track=Track.SIMPLE)
    exhibits = {name: scene.exhibit(name, 1) for name in (LI, HAIYUN)}
    scene.act(CHEN, "open_examination", mode="asynchronous", sealed=["cross_examination"])
    say_all(scene, LI, HAIYUN, LI, HAIYUN)
    scene.act(LI, "give_opinion", **opinion(exhibits[HAIYUN], legality="dispute", reason=SECRET))
    server.shutdown()
    server.server_close()
    vault.close()
    path.unlink(missing_ok=True)
    with pytest.raises(SealNotReached):
        scene.act(HAIYUN, "give_opinion", **opinion(exhibits[LI]))
    scene.days(9)
    scene.due()
    assert scene.current() not in (None, "cross_examination") and open_waiting(scene.court) == 1
    with scene.look() as (court, case):
        assert opinions_of(court.session, case) == [] and "open_sealed" not in scene.entries()
    server = start()
    open_waiting(scene.court)
    with scene.look() as (court, case):
        assert {o.reason for o in opinions_of(court.session, case)} == {SECRET}
    assert open_waiting(scene.court) == 0 and scene.entries().count("open_sealed") == 1
    server.shutdown()
    server.server_close()
    vault.close()
    database.dispose()


def test_closing_the_hearing_opens_what_a_halted_phase_holds(scene_of: Callable[..., Scene]) -> None:
    """A sealed phase that went over to a hearing with everybody at the same time and is never taken up again does not keep what was said
    for ever.
    """
    scene = scene_of(track=Track.SIMPLE)
    exhibits = {name: scene.exhibit(name, 1) for name in (LI, HAIYUN)}
    scene.act(CHEN, "open_examination", mode="asynchronous", sealed=["cross_examination"])
    say_all(scene, LI, HAIYUN, LI, HAIYUN)
    scene.act(LI, "give_opinion", **opinion(exhibits[HAIYUN], legality="dispute", reason=SECRET))
    scene.act(CHEN, "convert_mode", mode="offline", reasons="The device is looked at together.")
    scene.act(WANG, "summon", mode="offline", on="2026-03-12", at="09:30", place="Courtroom 3")
    assert "open_sealed" not in scene.entries()
    scene.clock.set(scene.clock.now().replace(month=3, day=12, hour=6, minute=0))
    from tests.hearing.test_courtroom import fixed

    attendance = [{"who": scene.party(name), "presence": "courtroom", "identity": "document"} for name in (LI, HAIYUN)]
    scene.act(
        WANG,
        "record_hearing",
        hearing=fixed(scene),
        begun="09:32",
        ended="11:05",
        attendance=attendance,
        debated="yes",
        last_words="yes",
        minutes="Both were heard.",
    )
    scene.act(CHEN, "close_hearing", reasons="Everything was heard.")
    with scene.look() as (court, case):
        assert {o.reason for o in opinions_of(court.session, case)} == {SECRET}


@given(st.binary(max_size=3 * BLOCK))
def test_padding_hides_the_length_and_loses_nothing(plain: bytes) -> None:
    """Whatever is sealed comes out as it went in, and its length shows only in whole blocks."""
    padded = pad(plain)
    assert unpad(padded) == plain and len(padded) % BLOCK == 0 and len(padded) - len(plain) <= BLOCK + 4
