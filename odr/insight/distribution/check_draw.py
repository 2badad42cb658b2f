#!/usr/bin/env python3
# ruff: noqa: T201 - runs by itself on other people's machines, from Python 3.9 on
"""Draws a seat again without trusting the court: Python's standard library; with openssl, verify.py and check_register.py the log too.

    python3 check_draw.py draw.json [--log-key-fingerprint FINGERPRINT]

draw.json is what the court answers at /draws/DRAW.json. It holds the digest of a secret that stood in the public log before the draw, the
signed head of the log over it, the secret, and everybody who could be drawn by a code, with tickets. The program checks the digest, the
head, the tickets, that no draw by the same secret was left out and which draw before named that secret, and draws again. With a
fingerprint of the log's key it also proves that the records stand in the log. Whose code is whose, and which draws the case had, the
docket tells those who may read it. Whether the court signed an earlier head over the secret, the witnesses of the log know.

核验法院分案抽签，无需信任法院。本程序核对抽签前已载入公开日志的摘要、日志签名树头、各候选人的签数、同一秘密值的历次抽签以及前次抽签所指明的秘密值摘要，并重新抽签。
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import importlib
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FORMAT = "court-draw/1"


class Wrong(Exception):
    """What does not add up, in words."""


def sha256(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def head_of(note: str) -> tuple[int, str]:
    """Size and root (hexadecimal) of a signed head of the log. Raises Wrong."""
    lines = note.split("\n")
    try:
        return int(lines[1]), base64.b64decode(lines[2], validate=True).hex()
    except (IndexError, ValueError) as error:
        raise Wrong("the head of the log cannot be read") from error


def tickets(load: int, least: int, rule: Mapping[str, int] | None) -> int:
    """How many tickets the rule gives for what lies on a desk."""
    if rule is None:
        return 1
    many: int = rule["tickets"] * rule["unit"] ** rule["pull"] // (rule["unit"] + load - least) ** rule["pull"]
    return max(1, many)


def draw(candidates: Sequence[Mapping[str, Any]], seed: str, number: int) -> str:
    """The code that is drawn: the lot as a number, counted through the tickets in the order of the codes."""
    ordered = sorted(candidates, key=lambda one: one["code"])
    place = int(sha256(f"{seed}\ndraw/{number}"), 16) % sum(one["tickets"] for one in ordered)
    for one in ordered:
        place -= one["tickets"]
        if place < 0:
            return str(one["code"])
    raise Wrong("the tickets add up to less than their sum")


def parts(
    records: Sequence[Mapping[str, Any]],
) -> tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any] | None]:
    """The record of the secret, the draw that is shown, and the draw before that named the secret, where it is shown.

    Of draws by one secret each has the next number: with one left out, the court could have drawn until somebody suited it.
    """
    acts = [one["act"] for one in records]
    place = acts.index("seed") if "seed" in acts else 2
    if (
        place > 1
        or len(records) < place + 2
        or acts != ["draw"] * place + ["seed"] + ["draw"] * (len(acts) - place - 1)
    ):
        raise Wrong("the records are not of one draw")
    seed, same = records[place], records[place + 1 :]
    made = same[-1]
    if any(one["seed"] != seed["seed"] for one in same):
        raise Wrong("the records are not of one draw")
    if [one["number"] for one in same] != list(range(1, len(same) + 1)):
        raise Wrong("a draw by the same secret is not shown: the court could have drawn until somebody suited it")
    if any(one[key] != made[key] for one in same for key in ("secret", "first", "log_size")):
        raise Wrong("draws by the same secret rest on different seeds")
    return seed, made, records[0] if place else None


def check(told: Mapping[str, Any]) -> str:
    """Everything that can be checked without the log's keys; gives what was drawn, in words. Raises Wrong."""
    records = [json.loads(one["body"]) for one in told["records"]]
    for one, kept in zip(records, told["records"]):  # noqa: B905 - Python 3.9
        if one.get("type") != FORMAT:
            raise Wrong("a record is of another kind")
        if json.loads(kept["receipt"])["sha256"] != sha256(kept["body"]):
            raise Wrong("a record is not the one its receipt names")
    seed, made, before = parts(records)
    if sha256(made["secret"]) != seed["commitment"]:
        raise Wrong("the secret is not the one whose digest stood in the log before")
    if before is not None and before["next"] != seed["commitment"]:
        raise Wrong("the draw before named another secret for this one")
    if seed["at"] > made["at"]:
        raise Wrong("the secret was put on record after the draw")
    size = made["log_size"]
    if size is not None and head_of(told["head"]) != (size, made["first"]):
        raise Wrong("the seed is not the root of the head that is shown")
    if not made["candidates"] or len({one["code"] for one in made["candidates"]}) != len(made["candidates"]):
        raise Wrong("somebody stands twice among those who could be drawn, or nobody does")
    least = min(one["load"] for one in made["candidates"])
    for one in made["candidates"]:
        if one["tickets"] != tickets(one["load"], least, made["rule"]):
            raise Wrong(f"{one['code']} has other tickets than the rule gives")
    again = draw(made["candidates"], f"{made['first']}\n{made['secret']}", made["number"])
    if again != made["drawn"]:
        raise Wrong(f"the lot falls on {again}, and the record says {made['drawn']}")
    anchored = f"seed of a log of {size} entries" if size is not None else "THE SEED WAS NOT IN THE LOG BEFORE"
    named = f"secret named by draw {before['draw']}" if before is not None else "NO DRAW BEFORE NAMES THE SECRET"
    return f"{again} of {len(made['candidates'])}, {anchored}, {named}"


def prove(told: Mapping[str, Any], fingerprints: set[str]) -> int:
    """The records stand in the log, the head is signed by its key, and lies over the secret's record. Raises Wrong."""
    register, verify = importlib.import_module("check_register"), importlib.import_module("verify")
    with tempfile.TemporaryDirectory() as folder:
        proved, _ = register.prove(told, fingerprints, Path(folder))
        if told["head"] is not None:
            note = verify.read_note(told["head"].encode())
            verify.Keys(register.Shown(told["log_keys"]), fingerprints, set(), Path(folder)).check_signature(note)
            proof = next(one["proof"] for one in told["records"] if json.loads(one["body"])["act"] == "seed")
            if proof is None:
                raise Wrong("nothing proves that the record of the secret stands in the log")
            index, _, _ = verify.read_proof(proof.encode())
            if index >= note.size:
                raise Wrong("the head does not lie over the record of the secret")
    return int(proved)


def main(arguments: list[str] | None = None) -> int:
    """Check what is given; ends with 0 where everything adds up."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("draw", type=Path)
    parser.add_argument("--log-key-fingerprint", action="append", default=[])
    asked = parser.parse_args(arguments)
    try:
        told = json.loads(asked.draw.read_text(encoding="utf-8"))
        print(f"drawn: {check(told)}")
        if asked.log_key_fingerprint:
            print(f"{prove(told, set(asked.log_key_fingerprint))} of {len(told['records'])} records proved in the log")
    except Exception as wrong:
        print(f"WRONG: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
