"""A new version of the rules governs once two administrators approved it, from a day still to come, and stands in the
log.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from odr.app import create_app, create_court
from odr.docket.models import DocketEntry, Role
from odr.ground.canonical import sha256_hex
from odr.ground.errors import InvalidInput, NotFound
from odr.identity.models import Account, AccountRole, AccountState
from odr.procedure.models import Window
from odr.procedure.rules import activation
from odr.procedure.rules.activation import ActivatedVersions, NotYours, TooLate
from odr.procedure.rules.cli import pack
from odr.procedure.rules.models import LaidState, LaidVersion
from odr.procedure.rules.pack import PackError
from odr.procedure.rules.registry import Files, PackRegistry
from tests.filing.visitor import Visitor
from tests.scene import Scene

HEAD = 'id = "cn"\nversion = {day}\neffective_from = {day}\nbased_on = 2025-11-01\n'
TEN_DAYS = (
    HEAD.format(day="2026-04-01")
    + "[windows.rules.answer]\namount = 20\n[tariff.kinds.labour]\nbase = { low = 20_00, high = 20_00, set = 20_00 }\n"
)
FILES: Files = {"pack.toml": TEN_DAYS}


def more_admins(scene: Scene, *names: str) -> None:
    """Further administrators."""
    now = scene.clock.now()
    with scene.court.database.write() as session:
        for name in names:
            account = Account(
                email=f"{name}@court.example",
                name=name.title(),
                state=AccountState.ACTIVE,
                created_at=now,
                confirmed_at=now,
            )
            session.add(account)
            session.flush()
            session.add(AccountRole(account_id=account.id, role=Role.ADMIN, granted_at=now))
            scene.people[name] = account.id


def lay(scene: Scene, files: Files = FILES, by: str | None = "admin", why: str = "The law of 2026.") -> str:
    """A version is laid."""
    with scene.court.database.write() as session:
        author = session.get_one(Account, scene.people[by]) if by else None
        return activation.lay(
            session, files, why=why, by=author, now=scene.clock.now(), today=scene.clock.now().date()
        ).reference


def approve(scene: Scene, reference: str, who: str, sha256: str | None = None) -> LaidState:
    """Somebody approves what she read."""
    with scene.court.database.write() as session:
        row = activation.approve(
            scene.court,
            session,
            reference,
            sha256 or activation.digest_of(FILES),
            by=session.get_one(Account, scene.people[who]),
            now=scene.clock.now(),
        )
        state = row.state
    scene.court.packs.renew()
    return state


def test_two_administrators_put_a_version_in_force_and_it_is_anchored(small_scene: Scene) -> None:
    """Who lays it has approved it, and cannot again; the second one's approval puts it in force, and the log's receipt
    carries the record's digest.
    """
    scene = small_scene
    more_admins(scene, "second")
    reference = lay(scene)
    with pytest.raises(NotYours):
        approve(scene, reference, "admin")
    with pytest.raises(NotFound):
        approve(scene, reference, "judge")
    assert [one.version for one in scene.court.packs.versions("cn")][-1] == date(2025, 11, 1)
    assert approve(scene, reference, "second") is LaidState.ACTIVATED
    assert [one.version for one in scene.court.packs.versions("cn")][-1] == date(2026, 4, 1)
    scene.court.notary.sequence()
    with scene.court.database.read() as session:
        row = session.scalars(select(LaidVersion)).one()
        assert row.record is not None and row.receipt is not None
        body = json.loads(scene.court.notary.receipt_files(session, row.receipt).json)
        said = json.loads(row.record)
        assert (
            body["sha256"] == sha256_hex(row.record.encode()) and said["files"] == FILES and len(said["approved"]) == 2
        )
        assert scene.court.notary.receipt_files(session, row.receipt).proof is not None
    with pytest.raises(NotFound):
        approve(scene, reference, "second")


def test_who_runs_the_machine_approves_nothing(small_scene: Scene) -> None:
    """A version laid at the machine needs two administrators; an approval whose giver has left the office does not
    count.
    """
    scene = small_scene
    more_admins(scene, "second", "third")
    reference = lay(scene, by=None)
    assert approve(scene, reference, "admin") is LaidState.WAITING
    with scene.court.database.write() as session:
        session.scalars(
            select(AccountRole).where(AccountRole.account_id == scene.people["admin"])
        ).one().revoked_at = scene.clock.now()
    assert approve(scene, reference, "second") is LaidState.WAITING
    assert approve(scene, reference, "third") is LaidState.ACTIVATED


def test_one_approves_the_bytes_one_read(small_scene: Scene) -> None:
    """An approval for another digest than the version's is refused and counts for nothing."""
    more_admins(small_scene, "second")
    reference = lay(small_scene)
    with pytest.raises(InvalidInput):
        approve(small_scene, reference, "second", sha256="0" * 64)
    with small_scene.court.database.read() as session:
        assert len(session.scalars(select(LaidVersion)).one().approvals) == 1


UNSOUND: list[tuple[str, type[Exception]]] = [
    (HEAD.format(day="2026-04-01") + "[windows.rules.answer]\namount = -1\n", PackError),
    (HEAD.format(day="2026-04-01") + "[windows.rules.answer\n", PackError),
    (HEAD.format(day="2026-03-02"), TooLate),
    (HEAD.format(day="2025-11-01"), PackError),
    ('id = "cn"\nversion = 2026-04-01\neffective_from = 2025-10-01\nbased_on = 2025-11-01\n', TooLate),
    (HEAD.format(day="2026-04-01") + 'removed = ["tracks.list.small_claims"]\n', PackError),
]


def test_what_cannot_govern_is_not_laid(small_scene: Scene) -> None:
    """A key that cannot be a rule, a day that is not ahead, a version that is there, one that comes before another:
    nothing waits.
    """
    for text, wrong in UNSOUND:
        with pytest.raises(wrong):
            lay(small_scene, {"pack.toml": text})
    with small_scene.court.database.read() as session:
        assert session.scalars(select(LaidVersion)).all() == []


def test_a_version_that_waited_too_long_is_not_approved(small_scene: Scene) -> None:
    """The day from which it should govern has come before the second approval: it is refused, and may be laid anew."""
    more_admins(small_scene, "second")
    reference = lay(small_scene)
    small_scene.clock.advance(timedelta(days=31))
    with pytest.raises(TooLate):
        approve(small_scene, reference, "second")


def test_a_pending_case_takes_new_rules_for_acts_and_keeps_the_fee(small_scene: Scene) -> None:
    """From its day the version gives the answer twenty days in a case filed before; the fee stays that of the filing;
    the entry names both versions.
    """
    scene = small_scene
    more_admins(scene, "second")
    approve(scene, lay(scene), "second")
    scene.lodge()
    scene.accept("ordinary")
    with scene.court.database.read() as session:
        assert scene.court.look(session).pack(scene.case()).window("answer").amount == 15
    scene.clock.set(scene.clock.now() + timedelta(days=31))
    scene.work()
    scene.join()
    with scene.court.database.read() as session:
        window = session.scalars(select(Window).where(Window.kind == "answer")).one()
        assert (window.working["amount"], window.working["version"]) == (20, "2026-04-01")
        rules = scene.court.look(session).pack(scene.case())
        labour = rules.tariff.kinds["labour"].base
        assert labour is not None and labour.set == 10_00 and rules.version_of("tariff") == date(2025, 11, 1)
        payloads = [
            json.loads(entry.payload)["rules"]
            for entry in session.scalars(select(DocketEntry).order_by(DocketEntry.number))
        ]
        assert payloads[0] == "cn/2025-11-01" and payloads[-1] == "cn/2025-11-01+2026-04-01"


def test_another_process_learns_of_it_within_a_minute_or_when_it_meets_a_case(small_scene: Scene) -> None:
    """A registry loaded before looks again when it is asked for a version it does not know, and after a minute; after a
    restart it is there.
    """
    scene = small_scene
    more_admins(scene, "second")
    other = PackRegistry.load(source=ActivatedVersions(scene.court.database, scene.clock))
    approve(scene, lay(scene), "second")
    assert other.versions("cn")[-1].version == date(2025, 11, 1)
    assert other.get("cn", "2026-04-01").window("answer").amount == 20
    third = PackRegistry.load(source=ActivatedVersions(scene.court.database, scene.clock))
    assert third.versions("cn")[-1].version == date(2026, 4, 1)
    again = create_court(scene.court.settings, clock=scene.clock, database=scene.court.database)
    assert again.packs.in_force("cn", date(2026, 4, 1)).version == date(2026, 4, 1)


def test_what_was_changed_after_it_was_approved_governs_nothing_and_is_named(small_scene: Scene) -> None:
    """One word of a version in force changed in the database: the audit names the version and what is wrong, and no
    court opens with it.
    """
    scene = small_scene
    more_admins(scene, "second")
    approve(scene, lay(scene), "second")
    with scene.court.database.read() as session:
        assert activation.audit(session) == []
        row = session.scalars(select(LaidVersion)).one()
        sound = {name: getattr(row, name) for name in ("files", "sha256", "effective_from", "record", "receipt")}
    altered = {
        "files": {"pack.toml": TEN_DAYS.replace("20\n", "2\n", 1)},
        "sha256": "0" * 64,
        "effective_from": date(2026, 3, 9),
    }
    for column, value in {
        **altered,
        "record": json.dumps(record_of(scene) | {"why": "Another."}),
        "receipt": None,
    }.items():
        with scene.court.database.write() as session:
            session.execute(update(LaidVersion).values({**sound, column: value}))
        with scene.court.database.read() as session:
            (fault, *_) = activation.audit(session)
            assert fault.startswith("rules cn 2026-04-01: "), column
        with pytest.raises(PackError, match="2026-04-01"):
            PackRegistry.load(source=ActivatedVersions(scene.court.database, scene.clock))


def record_of(scene: Scene) -> dict[str, object]:
    """What was recorded of the only version in force."""
    with scene.court.database.read() as session:
        said: dict[str, object] = json.loads(session.scalars(select(LaidVersion.record)).one() or "{}")
        return said


def test_the_desk_lays_shows_and_approves(small_scene: Scene) -> None:
    """An administrator writes the key that changes, what is wrong is named; another sees old and new value and
    approves; everybody reads it.
    """
    scene = small_scene
    more_admins(scene, "second")
    app = create_app(court=scene.court)
    first, second, desk = Visitor(app, scene, "admin"), Visitor(app, scene, "second"), "/administration/rules"
    form = {"pack": "cn", "why": "Decision of 1 March 2026."}
    form |= {"effective_from-day": "1", "effective_from-month": "4", "effective_from-year": "2026"}
    refused = first.send(desk, desk, 422, **form, changes="[windows.rules.answer]\namount = minus").text
    assert "amount = minus" in refused
    assert (
        "windows.rules.answer.amont"
        in first.send(desk, desk, 422, **form, changes="[windows.rules.answer]\namont = 20").text
    )
    assert (
        first.send(
            desk, desk, 422, **{**form, "effective_from-month": "3"}, changes="[windows.rules.answer]\namount = 20"
        ).status_code
        == 422
    )
    first.send(desk, desk, **form, changes="[windows.rules.answer]\namount = 20")
    mine = first.get(desk)
    assert 'value="approve"' not in mine and "windows.rules.answer.amount" in mine
    with scene.court.database.read() as session:
        row = session.scalars(select(LaidVersion)).one()
    decision = f"{desk}/{row.reference}"
    assert second.send(desk, decision, 422).status_code == 422
    second.send(desk, decision, decision="approve")
    public = create_app(court=scene.court).test_client()
    for address in ("/rules", "/rules/cn/2026-04-01"):
        for tongue in ("en", "zh-Hans"):
            shown = public.get(address, headers={"Accept-Language": tongue})
            assert shown.status_code == 200 and "2026-04-01" in shown.get_data(as_text=True)
    record = public.get(f"/rules/activated/{row.reference}/record.json")
    receipt = public.get(f"/rules/activated/{row.reference}/receipt.json")
    assert json.loads(receipt.data)["sha256"] == sha256_hex(record.data)


def test_the_command_lays_and_tells_how_far_a_version_is(small_scene: Scene, tmp_path: Path) -> None:
    """``flask pack activate`` shows what changes and how many have approved; run again it says so; once in force,
    ``diff`` knows the version.
    """
    scene = small_scene
    more_admins(scene, "second")
    folder = tmp_path / "own" / "cn" / "2099-04-01"
    folder.mkdir(parents=True)
    (folder / "pack.toml").write_text(
        HEAD.format(day="2099-04-01") + "[windows.rules.answer]\namount = 20\n", encoding="utf-8"
    )
    environ = {
        "ODR_DATABASE_URL": scene.court.settings.url,
        "ODR_DATA_DIR": str(scene.court.settings.data_dir),
        "ODR_MODE": "test",
    }

    def run(*words: str) -> str:
        done = CliRunner().invoke(pack, list(words), env=environ)
        assert done.exit_code == 0, done.output
        return done.output

    laid = run("activate", str(tmp_path / "own"), "--why", "The law of 2099.")
    assert "windows.rules.answer.amount: 15 → 20" in laid and "0 of 2 administrators approved" in laid
    with scene.court.database.read() as session:
        row = session.scalars(select(LaidVersion)).one()
    approve(scene, row.reference, "admin", row.sha256)
    assert "1 of 2 administrators approved" in run("activate", str(tmp_path / "own"))
    approve(scene, row.reference, "second", row.sha256)
    assert "in force from 2099-04-01" in run("activate", str(tmp_path / "own"))
    assert "2025-11-01 → 2099-04-01" in run("diff", "cn")
