"""Each table a proof rests on, in the hands of whoever owns the database: which program inside and outside notices.

The attacker takes every trigger down, does one thing to one table and puts the triggers up again; the vault and what
others keep at home are not theirs. Another attacker has the log's published files instead. `docs/attacks.md` shows the table of `tests/attacks.py`,
which this test measures: an attack nobody notices has no place in it.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from odr.app import create_app
from odr.evidence.retention.rules import erased_by_rule
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.notary.check.visit import watch
from odr.notary.check.witness import Witness
from odr.notary.log.note import NoteKey
from odr.operations.doctor import State, check_log, check_outside, check_proofs, check_vault
from odr.procedure.audit.docket_audit import audit as audit_dockets
from odr.procedure.audit.receipt_audit import audit_receipts
from tests.attacks import DATABASE_ATTACKS, DATABASE_JUDGES, ON_TABLES
from tests.conftest import MORNING, lay_tables
from tests.notary.test_witness import Peer
from tests.patience import PATIENCE
from tests.peers.http import serving
from tests.scene import open_court

Rows = list[tuple[object, ...]]


class Table:
    """One table as its attacker sees it, foreign keys and triggers out of the way."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self.connection, self.name = connection, name
        told = connection.execute(f'PRAGMA table_info("{name}")').fetchall()
        self.columns = [row[1] for row in told]
        self.keys = [row[1] for row in sorted(told, key=lambda row: row[5]) if row[5]]
        self.types = {row[1]: row[2].upper() for row in told}

    def rows(self) -> Rows:
        # Receipts have no order of their own: those of the docket come last, after what the court put on record by itself.
        first = ["docket_place IS NOT NULL"] if self.name == "receipt" else []
        order = ", ".join([*first, *self.keys])
        return self.connection.execute(f'SELECT * FROM "{self.name}" ORDER BY {order}').fetchall()

    def put(self, rows: Rows) -> None:
        self.connection.execute(f'DELETE FROM "{self.name}"')
        marks = ", ".join("?" for _ in self.columns)
        self.connection.executemany(f'INSERT INTO "{self.name}" VALUES ({marks})', rows)

    @property
    def said(self) -> str:
        """The column that says what the row says."""
        return SAYS[self.name]


SAYS = {
    "docket_entry": "payload",
    "document": "content",
    "receipt": "body",
    "log": "origin",
    "log_entry": "leaf",
    "log_tile": "data",
    "log_checkpoint": "note",
    "log_cosignature": "line",
    "timestamp_token": "token",
    "signing_key": "public",
}


def changed(value: object) -> object:
    """One sign of it is another."""
    if isinstance(value, bytes) and b'"sha256":"' in value:
        at = value.index(b'"sha256":"') + len(b'"sha256":"')
        return value[:at] + (b"0" if value[at : at + 1] != b"0" else b"1") + value[at + 1 :]
    if isinstance(value, bytes):
        return value[: len(value) // 2] + bytes([value[len(value) // 2] ^ 1]) + value[len(value) // 2 + 1 :]
    text = str(value)
    middle = len(text) // 2
    return text[:middle] + ("a" if text[middle] != "a" else "b") + text[middle + 1 :]


def remove(table: Table, early: Rows) -> None:
    """The newest row goes."""
    table.put(table.rows()[:-1])


def change(table: Table, early: Rows) -> None:
    """A sign of the newest row is another."""
    *rest, last = table.rows()
    at = table.columns.index(table.said)
    table.put([*rest, (*last[:at], changed(last[at]), *last[at + 1 :])])


def double(table: Table, early: Rows) -> None:
    """The newest row stands there twice, under the next number."""
    rows = table.rows()
    last = list(rows[-1])
    for name in table.keys[-1:]:
        at = table.columns.index(name)
        last[at] = int(str(last[at])) + 1 if table.types[name] in ("INTEGER", "BIGINT") else f"{last[at]}x"
    table.put([*rows, tuple(last)])


def reorder(table: Table, early: Rows) -> None:
    """The last two rows say what the other says."""
    *rest, one, two = table.rows()
    at = table.columns.index(table.said)
    swapped = [(*one[:at], two[at], *one[at + 1 :]), (*two[:at], one[at], *two[at + 1 :])]
    table.put([*rest, *swapped])


def roll_back(table: Table, early: Rows) -> None:
    """The table is as it was an hour ago, whatever came since."""
    table.put(early)


DONE: dict[str, Callable[[Table, Rows], None]] = {
    "row removed": remove,
    "row changed": change,
    "row doubled": double,
    "rows exchanged": reorder,
    "set back": roll_back,
}


MIRROR = "published files"
"""The log as files: what gives a lost database back. In the hands of whoever owns the data folder."""


def on_files(log: Path, early: Path, how: str) -> None:
    """The same five things done to the newest published entries, their tile and their tree head."""
    entries = max((log / "tile" / "entries" / "000.p").iterdir(), key=lambda path: int(path.name))
    tile = log / "tile" / "0" / "000.p" / entries.name
    if how == "row removed":
        entries.unlink()
    elif how == "row changed":
        entries.write_bytes(bytes(changed(entries.read_bytes())))  # type: ignore[call-overload]
    elif how == "row doubled":
        shutil.copyfile(entries, entries.with_name(str(int(entries.name) + 1)))
    elif how == "rows exchanged":
        one, two = entries.read_bytes(), tile.read_bytes()
        entries.write_bytes(two)
        tile.write_bytes(one)
    else:
        shutil.rmtree(log)
        shutil.copytree(early, log)


class Attacked:
    """A court that can be put back to before each attack, with what others have kept of it."""

    def __init__(self, folder: Path, clock: FixedClock) -> None:
        self.folder, self.clock = folder, clock
        lay_tables(f"sqlite:///{folder / 'court.sqlite'}")
        self.scene = open_court(
            Database(f"sqlite:///{folder / 'court.sqlite'}", synchronous="OFF"),
            clock,
            folder / "court",
            sequencing="at_once",
        )
        self.home = folder / "home"
        self.home.mkdir()
        self.early: dict[str, Rows] = {}
        self.served = self.vkey = ""

    def live(self) -> None:
        """Two halves of a case; between them the attacker keeps a copy, after them others keep theirs."""
        scene = self.scene
        scene.lodge()
        scene.accept()
        scene.work()
        scene.court.notary.attest()
        with self.database() as connection:
            self.early = {name: Table(connection, name).rows() for name in SAYS}
        shutil.copytree(self.log, self.folder / "early")
        self.clock.advance(timedelta(hours=1))
        scene.join()
        receipt = scene.do("file_answer", "haiyun", position="defend", statement="The goods were as described.")
        scene.work(proofs=True)
        scene.court.notary.sequence()
        scene.court.notary.attest()
        for reference in (receipt.receipt,):
            with scene.court.database.read() as session:
                (self.home / f"{reference}.json").write_bytes(scene.court.notary.receipt_files(session, reference).json)
        self.clock.advance(timedelta(hours=1))
        self.keep()

    @property
    def log(self) -> Path:
        """Where the log lies as files."""
        return self.scene.court.settings.data_dir / "log" / "2026"

    def keep(self) -> None:
        """The whole folder and the database, to be put back."""
        self.scene.court.database.dispose()
        shutil.copytree(self.folder / "court", self.folder / "kept")
        shutil.copyfile(self.folder / "court.sqlite", self.folder / "kept.sqlite")

    def put_back(self) -> None:
        """As before the attack."""
        self.scene.court.database.dispose()
        shutil.rmtree(self.folder / "court")
        shutil.copytree(self.folder / "kept", self.folder / "court", copy_function=shutil.copy2)
        for end in ("-wal", "-shm"):
            (self.folder / f"court.sqlite{end}").unlink(missing_ok=True)
        shutil.copyfile(self.folder / "kept.sqlite", self.folder / "court.sqlite")

    def database(self) -> closing[sqlite3.Connection]:
        """The database without the court."""
        self.scene.court.database.dispose()
        return closing(sqlite3.connect(self.folder / "court.sqlite", isolation_level=None))

    def attack(self, name: str, how: str) -> bool:
        """Do it; False where the table's own form does not take it."""
        self.put_back()
        if name == MIRROR:
            on_files(self.log, self.folder / "early", how)
            return True
        with self.database() as connection:
            triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for trigger, _ in triggers:
                connection.execute(f'DROP TRIGGER "{trigger}"')
            connection.execute("BEGIN")
            try:
                before = Table(connection, name).rows()
                DONE[how](Table(connection, name), self.early[name])
                done = Table(connection, name).rows() != before
            except (sqlite3.IntegrityError, ValueError):
                connection.execute("ROLLBACK")
                done = False
            else:
                connection.execute("COMMIT")
            for _, statement in triggers:
                connection.execute(statement)
        return done

    def notice(self) -> set[str]:
        """Who notices."""
        return {judge for judge, sees in JUDGES.items() if sees(self)}


def docket_audit(court: Attacked) -> bool:
    with court.scene.court.database.read() as session:
        return bool(audit_dockets(court.scene.court, session))


def log_audit(court: Attacked) -> bool:
    with court.scene.court.database.read() as session:
        scene = court.scene.court
        return bool(scene.notary.audit(session) or audit_receipts(session, erasures=[erased_by_rule]))


def check_up(court: Attacked) -> bool:
    scene = court.scene.court
    try:
        found = [
            *check_vault(scene.settings, scene.notary),
            *check_log(scene.database, scene.notary),
            *check_proofs(scene.database, scene.notary),
            *check_outside(scene.notary),
        ]
    except Exception:
        return True  # `flask doctor` calls a check that cannot be done bad
    return any(finding.state is not State.GOOD for finding in found)


def signer(court: Attacked) -> bool:
    """The vault signs nothing more over it."""
    scene = court.scene.court
    try:
        with scene.database.write() as session:
            scene.notary.record(session, {"kind": "file", "sha256": "0" * 64, "size": 1}, now=scene.clock.now())
        scene.notary.sequence()
    except Exception:
        return True
    return False


def monitor(court: Attacked) -> bool:
    """Somebody elsewhere who has watched the log before reads all of it again."""
    memory = court.folder / "memory"
    shutil.rmtree(memory, ignore_errors=True)
    shutil.copytree(court.folder / "watched", memory)
    return watch(court.served, court.vkey, memory, everything=True, tries=1)[1] != 0


JUDGES: dict[str, Callable[[Attacked], bool]] = {
    "docket audit": docket_audit,
    "log audit": log_audit,
    "check-up": check_up,
    "signer": signer,
    "monitor elsewhere": monitor,
}


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """A court with half a case, watched from elsewhere."""
    court = Attacked(tmp_path_factory.mktemp("attacked"), FixedClock(MORNING))
    notary = court.scene.court.notary
    peer = Peer(court.clock, [NoteKey.parse(notary.log_public_key_vkey())])
    with serving(peer) as witness:
        notary.witnesses = (Witness(peer.key, witness, timeout=PATIENCE),)
        court.live()
    with serving(create_app(court=court.scene.court)) as origin:
        court.served = f"{origin}/log/2026"
        court.vkey = court.scene.court.notary.log_public_key_vkey()
        assert watch(court.served, court.vkey, court.folder / "watched", tries=1)[1] == 0
        yield court
    court.scene.court.database.dispose()


@pytest.mark.parametrize("name", [*SAYS, MIRROR])
def test_every_attack_on_a_table_is_noticed_by_whom_the_table_says(attacked: Attacked, name: str) -> None:
    """Removed, changed, doubled, exchanged, set back: each is refused by the table's own form or noticed, and by exactly
    those programs that `docs/attacks.md` names.
    """
    found = {}
    for how in DONE:
        noticed = attacked.notice() if attacked.attack(name, how) else None
        assert noticed != set(), f"{name}: {how} is noticed by nobody"
        found[how] = "".join("R" if judge in noticed else "·" for judge in JUDGES) if noticed is not None else "-"
    assert found == dict(zip(DONE, ON_TABLES[name].split(), strict=True))


def test_an_untouched_court_is_noticed_by_nobody(attacked: Attacked) -> None:
    """None of them cries wolf, and the document has their names."""
    attacked.put_back()
    assert attacked.notice() == set()
    assert (tuple(JUDGES), tuple(DONE)) == (DATABASE_JUDGES, DATABASE_ATTACKS)
