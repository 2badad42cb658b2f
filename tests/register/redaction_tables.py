"""Rule tables for the tests of redaction: those of the docstring of the rules, with every kind that can be cut."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from odr.procedure.rules import redaction
from odr.procedure.rules.redaction import NAMES, Private, RedactionRules


def tables() -> list[dict[str, Any]]:
    """The examples of the docstring, as TOML."""
    examples = re.findall(r"::\n\n((?:    .*\n|\n)+)", redaction.__doc__ or "")
    return [tomllib.loads("\n".join(line[4:] for line in each.splitlines()))["redaction"] for each in examples]


def cn_table() -> dict[str, Any]:
    """The example for China with every kind of private datum."""
    table = tables()[0]
    for kind in Private:
        if kind not in NAMES:
            table["cuts"].setdefault(kind.value, {"article": "JDP 10(1)"})
    table["cuts"]["address"].pop("of", None)
    return table


def cn_rules(mode: str = "practice_2026") -> RedactionRules:
    """Rules of a court in China, in one of the two modes."""
    return RedactionRules.from_table(cn_table() | {"mode": mode})


def ew_rules() -> RedactionRules:
    """Rules of a court in England and Wales: names by order only."""
    return RedactionRules.from_table(tables()[1])
