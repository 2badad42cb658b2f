"""Rounds of hash renewal bind everything in the log with SHA-512, in steps that may break off, and every piece is
checked.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings, strategies as st
from pymerkle import InmemoryTree
from sqlalchemy import event, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from odr.ground.clock import FixedClock
from odr.ground.db import Base, Database
from odr.notary.log.merkle_tree import SubtreeReader
from odr.notary.notary import Notary
from odr.notary.rehash import renewal_tree, rounds
from odr.notary.rehash.models import Bound, HashRenewal, RenewedEntry, RenewedHead, RenewedToken
from odr.notary.rehash.rounds import Holding, Lost, RoundRefused
from odr.notary.vault import FileVault, KeyFrozen, VaultRefused
from tests.patience import PATIENCE

RULE = {"rule": "Circular 7 of the Supreme Court on digests", "rule_on": date(2031, 5, 1), "by": "operator"}


class House:
    """Files the court keeps, by receipt; counts how often each was read."""

    def __init__(self, notary: Notary) -> None:
        self.notary = notary
        self.files: dict[str, tuple[str, bytes | None]] = {}
        self.read: list[str] = []

    def enter(self, data: bytes | None, *, kept: bytes | None = None, source: str | None = None) -> str:
        """Enter a file (or a digest of one the court never had); ``kept`` are other bytes than those received."""
        sha256 = hashlib.sha256(data or b"unseen").hexdigest()
        subject = {
            "sha256": sha256,
            "size": len(data) if data is not None else 6,
            "media_type": "text/plain",
            "case": "case-a",
        }
        with self.notary.database.write() as session:
            reference = self.notary.record(session, subject, now=self.notary.clock.now()).reference
        if data is not None:
            self.files[reference] = (source or reference, data if kept is None else kept)
        return reference

    def nowhere(self, reference: str) -> Iterable[bytes]:
        """Where it lay before."""
        raise Lost(reference)

    def lose(self, reference: str) -> None:
        """The file is gone without a rule."""
        self.files[reference] = (self.files[reference][0], None)

    def __call__(self, session: Session, references: Sequence[str]) -> Mapping[str, Holding]:
        return {
            reference: Holding(self.files[reference][0], lambda r=reference: self._chunks(r))
            for reference in references
            if reference in self.files
        }  # type: ignore[misc]

    def _chunks(self, reference: str) -> Iterable[bytes]:
        source, data = self.files[reference]
        self.read.append(source)
        if data is None:
            raise Lost(reference)
        yield from (data[at : at + 7] for at in range(0, len(data), 7))


def finish(notary: Notary, house: rounds.Holdings) -> HashRenewal:
    """Carry the round on to its end."""
    notary.advance_round(house, seconds=PATIENCE)
    with notary.database.read() as session:
        row = session.scalars(select(HashRenewal).order_by(HashRenewal.number.desc())).first()
        assert row is not None and row.note is not None
        session.expunge_all()
        return row


def whole(notary: Notary, house: rounds.Holdings) -> HashRenewal:
    notary.begin_round(**RULE)
    return finish(notary, house)


def bound(notary: Notary) -> list[Bound]:
    with notary.database.read() as session:
        return list(session.scalars(select(RenewedEntry.bound).order_by(RenewedEntry.round, RenewedEntry.position)))


def test_a_round_binds_what_is_there_and_says_what_it_could_not(notary: Notary) -> None:
    """A file with its receipt; a digest, an erased file and a damaged one by the receipt alone; an erased receipt by
    its line: nothing stops a round.
    """
    house = House(notary)
    whole_file, digest = house.enter(b"contract"), house.enter(None)
    gone, altered, missing = (
        house.enter(b"to be erased"),
        house.enter(b"as received", kept=b"as it is now"),
        house.enter(b"lost"),
    )
    house.lose(missing)
    notary.sequence()
    with notary.database.write() as session:
        notary.erase(session, gone, now=notary.clock.now())
    row = whole(notary, house)
    assert bound(notary) == [Bound.FILE, Bound.RECEIPT, Bound.ERASED, Bound.DAMAGED, Bound.DAMAGED]
    assert (row.entries, row.checkpoints) == (5, 1)
    with notary.database.read() as session:
        assert notary.audit(session) == []
        said = [notary.receipt_files(session, each).renewed for each in (whole_file, digest, altered, missing)]
    assert [each and each.has_file for each in said] == [True, False, False, False]


@pytest.mark.parametrize("meanwhile", ["sealed", "erased"])
def test_what_moves_or_goes_by_right_while_it_is_looked_at_is_not_damaged(notary: Notary, meanwhile: str) -> None:
    """A file is sealed, so that its bytes lie in another place, or erased by a rule, between the look and the reading."""
    house = House(notary)
    first, second = house.enter(b"contract"), house.enter(b"our prices")
    notary.sequence()

    def held(session: Session, references: Sequence[str]) -> Mapping[str, Holding]:
        found = dict(house(session, references))
        if second in found and not moved:
            moved.append(second)
            if meanwhile == "erased":
                with notary.database.write() as writing:
                    notary.erase(writing, second, now=notary.clock.now())
            found[second] = Holding("blob 2", lambda: house.nowhere(second))
        return found

    moved: list[str] = []
    whole(notary, held)
    assert bound(notary) == [Bound.FILE, Bound.FILE if meanwhile == "sealed" else Bound.ERASED]
    assert moved == [second] and first != second


def oracle(leaves: Sequence[bytes]) -> InmemoryTree:
    """The same tree by a program nobody here wrote."""
    tree = InmemoryTree(algorithm="sha512")
    for leaf in leaves:
        tree.append_entry(leaf)
    return tree


def in_memory(leaves: Sequence[bytes]) -> SubtreeReader:
    """The tree over leaves in hand, its upper tiles made as a round makes them."""
    hashes = [renewal_tree.leaf_hash(leaf) for leaf in leaves]

    def tile(level: int, index: int) -> bytes:
        count = min(256, len(leaves) // 256**level - index * 256)
        below = (
            (lambda at: b"".join(hashes[at * 256 : at * 256 + 256])) if level == 1 else (lambda at: tile(level - 1, at))
        )
        return b"".join(renewal_tree.full_root(below(index * 256 + at)) for at in range(count))

    return renewal_tree.subtree_reader(lambda start, end: b"".join(hashes[start:end]), tile)


@given(st.one_of(st.integers(1, 40), st.sampled_from([63, 64, 65, 255, 256, 257, 511, 512, 513, 700])), st.data())
@settings(max_examples=60)
def test_the_tree_is_the_one_an_independent_program_builds(size: int, data: st.DataObject) -> None:
    """Root and path equal pymerkle's with SHA-512, at every size around powers of two and tiles; another leaf or place
    leads elsewhere.
    """
    leaves = [f"leaf {number}\n".encode() for number in range(size)]
    read, tree, position = in_memory(leaves), oracle(leaves), data.draw(st.integers(0, size - 1))
    root = renewal_tree.range_root(read, 0, size)
    assert root == tree.get_root()
    path = renewal_tree.path(read, position, size)
    assert renewal_tree.root_from(leaves[position], position, size, path) == root
    assert renewal_tree.root_from(b"another\n", position, size, path) != root
    if size > 1:
        other = (position + 1) % size
        try:
            assert renewal_tree.root_from(leaves[position], other, size, path) != root
        except ValueError:
            assert len(renewal_tree.path(read, other, size)) != len(path)


def test_the_tree_reaches_over_more_than_one_tile_of_tiles() -> None:
    """65,536 leaves and more: the hash above 256 tiles is read from its own tile, and the path still leads to the root."""
    leaves = [b"%d\n" % number for number in range(65536 + 300)]
    read = in_memory(leaves)
    root, level = renewal_tree.range_root(read, 0, len(leaves)), [renewal_tree.leaf_hash(leaf) for leaf in leaves]
    while len(level) > 1:
        # RFC 6962 from below: an odd one out goes up as it is.
        pairs = [
            renewal_tree.node_hash(*level[at : at + 2]) if at + 1 < len(level) else level[at]
            for at in range(0, len(level), 2)
        ]
        level = pairs
    assert root == level[0]
    for position in (0, 255, 65535, 65536, len(leaves) - 1):
        assert (
            renewal_tree.root_from(
                leaves[position], position, len(leaves), renewal_tree.path(read, position, len(leaves))
            )
            == root
        )


def stored_leaves(notary: Notary, number: int) -> list[bytes]:
    """The leaves of a round as an auditor reads them out of the tables."""
    with notary.database.read() as session:
        row = session.get_one(HashRenewal, number)
        origins = {head["log"]: head["origin"] for head in row.heads}
        entries = session.scalars(
            select(RenewedEntry).where(RenewedEntry.round == number).order_by(RenewedEntry.position)
        )
        leaves = [
            f"{origins[e.log_id]} {e.log_index} {rounds.what(e.bound)} {bytes(e.digest).hex()}\n".encode()
            for e in entries
        ]
        return leaves + [
            bytes(head.text)
            for head in session.scalars(
                select(RenewedHead).where(RenewedHead.round == number).order_by(RenewedHead.position)
            )
        ]


def signed_root(row: HashRenewal) -> bytes:
    found = re.search(rb"^root (\S+)$", row.note or b"", re.M)
    assert found
    return base64.b64decode(found[1])


def test_a_stored_round_is_the_tree_of_its_leaves_and_each_receipt_leads_to_it(notary: Notary) -> None:
    """Over several tiles, in the database: pymerkle builds the signed root from the stored leaves, and every proof
    handed out leads to it.
    """
    house = House(notary)
    with notary.database.write() as session:
        subjects = [
            {"sha256": hashlib.sha256(b"%d" % n).hexdigest(), "size": 1, "media_type": "text/plain", "case": "case-a"}
            for n in range(600)
        ]
        references = notary.record_many(session, subjects, now=notary.clock.now())
    last = house.enter(b"a file")
    notary.sequence()
    row = whole(notary, house)
    assert signed_root(row) == oracle(stored_leaves(notary, 1)).get_root()
    with notary.database.read() as session:
        for reference in (references[0], references[255], references[256], references[599], last):
            files = notary.receipt_files(session, reference)
            for name in ("renewal-1.entry", "renewal-1.checkpoint"):
                position, path, leaf = renewal_tree.parse_proof(files.named[name])
                assert renewal_tree.root_from(leaf, position, row.entries + row.checkpoints, path) == signed_root(row)
            position, _, leaf = renewal_tree.parse_proof(files.named["renewal-1.entry"])
            second = hashlib.sha512(b"a file").digest() if reference == last else b""
            kind, expected = (
                "file" if second else "receipt",
                hashlib.sha512(hashlib.sha512(files.json).digest() + second).hexdigest(),
            )
            assert (
                leaf == f"court.example/log/{files.log} {files.index} {kind} {expected}\n".encode()
                and position == files.index
            )
        assert notary.audit(session) == []


def test_an_interrupted_round_goes_on_where_it_stood(notary: Notary, make_notary: Callable[..., Notary]) -> None:
    """The store fails in the second batch: what the first has bound stays, is read no second time, and another process
    ends the round.
    """
    house = House(notary)
    first = [house.enter(b"early %d" % number) for number in range(3)]
    with notary.database.write() as session:
        subjects = [
            {"sha256": "0" * 64, "size": 1, "media_type": "text/plain", "case": "case-a"} for _ in range(rounds.BATCH)
        ]
        notary.record_many(session, subjects, now=notary.clock.now())
    late = house.enter(b"late")
    notary.sequence()
    notary.begin_round(**RULE)

    def failing(session: Session, references: Sequence[str]) -> Mapping[str, Holding]:
        def down() -> Iterable[bytes]:
            raise OSError("the store does not answer")

        return {**house(session, references), **({late: Holding(late, down)} if late in references else {})}

    with pytest.raises(OSError, match="does not answer"):
        notary.advance_round(failing, seconds=PATIENCE)
    assert len(bound(notary)) == rounds.BATCH and sorted(house.read) == sorted(first)
    house.notary = make_notary(notary.database)
    row = finish(house.notary, house)
    assert sorted(house.read) == sorted([*first, late])
    assert signed_root(row) == oracle(stored_leaves(notary, 1)).get_root()
    with notary.database.read() as session:
        assert notary.audit(session) == []


def test_what_enters_during_a_round_is_covered_by_the_next(notary: Notary, clock: FixedClock) -> None:
    """The heads are fixed when a round begins; the next one takes what came since, and binds statement and token of the
    one before.
    """
    house = House(notary)
    early = house.enter(b"early")
    notary.begin_round(**RULE)
    clock.advance(timedelta(hours=1))
    during = house.enter(b"during")
    notary.sequence()
    first = finish(notary, house)
    with notary.database.read() as session:
        given = {name: notary.receipt_files(session, name).renewed for name in (early, during)}
    assert given[early] and given[early].round == 1 and given[during] is None
    with pytest.raises(ValueError):
        notary.begin_round(rule="two\nlines", rule_on=date(2031, 5, 1), by="operator")
    second = whole(notary, house)
    assert (second.number, second.entries, second.checkpoints) == (2, 1, 1)
    with notary.database.read() as session:
        token = session.get_one(RenewedToken, (1, "court", 0)).token
        said = (second.statement or "").split("\n")
        assert f"previous renewal-1.statement {hashlib.sha512(first.note or b'').hexdigest()}" in said
        assert f"previous renewal-1.statement court 0 {hashlib.sha512(token).hexdigest()}" in said
        late = notary.receipt_files(session, during).renewed
        assert late and late.round == 2 and set(late.own) == {"renewal-2.entry", "renewal-2.checkpoint"}
        assert notary.audit(session) == []
    with pytest.raises(RoundRefused):
        notary.begin_round(**RULE)


def test_a_round_reaches_over_every_log(sqlite_notary: Notary) -> None:
    """A closed log and its successor stand in one tree, each entry at its place."""
    house = House(sqlite_notary)
    old = [house.enter(b"old %d" % number) for number in range(3)]
    sqlite_notary.sequence()
    sqlite_notary.close_log()
    new = house.enter(b"new")
    sqlite_notary.sequence()
    row = whole(sqlite_notary, house)
    assert [(head["size"] - head["start"]) for head in row.heads] == [3, 1]
    with sqlite_notary.database.read() as session:
        places = [
            renewal_tree.parse_proof(sqlite_notary.receipt_files(session, each).named["renewal-1.entry"])[0]
            for each in (*old, new)
        ]
        assert places == [0, 1, 2, 3] and sqlite_notary.audit(session) == []


def test_the_same_file_is_hashed_once_and_equal_digests_are_not_taken_for_one(sqlite_notary: Notary) -> None:
    """Two receipts of one kept file cost one reading; two files that agree in the old digest only by name are each
    read.
    """
    house = House(sqlite_notary)
    for source in ("blob 1", "blob 1", "blob 2"):
        house.enter(b"equal bytes", source=source)
    whole(sqlite_notary, house)
    assert sorted(house.read) == ["blob 1", "blob 2"] and bound(sqlite_notary) == [Bound.FILE] * 3


def test_two_workers_bind_each_entry_once(database: Any, make_notary: Callable[..., Notary]) -> None:
    """Of two that carry a round on at once each batch is bound by one; the tree is whole."""
    notary = make_notary(database)
    house = House(notary)
    with database.write() as session:
        subjects = [
            {"sha256": "0" * 64, "size": 1, "media_type": "text/plain", "case": "case-a"}
            for _ in range(3 * rounds.BATCH)
        ]
        notary.record_many(session, subjects, now=notary.clock.now())
    notary.begin_round(**RULE)
    failed: list[BaseException] = []

    def work() -> None:
        try:
            make_notary(database).advance_round(house, seconds=PATIENCE)
        except BaseException as error:
            failed.append(error)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(PATIENCE)
    assert failed == []
    row = finish(notary, house)
    assert len(bound(notary)) == 3 * rounds.BATCH and signed_root(row) == oracle(stored_leaves(notary, 1)).get_root()


def test_checkpoints_another_worker_binds_meanwhile_are_not_missing(
    postgres_court_url: str, make_notary: Callable[..., Notary]
) -> None:
    """One looks how far the checkpoints are bound, and another binds the last of them before the first goes on: neither calls any of
    them missing, and the round ends whole.
    """
    database, elsewhere = Database(postgres_court_url), Database(postgres_court_url)
    notary, faster = make_notary(database), make_notary(elsewhere)
    house, looks = House(notary), list[str]()
    house.enter(b"file")
    notary.begin_round(**RULE)
    assert notary.advance_round(house, seconds=0) == 1, "its entry is bound, its checkpoint is next"

    @event.listens_for(database.engine, "after_cursor_execute")
    def meanwhile(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if "max(hash_renewal_head.position)" in statement:
            looks.append(statement)
            if len(looks) == 2:  # the first is the look at the round, the second at what is to be bound
                assert faster.advance_round(house, seconds=0) == 1

    assert notary.advance_round(house, seconds=0) == 0
    event.remove(database.engine, "after_cursor_execute", meanwhile)
    row = finish(notary, house)
    assert len(looks) == 2 and signed_root(row) == oracle(stored_leaves(notary, 1)).get_root()
    for each in (database, elsewhere):
        each.dispose()


def test_the_statement_is_stamped_with_sha512_throughout(
    sqlite_notary: Notary, clock: FixedClock, program: Callable[..., Any], tmp_path: Path
) -> None:
    """openssl accepts the token over the statement under the new root alone; nothing in it rests on SHA-256; a changed
    byte and it refuses.
    """
    house = House(sqlite_notary)
    house.enter(b"file")
    row = whole(sqlite_notary, house)
    assert row.note
    with sqlite_notary.database.read() as session:
        root, token = sqlite_notary.authority_512.root(session), session.get_one(RenewedToken, (1, "court", 0)).token
    (tmp_path / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    (tmp_path / "old.pem").write_text(sqlite_notary.tsa_ca_pem())
    (tmp_path / "statement.tsr").write_bytes(token)
    (tmp_path / "statement").write_bytes(row.note)
    moment = str(int((clock.now() + timedelta(minutes=1)).timestamp()))
    verify = ("openssl", "ts", "-verify", "-data", "statement", "-in", "statement.tsr", "-attime", moment, "-CAfile")
    program(*verify, "root.pem", cwd=tmp_path)
    program(*verify, "old.pem", cwd=tmp_path, ok=False)
    said = program("openssl", "asn1parse", "-inform", "DER", "-in", "statement.tsr", cwd=tmp_path).stdout
    assert "ecdsa-with-SHA512" in said and "sha512" in said and not re.search("sha256", said, re.I)
    (tmp_path / "statement").write_bytes(row.note.replace(b"round 1", b"round 2", 1))
    program(*verify, "root.pem", cwd=tmp_path, ok=False)


def test_tokens_over_statements_are_renewed_in_time(sqlite_notary: Notary, clock: FixedClock) -> None:
    """Before its certificate ends the token over a statement gets a successor by a new key, and the chain holds; a late
    one is refused.
    """
    house = House(sqlite_notary)
    house.enter(b"file")
    whole(sqlite_notary, house)
    assert sqlite_notary.renew() == (0, [])
    clock.advance(timedelta(days=round(365.25 * 6) - 140))
    sqlite_notary.sequence()
    _, wrong = sqlite_notary.renew()
    assert wrong == []
    with sqlite_notary.database.read() as session:
        chain = rounds.statement_tokens(session, 1)
        assert [row.number for row in chain] == [0, 1] and chain[1].ends_at > chain[0].ends_at
        assert [fault for fault in sqlite_notary.audit(session) if "renewal-1.statement" in fault.culprit] == []
    assert sqlite_notary.renew() == (0, [])


def test_the_vault_signs_one_statement_of_a_round(sqlite_notary: Notary) -> None:
    """The same words again, as after a crash; never other words, an earlier round, or something that is no statement;
    nothing once the log is closed.
    """
    house = House(sqlite_notary)
    house.enter(b"file")
    row = whole(sqlite_notary, house)
    key, vault, words = f"log-{row.signed_by}", sqlite_notary.vault, row.statement or ""
    assert vault.sign_renewal(key, words) == vault.sign_renewal(key, words)
    for other in (
        words.replace("rule", "Rule", 1),
        words.replace("round 1", "round 0"),
        "court.example/log/2026\n1\nAAAA\n",
        words.replace("@v1", "@v2", 1),
    ):
        with pytest.raises(VaultRefused):
            vault.sign_renewal(key, other)
    with pytest.raises(VaultRefused):
        vault.sign_digest("time-512-1", bytes(32))
    with pytest.raises(VaultRefused):
        vault.sign_digest("time-1", bytes(64))
    sqlite_notary.close_log()
    with pytest.raises(KeyFrozen):
        vault.sign_renewal(key, words)


def altered(table: str, column: str, where: str, change: Callable[[bytes], bytes]) -> Callable[[Session], object]:
    """Change a value of the first row of a table as somebody with the database's own password could."""

    def work(session: Session) -> object:
        value = bytes(session.execute(text(f"SELECT {column} FROM {table} WHERE {where}")).scalar_one())
        return session.execute(text(f"UPDATE {table} SET {column} = :value WHERE {where}"), {"value": change(value)})

    return work


def bit(data: bytes) -> bytes:
    return data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]


DAMAGES: dict[str, tuple[Callable[[Session], object], set[str]]] = {
    "a pair": (
        altered("hash_renewal_entry", "digest", "position = 1", bit),
        {"2026 entry 1 renewal-1", "renewal-1 tile 1/0"},
    ),
    "an erased one's blind": (altered("hash_renewal_entry", "blind", "position = 0", bit), {"2026 entry 0 renewal-1"}),
    "a checkpoint's leaf": (
        altered("hash_renewal_head", "text", "round = 1", bit),
        {"2026 checkpoint 300 renewal-1", "renewal-1.statement"},
    ),
    "a tile": (altered("hash_renewal_node", "data", "level = 1", bit), {"renewal-1 tile 1/0", "renewal-1.statement"}),
    "the signature": (
        altered("hash_renewal", "note", "number = 1", bit),
        {"renewal-1.statement", "renewal-1.statement token court"},
    ),
    "the token": (altered("hash_renewal_token", "token", "round = 1", bit), {"renewal-1.statement token court"}),
    "the token gone": (
        lambda session: session.execute(text("DELETE FROM hash_renewal_token")),
        {"renewal-1.statement token court"},
    ),
    "a pair gone": (
        lambda session: session.execute(text("DELETE FROM hash_renewal_entry WHERE position = 299")),
        {"renewal-1"},
    ),
    "the words": (
        lambda session: session.execute(text("UPDATE hash_renewal SET rule = 'another rule'")),
        {"renewal-1.statement"},
    ),
    "a file": (lambda session: None, {"2026 entry 299 renewal-1"}),
}


@pytest.fixture(scope="module")
def bound_house(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A database with a round over 300 entries, the first erased, the last a file; gives its folder and the file's
    reference.
    """
    folder = tmp_path_factory.mktemp("bound")
    database = Database(f"sqlite:///{folder}/court.sqlite", synchronous="OFF")
    Base.metadata.create_all(database.engine)
    notary = Notary(
        database,
        vault=FileVault(folder / "vault"),
        origin="court.example/log",
        clock=FixedClock(datetime(2026, 4, 27, tzinfo=UTC)),
        log_dir=None,
    )
    house = House(notary)
    gone = house.enter(b"gone")
    with database.write() as session:
        subjects = [{"sha256": "0" * 64, "size": 1, "media_type": "text/plain", "case": "case-a"} for _ in range(298)]
        notary.record_many(session, subjects, now=notary.clock.now())
    kept = house.enter(b"kept")
    notary.sequence()
    with database.write() as session:
        notary.erase(session, gone, now=notary.clock.now())
    whole(notary, house)
    database.dispose()
    return folder, kept


@pytest.mark.parametrize("name", list(DAMAGES))
def test_the_audit_names_what_was_changed_in_a_round(bound_house: tuple[Path, str], tmp_path: Path, name: str) -> None:
    """Pair, blind, leaf, tile, words, signature, token, file: the very piece is named, with what rests on it."""
    shutil.copytree(bound_house[0], tmp_path / "court")
    database = Database(f"sqlite:///{tmp_path}/court/court.sqlite", synchronous="OFF")
    clock = FixedClock(datetime(2026, 4, 27, tzinfo=UTC))
    notary = Notary(
        database, vault=FileVault(tmp_path / "court" / "vault"), origin="court.example/log", clock=clock, log_dir=None
    )
    work, expected = DAMAGES[name]
    with database.write() as session:
        work(session)
    house = House(notary)
    house.files[bound_house[1]] = ("blob", b"other bytes" if name == "a file" else b"kept")
    with database.read() as session:
        faults = notary.audit_files(session, house)
        assert {fault.culprit for fault in faults} == expected
        if name != "a file":
            assert {fault.culprit for fault in notary.audit(session)} == expected
    database.dispose()


def test_rows_of_a_round_never_change(notary: Notary) -> None:
    """Neither pairs nor tokens can be changed or removed by the court's own program."""
    house = House(notary)
    house.enter(b"file")
    whole(notary, house)
    for statement in ("UPDATE hash_renewal_entry SET position = 9", "DELETE FROM hash_renewal_token"):
        with pytest.raises(DatabaseError), notary.database.write() as session:
            session.execute(text(statement))
