#!/usr/bin/env python3
# ruff: noqa: T201 - runs by itself on other people's machines, from Python 3.9 on
"""Checks the court's ledger of decisions without trusting the court: Python's standard library, openssl and verify.py.

    python3 check_register.py --log-key-fingerprint FINGERPRINT ledger.json [ledger-2.json …]
        [--texts FOLDER] [--earlier older-ledger.json] [--paper sealed.pdf] [--month 2026-06]
    python3 check_register.py --log-key-fingerprint FINGERPRINT --copy FOLDER [newer-ledger.json …]

ledger.json and verify.py come from the court or from anybody who kept them; put verify.py beside this file. It counts the
numbers, adds up the states, follows the chain of records, and proves each record in the public log. --texts compares
published texts you kept with their digests, --earlier tells whether an older list was rewritten, --paper looks up a sealed
paper you hold. --copy checks a copy of the whole register: every file is the one its index names, none is missing or too
many, the index stands in the log, and no decision is in it that the ledger (of the copy, or a newer one you give) does not
call published.

核验法院裁判文书台账，无需信任法院：仅使用Python标准库、openssl和verify.py。本程序核对编号是否连续、各状态合计是否相符、
记录链是否完整，并核验每条记录均载入公开日志。使用--copy时，核验公开信息副本：文件与索引一致，无缺失、无多余，索引载入公开日志，
且不含台账未列为已公布的文书。
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

FORMAT = "court-register/1"
COPY = "court-copy/1"
FIRST = "0" * 64
PENDING, PUBLISHED, WITHHELD, WITHDRAWN = "pending", "published", "withheld", "withdrawn"
STATES = (PUBLISHED, WITHHELD, PENDING, WITHDRAWN)
MOVES: dict[str, tuple[tuple[str, ...], str | None]] = {
    "in_effect": (STATES, None),
    "effect_lost": (STATES, None),
    "published": ((PENDING, WITHDRAWN), PUBLISHED),
    "withheld": ((PENDING,), WITHHELD),
    "withdrawn": ((PUBLISHED,), WITHDRAWN),
    "restored": ((WITHDRAWN,), PUBLISHED),
    "reopened": ((WITHHELD,), PENDING),
}
"""Event → the states it may follow, and the state it leads to (None: the same)."""


class Wrong(Exception):
    """What does not add up, in words."""


class Line:
    """What became of one number: its state, since when, why, and the digest of the text that is or was public."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.number: int = body["decision"]
        self.address: str = body["address"]
        self.case_number: str | None = body["case_number"]
        self.kind: str = body["kind"]
        self.title: dict[str, str] = body["title"]
        self.decided_on: str = body["decided_on"]
        self.original: tuple[int, str] = body["original_size"], body["original_sha256"]
        self.state = PENDING
        self.since: str = body["at"]
        self.due_on: str | None = None
        self.in_effect_on: str | None = None
        self.reason: str | None = None
        self.by: dict[str, str] | None = None
        self.text: str | None = None
        self.version = 0
        self.versions: dict[int, str] = {}
        self.record: int = body["record"]
        self.lost = False

    def follow(self, body: Mapping[str, Any]) -> None:
        """Take the next record of this number. Raises Wrong for one that cannot follow."""
        event = body["event"]
        if event not in MOVES:
            raise Wrong(f"record {body['record']}: {event} is no event of the ledger")
        before, after = MOVES[event]
        if self.state not in before:
            raise Wrong(f"record {body['record']}: decision {self.number} is {self.state} and cannot be {event}")
        self.record = body["record"]
        if event == "in_effect":
            self.in_effect_on, self.due_on, self.lost = body["on"], body.get("due_on"), False
        elif event == "effect_lost":
            self.in_effect_on, self.due_on, self.lost = None, None, True
        if event == "published":
            if body["version"] != self.version + 1:
                raise Wrong(f"record {body['record']}: a version of decision {self.number} is left out")
            self.version, self.text = body["version"], body["text_sha256"]
            self.versions[self.version] = body["text_sha256"]
        if event == "restored" and body.get("text_sha256") != self.text:
            raise Wrong(f"record {body['record']}: another text of decision {self.number} was put back")
        if after is not None:
            self.state, self.since = after, body["at"]
            self.reason, self.by = body.get("reason"), body.get("by")


def replay(bodies: Iterable[Mapping[str, Any]]) -> dict[int, Line]:
    """Every number and what became of it. Raises Wrong for a gap, a number given twice, or what cannot follow."""
    found: dict[int, Line] = {}
    for body in bodies:
        if body["event"] == "numbered":
            if body["decision"] != len(found) + 1:
                raise Wrong(f"number {len(found) + 1} is missing: the next is {body['decision']}")
            found[body["decision"]] = Line(body)
        elif body["decision"] not in found:
            raise Wrong(f"record {body['record']} is of decision {body['decision']}, which was never numbered")
        else:
            found[body["decision"]].follow(body)
    return found


def together(files: list[Path]) -> dict[str, Any]:
    """The parts of a ledger as one, in the order they are given. Raises Wrong for a part that does not go on."""
    records: list[dict[str, Any]] = []
    keys: dict[str, None] = {}
    for path in files:
        part = json.loads(path.read_text(encoding="utf-8"))
        if part["after"] != len(records):
            raise Wrong(f"{path.name} begins after record {part['after']}, and {len(records)} records come before it")
        records += part["records"]
        keys.update(dict.fromkeys(part["log_keys"]))
    return {"records": records, "log_keys": list(keys)}


def chain(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records, each following the one before. Raises Wrong."""
    bodies, previous = [], FIRST
    for place, entry in enumerate(entries, 1):
        body = json.loads(entry["body"])
        digest = hashlib.sha256(entry["body"].encode()).hexdigest()
        if body.get("format") != FORMAT or body["record"] != place:
            raise Wrong(f"record {place} is missing: the next is {body.get('record')}")
        if body["previous"] != previous:
            raise Wrong(f"record {place} does not follow record {place - 1}: one of them was changed or taken out")
        if json.loads(entry["receipt"])["sha256"] != digest:
            raise Wrong(f"record {place} is not the one its receipt names")
        bodies.append(body)
        previous = digest
    return bodies


class Shown:
    """The keys that lie in the ledger's file, as verify.py reads the keys of a kit."""

    def __init__(self, pems: list[str]) -> None:
        self.names = {f"keys/log-{place}.pem": pem.encode() for place, pem in enumerate(pems, 1)}

    def read(self, name: str) -> bytes:
        """One key."""
        return self.names[name]


def prove(told: Mapping[str, Any], fingerprints: set[str], folder: Path) -> tuple[int, int]:
    """Each record's receipt stands in the log signed by a key with one of these fingerprints; gives how many are proved, and
    the size of the largest tree. Raises Wrong.
    """
    verify = importlib.import_module("verify")
    keys, tallest, waiting = verify.Keys(Shown(told["log_keys"]), fingerprints, set(), folder), 0, False
    for place, entry in enumerate(told["records"], 1):
        if entry["proof"] is None:
            waiting = True
            continue
        leaf = f"SHA256 (receipt.json) = {hashlib.sha256(entry['receipt'].encode()).hexdigest()}\n".encode()
        try:
            index, path, note = verify.read_proof(entry["proof"].encode())
            verify.check_inclusion(leaf, index, path, note)
            keys.check_signature(note)
        except verify.Wrong as wrong:
            raise Wrong(f"record {place}: {verify.REASONS[wrong.reason][0]}") from wrong
        if waiting:
            raise Wrong(f"record {place - 1} has no proof and record {place} has one")
        tallest = max(tallest, note.size)
    return sum(entry["proof"] is not None for entry in told["records"]), tallest


def check_texts(found: Mapping[int, Line], folder: Path) -> int:
    """Published texts that somebody kept, by their file names ``ADDRESS.json``: each is the one the ledger names. Raises
    Wrong for another text, and for one that is missing.
    """
    fitting = 0
    for line in found.values():
        if line.state != PUBLISHED:
            continue
        path = folder / f"{line.address}.json"
        if not path.exists():
            raise Wrong(f"decision {line.number} is said to be published, and its text {path.name} is not there")
        text = json.loads(path.read_text(encoding="utf-8"))["text"]
        if hashlib.sha256(canonical(text)).hexdigest() != line.text:
            raise Wrong(f"decision {line.number}: the text is not the one that was published as version {line.version}")
        fitting += 1
    return fitting


def canonical(value: Any) -> bytes:
    """The bytes of a value over which its digest is taken."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def compare(entries: list[dict[str, Any]], earlier: list[dict[str, Any]]) -> None:
    """An older list is the beginning of this one. Raises Wrong."""
    for place, entry in enumerate(earlier, 1):
        if place > len(entries):
            raise Wrong(
                f"the older list has {len(earlier)} records, this one only {len(entries)}: some were taken away"
            )
        if entries[place - 1]["body"] != entry["body"]:
            raise Wrong(f"record {place} was another one in the older list")


def held(found: Mapping[int, Line], paper: Path) -> Line:
    """The line of a sealed paper, also where another signature was added to it at its end. Raises Wrong where no number was
    given to it.
    """
    content = paper.read_bytes()
    digests: dict[int, str] = {}
    for line in found.values():
        size, original = line.original
        if size not in digests:
            digests[size] = hashlib.sha256(content[:size]).hexdigest() if size <= len(content) else ""
        if digests[size] == original:
            return line
    raise Wrong(
        f"no decision of the ledger is this paper ({paper.name}): it was never numbered, or its line was hidden"
    )


def copy_index(folder: Path) -> dict[str, Any]:
    """The index of a copy, where its receipt is of these very bytes. Raises Wrong."""
    body = (folder / "index.json").read_bytes()
    if json.loads((folder / "index.receipt.json").read_bytes())["sha256"] != hashlib.sha256(body).hexdigest():
        raise Wrong("the index of the copy is not the one its receipt names")
    told: dict[str, Any] = json.loads(body)
    if told.get("format") != COPY:
        raise Wrong("this is no index of a copy")
    return told


def check_copy(folder: Path, index: Mapping[str, Any], today: str) -> int:
    """Each file of the copy is the one its index names, and none is missing or too many; hearings are gone when their day is
    over. Raises Wrong.
    """
    is_over = index["hearings_until"] is not None and index["hearings_until"] < today
    named = {}
    for name, file in index["files"].items():
        path = folder / file["path"]
        if path.parent != folder / "files":
            raise Wrong(f"{name} lies outside the copy")
        named[path.name] = name
        if name.startswith("hearings/") and is_over:
            if path.exists():
                raise Wrong(f"{name} announces hearings until {index['hearings_until']} and is still there")
            continue
        if not path.exists():
            raise Wrong(f"{name} is missing")
        if hashlib.sha256(path.read_bytes()).hexdigest() != file["sha256"]:
            raise Wrong(f"{name} was changed")
    for path in sorted((folder / "files").iterdir()):
        if path.name not in named:
            raise Wrong(f"{path.name} is in the copy and not in its index")
    return len(named)


def check_shown(folder: Path, index: Mapping[str, Any], found: Mapping[int, Line]) -> int:
    """The decisions of the copy are those the ledger calls published, with the text it names. Raises Wrong."""
    public = {line.address: line for line in found.values() if line.state == PUBLISHED}
    here = {name.split("/")[1].split(".")[0] for name in index["files"] if name.startswith("decisions/")}
    for address in sorted(here - public.keys()):
        raise Wrong(f"decision {address} is in the copy, and the ledger does not call it published")
    for address in sorted(public.keys() - here):
        raise Wrong(f"decision {address} is published and not in the copy")
    for address, line in public.items():
        path = folder / index["files"][f"decisions/{address}.json"]["path"]
        text = json.loads(path.read_text(encoding="utf-8"))["text"]
        if hashlib.sha256(canonical(text)).hexdigest() != line.text:
            raise Wrong(f"decision {address}: the text in the copy is not the one the ledger names")
    return len(here)


def ledger_of(folder: Path, index: Mapping[str, Any]) -> list[Path]:
    """The parts of the ledger in a copy, in their order."""
    return [folder / file["path"] for name, file in sorted(index["files"].items()) if name.startswith("ledger/")]


def added_up(found: Mapping[int, Line], month: str | None) -> str:
    """The account in one line. The rest is nothing, or something is wrong."""
    chosen = [line for line in found.values() if month is None or line.decided_on.startswith(month)]
    counts = {state: sum(line.state == state for line in chosen) for state in STATES}
    rest = len(chosen) - sum(counts.values())
    if rest:
        raise Wrong(f"{rest} decisions are unaccounted for")
    parts = " + ".join(f"{count} {state}" for state, count in counts.items())
    return f"{parts} = {len(chosen)} decided, rest 0"


def main(arguments: list[str] | None = None) -> int:
    """Check a ledger; 0 where everything adds up."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("ledger", type=Path, nargs="*")
    parser.add_argument("--copy", type=Path, metavar="FOLDER")
    parser.add_argument("--log-key-fingerprint", action="append", default=[], metavar="SHA-256")
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--earlier", type=Path)
    parser.add_argument("--paper", type=Path)
    parser.add_argument("--month")
    parser.add_argument("--on", default=f"{datetime.now(timezone.utc):%Y-%m-%d}", help="day of the check")  # noqa: UP017 - Python 3.9
    given = parser.parse_args(arguments)
    if not given.ledger and given.copy is None:
        parser.error("give the files of a ledger, or --copy and a folder")
    try:
        for name, words in checked(given):
            print(f"{name:9} {words}")
    except (Wrong, KeyError, TypeError, ValueError, OSError) as wrong:
        print(f"WRONG     {wrong if isinstance(wrong, Wrong) else f'this is no ledger: {wrong!r}'}")
        return 1
    print("OK")
    return 0


def checked(given: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Everything that can be checked with what was given, each with what came of it. Raises Wrong."""
    index = copy_index(given.copy) if given.copy is not None else None
    if index is not None:
        yield "copy", f"{check_copy(given.copy, index, given.on)} files, each the one its index names"
    told = together(given.ledger or ledger_of(given.copy, index or {}))
    bodies = chain(told["records"])
    found = replay(bodies)
    yield "records", f"1..{len(bodies)}, each follows the one before"
    yield "numbers", f"1..{len(found)}, no gap, none twice"
    yield "states", added_up(found, given.month)
    if index is not None:
        yield "shown", f"{check_shown(given.copy, index, found)} decisions, each published"
    if given.texts is not None:
        yield "texts", f"{check_texts(found, given.texts)} fit their digest"
    if given.earlier is not None:
        compare(told["records"], together([given.earlier])["records"])
        yield "earlier", "the older list is the beginning of this one"
    if given.paper is not None:
        line = held(found, given.paper)
        yield "paper", f"it is decision {line.number}, {line.state}"
    if given.log_key_fingerprint:
        with tempfile.TemporaryDirectory() as folder:
            proved, size = prove(told, set(given.log_key_fingerprint), Path(folder))
            if index is not None:
                signed = {
                    "receipt": (given.copy / "index.receipt.json").read_text(encoding="utf-8"),
                    "proof": (given.copy / "index.receipt.leaf.tlog-proof").read_text(encoding="utf-8"),
                }
                try:
                    prove({**told, "records": [signed]}, set(given.log_key_fingerprint), Path(folder))
                except Wrong as wrong:
                    raise Wrong("the log does not hold the index of this copy") from wrong
                yield "index", "it stands in the log"
        yield "log", f"{proved} of {len(bodies)} records proved in a tree of {size} entries"
    else:
        yield "log", "not checked: no fingerprint of the log's key was given"


if __name__ == "__main__":
    sys.exit(main())
