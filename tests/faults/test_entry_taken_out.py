"""Somebody with the database in their hands takes the newest entry off a docket and sets every counter back: receipts
and log still name it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, select, update

from odr.app import create_app
from odr.docket.models import Audience, Case, DocketEntry, Document
from odr.ground.canonical import sha256_hex
from odr.notary.models import LogEntry, Receipt
from odr.procedure.audit.entry_receipts import NumberGivenBefore
from odr.procedure.audit.receipt_audit import LOST_FOLDER
from tests.faults.conftest import faults_of, without_triggers
from tests.scene import Scene

Step = Callable[[Connection, DocketEntry], None]


def accepted(scene: Scene) -> DocketEntry:
    """A case with some entries; gives the newest."""
    scene.lodge()
    scene.accept()
    scene.work()
    scene.court.notary.sequence()
    with scene.court.database.read() as session:
        return session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == scene.case_id).order_by(DocketEntry.number.desc())
        ).first()  # type: ignore[return-value]


def attack(scene: Scene, step: Step, entry: DocketEntry) -> None:
    """The triggers are down for a moment."""
    with without_triggers(scene.court.database) as database, database.engine.begin() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("SET session_replication_role = replica")
        step(connection, entry)


def take_out(connection: Connection, entry: DocketEntry) -> None:
    """The entry goes, and its case counts and ends as before it."""
    connection.execute(delete(DocketEntry).where(DocketEntry.id == entry.id))
    previous = json.loads(entry.payload)["previous"]
    connection.execute(
        update(Case).where(Case.id == entry.case_id).values(entry_count=entry.number - 1, head_digest=previous)
    )


def free_the_number(connection: Connection, entry: DocketEntry) -> None:
    """Its receipt, too, forgets which number it was given for."""
    take_out(connection, entry)
    connection.execute(update(Receipt).where(Receipt.reference == entry.receipt).values(docket_place=None))


def take_out_with_receipt(connection: Connection, entry: DocketEntry) -> None:
    """Its receipt goes with it; the line stays in the log."""
    take_out(connection, entry)
    connection.execute(delete(Receipt).where(Receipt.reference == entry.receipt))


def take_out_and_erase(connection: Connection, entry: DocketEntry) -> None:
    """Its receipt is made to look as if it had been erased."""
    take_out(connection, entry)
    values = {"body": None, "entry_id": None, "erased_at": entry.recorded_at}
    connection.execute(update(Receipt).where(Receipt.reference == entry.receipt).values(**values))


def take_out_and_erase_all(connection: Connection, entry: DocketEntry) -> None:
    """The same, and the erased receipt forgets its number."""
    take_out_and_erase(connection, entry)
    connection.execute(update(Receipt).where(Receipt.reference == entry.receipt).values(docket_place=None))


def give_other_receipt(connection: Connection, entry: DocketEntry) -> None:
    """The entry stays and shows another one's receipt."""
    connection.execute(update(DocketEntry).where(DocketEntry.id == entry.id).values(receipt="a" * 26))


PAPER = "order"


def take_out_the_paper(connection: Connection, entry: DocketEntry) -> None:
    """A paper of the court goes, its entry stays."""
    connection.execute(delete(Document).where(Document.case_id == entry.case_id, Document.kind == PAPER))


TAKEN, LOST, HELD = "TAKEN OFF THE DOCKET", "LOST", "held by the court"
ATTACKS: dict[str, tuple[Step, str, str]] = {
    "taken out": (take_out, "entry {n}, received {at}, is gone from the docket: receipt {receipt}", TAKEN),
    "taken out, its number free": (
        free_the_number,
        "entry {n}, received {at}, is gone from the docket: receipt {receipt}",
        TAKEN,
    ),
    "taken out with its receipt": (
        take_out_with_receipt,
        "1 lines of the log have no receipt, 0 receipts were erased: 1 receipts are gone",
        LOST,
    ),
    "taken out, its receipt erased": (
        take_out_and_erase,
        "receipt {receipt} of entry {place} was erased: the receipt of an entry never is",
        LOST,
    ),
    "taken out, its receipt erased without a trace": (
        take_out_and_erase_all,
        "receipt {receipt} was erased, and nothing says by which rule",
        LOST,
    ),
    "shown with another receipt": (
        give_other_receipt,
        "entry {n}, received {at}, stands on the docket with another receipt: receipt {receipt}",
        HELD,
    ),
}


def receipt_at_home(scene: Scene, entry: DocketEntry, to: Path) -> Path:
    """What a party keeps of an entry."""
    with scene.court.database.read() as session:
        to.write_bytes(scene.court.notary.receipt_files(session, entry.receipt).json)
    return to


@pytest.mark.parametrize("step, said, answer", ATTACKS.values(), ids=ATTACKS)
def test_both_audits_name_an_entry_that_was_taken_off_the_docket(
    small_scene: Scene, tmp_path: Path, step: Step, said: str, answer: str
) -> None:
    """However the traces are covered, docket audit and log audit end red and say what is gone; so is told who holds the
    receipt, with case and number.
    """
    entry = accepted(small_scene)
    assert faults_of(small_scene) == []
    kept = receipt_at_home(small_scene, entry, tmp_path / "receipt.json")
    at = json.loads(kept.read_bytes())["received_at"]
    attack(small_scene, step, entry)
    case, runner = small_scene.case(), create_app(court=small_scene.court).test_cli_runner()
    expected = said.format(n=entry.number, at=at, receipt=entry.receipt, place=f"{case.reference}/{entry.number}")
    docket, log = runner.invoke(args=["docket", "audit"]), runner.invoke(args=["log", "audit"])
    assert (docket.exit_code, log.exit_code) == (1, 1)
    assert expected in docket.output and expected in log.output
    assert f"case {case.number}: entry {entry.number}" in docket.output or "received" not in said
    told = runner.invoke(args=["log", "lost", str(kept)]).output
    assert f": {answer}: case" in told and f"entry {entry.number}, received" in told.replace("received_at", "received")


def test_no_second_entry_is_signed_under_a_receipted_number(scene: Scene, tmp_path: Path) -> None:
    """After the entry was taken out, the next act in the case is refused and nothing is written; who holds the receipt
    is told what became of it.
    """
    entry = accepted(scene)
    kept = receipt_at_home(scene, entry, tmp_path / "receipt.json")
    runner = create_app(court=scene.court).test_cli_runner()
    assert "held by the court" in runner.invoke(args=["log", "lost", str(kept)]).output
    attack(scene, take_out, entry)
    told = runner.invoke(args=["log", "lost", str(kept)]).output
    assert "TAKEN OFF THE DOCKET" in told and "held by the court" not in told
    assert (
        f"case {scene.case().number}: entry {entry.number}, received {json.loads(kept.read_bytes())['received_at']}, is gone"
        in told
    )
    before = scene.case().head_digest
    with scene.court.database.read() as session:
        lines = len(session.scalars(select(LogEntry.id)).all())
    with pytest.raises(NumberGivenBefore, match=f"Entry {entry.number} of this case was receipted before"):
        scene.do("complain", "li", about="system", words="Where is my entry?")
    with scene.court.database.read() as session:
        assert len(session.scalars(select(LogEntry.id)).all()) == lines
    assert (scene.case().entry_count, scene.case().head_digest) == (entry.number - 1, before)


def test_a_second_entry_under_the_number_does_not_hide_the_first(small_scene: Scene, tmp_path: Path) -> None:
    """Where the number was freed and given again, the audits and the party's receipt say that another entry bears it."""
    entry = accepted(small_scene)
    kept = receipt_at_home(small_scene, entry, tmp_path / "receipt.json")
    attack(small_scene, free_the_number, entry)
    second = small_scene.do("complain", "li", about="system", words="Where is my entry?")
    assert second.number == entry.number
    said = f"case {small_scene.case().number}: entry {entry.number}, received {json.loads(kept.read_bytes())['received_at']}, is gone from the docket"
    assert [fault for fault in faults_of(small_scene) if said in fault] == [
        f"{said}: another entry bears its number: receipt {entry.receipt}"
    ]
    told = create_app(court=small_scene.court).test_cli_runner().invoke(args=["log", "lost", str(kept)]).output
    assert f"TAKEN OFF THE DOCKET: {said}: another entry bears its number" in told


def paper_of(scene: Scene, entry: DocketEntry) -> str:
    """A paper that an entry made, kept and receipted as papers are; gives its reference."""
    content, case = b"%PDF-1.7", scene.case()
    said = {
        "case": case.reference,
        "entry": entry.number,
        "sha256": sha256_hex(content),
        "size": len(content),
        "document": "p" * 26,
    }
    with scene.court.database.write() as session:
        receipt = scene.court.notary.record(session, said, now=scene.clock.now()).reference
        kept = {
            "sha256": sha256_hex(content),
            "content": content,
            "receipt": receipt,
            "audience": Audience.PARTIES_AND_COURT,
            "made_at": scene.clock.now(),
        }
        session.add(
            Document(
                reference="p" * 26,
                case_id=case.id,
                kind=PAPER,
                title={"en": "Order"},
                locale="en",
                entry_number=entry.number,
                **kept,
            )
        )
    return "p" * 26


def test_a_paper_that_is_gone_is_named(small_scene: Scene) -> None:
    """A paper that was receipted with its entry is still there, or the audit names it with its entry; so it does where
    the entry itself is gone.
    """
    entry = accepted(small_scene)
    reference = paper_of(small_scene, entry)
    assert faults_of(small_scene) == []
    attack(small_scene, take_out_the_paper, entry)
    (fault,) = faults_of(small_scene)
    assert (
        f"entry {entry.number}, received " in fault
        and f"is on the docket, but its paper {reference} is gone: receipt " in fault
    )
    attack(small_scene, take_out, entry)
    assert sum("is gone from the docket: receipt" in fault for fault in faults_of(small_scene)) == 2


def test_lines_that_a_restore_lost_are_no_fault_and_only_those(small_scene: Scene) -> None:
    """A line without its receipt is explained where a restore wrote it down as lost; one written down covers one line,
    and the audit counts them.
    """
    entry = accepted(small_scene)
    with small_scene.court.database.read() as session:
        leaf = session.scalars(
            select(LogEntry.leaf)
            .join(Receipt, Receipt.entry_id == LogEntry.id)
            .where(Receipt.reference == entry.receipt)
        ).one()
    attack(small_scene, take_out_with_receipt, entry)
    folder = small_scene.court.settings.data_dir / LOST_FOLDER
    folder.mkdir()
    (folder / "2026-0.json").write_text(json.dumps([{"log": "2026", "index": 0, "leaf": bytes(leaf).decode().strip()}]))
    ran = create_app(court=small_scene.court).test_cli_runner().invoke(args=["docket", "audit"])
    assert ran.exit_code == 0 and "1 lines are known as lost since a restore" in ran.output
    with small_scene.court.database.read() as session:
        other = session.scalars(select(DocketEntry).where(DocketEntry.number == entry.number - 1)).one()
    attack(small_scene, take_out_with_receipt, other)
    *rows, gone = faults_of(small_scene)
    assert gone == "1 lines of the log have no receipt, 0 receipts were erased: 1 receipts are gone"
    assert all("which is not there" in row for row in rows), "a time limit may rest on the entry that was taken out"
