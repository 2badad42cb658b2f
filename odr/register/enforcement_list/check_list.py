#!/usr/bin/env python3
# ruff: noqa: T201 - runs by itself on other people's machines, from Python 3.9 on
"""Checks the court's list of persons who do not perform without trusting the court: Python's standard library, openssl,
verify.py and check_register.py.

    python3 check_list.py --log-key-fingerprint FINGERPRINT list.json [list-2.json …] [--entry entry.json] [--docket docket.json]

list.json holds the records of the list: a number for each entry, what became of it, and nobody's name. verify.py and
check_register.py come from the court or from anybody who kept them; put them beside this file. It counts the numbers, follows the
chain, proves each record in the public log, and adds up: ever listed, less taken off, is what stands. --entry compares an entry
that you looked up with the digest in its records. --docket compares the entries of a case's docket that you hold with the records.

核验法院失信被执行人名单，无需信任法院。本程序核对编号是否连续、记录链是否完整、记录是否载入公开日志，以及曾列入数减去已删除数是否等于
现有数。使用--entry时，核对您查询到的条目与记录中的摘要是否一致；使用--docket时，核对您持有的案件卷宗目录与记录是否一致。
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

FORMAT = "court-list/1"
FIRST = "0" * 64
HIDDEN, SHOWN, OFF = "decided", "listed", "removed"
MOVES: dict[str, tuple[tuple[str, ...], str | None]] = {
    "listed": ((HIDDEN,), SHOWN),
    "corrected": ((HIDDEN, SHOWN), None),
    "not_served": ((SHOWN,), HIDDEN),
    "removed": ((HIDDEN, SHOWN), OFF),
}
"""Event → the states it may follow, and the state it leads to (None: the same)."""
DOCKETED = ("decided", "corrected", "removed")
"""Events that follow from an entry of a docket."""


class Wrong(Exception):
    """What does not add up, in words."""


class Line:
    """What became of one number."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.state, self.digest, self.record = HIDDEN, body["entry_sha256"], body["record"]
        self.events = ["decided"]

    def follow(self, body: Mapping[str, Any]) -> None:
        """Take the next record of this number. Raises Wrong for one that cannot follow."""
        event = body["event"]
        if event not in MOVES:
            raise Wrong(f"record {body['record']}: {event} is no event of the list")
        before, after = MOVES[event]
        if self.state not in before:
            raise Wrong(f"record {body['record']}: number {body['listing']} is {self.state} and cannot be {event}")
        self.digest, self.record = body.get("entry_sha256", self.digest), body["record"]
        self.state = after or self.state
        self.events.append(event)


def replay(bodies: Iterable[Mapping[str, Any]]) -> dict[int, Line]:
    """Every number and what became of it. Raises Wrong for a gap, a number given twice, or what cannot follow."""
    found: dict[int, Line] = {}
    for body in bodies:
        number = body["listing"]
        if body["event"] == "decided":
            if number != len(found) + 1:
                raise Wrong(f"number {len(found) + 1} is missing: the next is {number}")
            found[number] = Line(body)
        elif number not in found:
            raise Wrong(f"record {body['record']} is of number {number}, which was never given")
        else:
            found[number].follow(body)
    return found


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


def account(found: Mapping[int, Line]) -> dict[str, int]:
    """How many were decided, stand in public, wait to be served, and are off; and the rest, which is nothing."""
    counted = {state: sum(line.state == state for line in found.values()) for state in (SHOWN, HIDDEN, OFF)}
    return {"numbers": len(found), **counted, "rest": len(found) - sum(counted.values())}


def check_entry(found: Mapping[int, Line], told: Mapping[str, Any]) -> int:
    """An entry that was looked up is the one its records vouch for, and stands. Raises Wrong."""
    number = told["entry"]["number"]
    line = found.get(number)
    if line is None or line.state != SHOWN:
        raise Wrong(f"number {number} does not stand in the list")
    canonical = importlib.import_module("check_register").canonical
    if hashlib.sha256(canonical({"entry": told["entry"], "salt": told["salt"]})).hexdigest() != line.digest:
        raise Wrong(f"number {number}: the entry is not the one of its records")
    return int(number)


def event_of(act: str, result: Mapping[str, Any]) -> str | None:
    """The event that an entry of a docket brings, by its act and its result; None for one that brings none."""
    if not isinstance(result.get("number"), int) or "listing" not in result:
        return None
    if act == "decide_listing":
        return "decided"
    if "ground" in result:
        return "removed"
    return "corrected" if act == "correct_listing" else None


def check_docket(found: Mapping[int, Line], entries: Iterable[Mapping[str, Any]]) -> int:
    """Each entry of a docket that names a number of the list has its record, in that order; gives how many. Raises Wrong."""
    told: dict[int, list[str]] = {}
    for entry in entries:
        result = entry.get("result") or {}
        event = event_of(str(entry["act"]), result)
        if event is not None:
            told.setdefault(result["number"], []).append(event)
    for number, events in told.items():
        line = found.get(number)
        recorded = [one for one in line.events if one in DOCKETED] if line is not None else []
        if recorded != events:
            raise Wrong(f"number {number}: the docket says {events}, the records say {recorded}")
    return sum(map(len, told.values()))


def main(arguments: list[str] | None = None) -> int:
    """Check what is given; ends with 0 where everything adds up."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("lists", nargs="+", type=Path)
    parser.add_argument("--log-key-fingerprint", action="append", default=[])
    parser.add_argument("--entry", type=Path)
    parser.add_argument("--docket", type=Path)
    asked = parser.parse_args(arguments)
    try:
        register = importlib.import_module("check_register")
        told = register.together(asked.lists)
        found = replay(chain(told["records"]))
        counted = account(found)
        print(
            "numbers {numbers} - listed {listed} - not yet served {decided} - off {removed} = {rest}".format(**counted)
        )
        if asked.log_key_fingerprint:
            with tempfile.TemporaryDirectory() as folder:
                proved, size = register.prove(told, set(asked.log_key_fingerprint), Path(folder))
            print(f"{proved} of {len(told['records'])} records proved in the log, of {size} entries")
        if asked.entry is not None:
            print(
                f"entry {check_entry(found, json.loads(asked.entry.read_text(encoding='utf-8')))} is the one of its records"
            )
        if asked.docket is not None:
            kept = json.loads(asked.docket.read_text(encoding="utf-8"))
            print(f"{check_docket(found, kept['entries'])} entries of the docket have their records")
    except Exception as wrong:
        print(f"WRONG: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
