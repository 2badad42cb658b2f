"""A time limit reckoned again from its own working: its start, its length, and all that halted or lengthened it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from odr.procedure.rules.base import Period, Unit
from odr.procedure.rules.pack import RulePack
from odr.procedure.time.counting import Suspension
from odr.procedure.time.reckoning import Extension, Reckoning, reckon
from odr.procedure.time.written_working import text_from_json, text_to_json

BEGINNINGS = ("day of the event, not counted", "hour of the event, not counted")
"""The first step of every reckoning: a second one shows a length that was added from the end reached."""
CHANGES = ("extended by order: %(why)s", "suspended: %(why)s")


def reckon_working(pack: RulePack, working: Mapping[str, Any]) -> Reckoning:
    """The end that the working of a window leads to under ``pack``."""
    return reckon(
        pack,
        Period(amount=working["amount"], unit=Unit(working["unit"])),
        datetime.fromisoformat(working["start"]),
        article=working["article"],
        suspensions=[_suspension(one) for one in working.get("suspensions", [])],
        extensions=[_extension(one) for one in working.get("extensions", [])],
    )


def is_complete(working: Mapping[str, Any]) -> bool:
    """Whether a working says all that it was reckoned from.

    Windows that an older court lengthened show the added days among their steps only, with nothing to reckon them
    from.
    """
    texts = [step["reason"]["text"] for step in working["steps"]]
    added = sum(text in BEGINNINGS for text in texts) - 1
    told = [*working.get("extensions", []), *working.get("suspensions", [])]
    return added <= len(told) and (bool(told) or not any(text in CHANGES for text in texts))


def extension_to_json(one: Extension) -> dict[str, Any]:
    """An extension as a window's working keeps it."""
    written: dict[str, Any] = {"reason": text_to_json(one.reason), "article": one.article}
    if one.until_on is not None:
        since = {"since": one.since.isoformat()} if one.since is not None else {}
        return {**written, "until": one.until_on.isoformat(), **since}
    assert one.period is not None
    return {**written, "amount": one.period.amount, "unit": one.period.unit.value}


def _suspension(one: Mapping[str, Any]) -> Suspension:
    return Suspension(
        datetime.fromisoformat(one["from"]),
        datetime.fromisoformat(one["until"]),
        text_from_json(one["reason"]),
        one["article"],
    )


def _extension(one: Mapping[str, Any]) -> Extension:
    reason = text_from_json(one["reason"])
    if "until" in one:
        since = datetime.fromisoformat(one["since"]) if "since" in one else None
        return Extension(reason, one["article"], until_on=date.fromisoformat(one["until"]), since=since)
    unit = Unit(one.get("unit", Unit.DAYS.value))
    return Extension(reason, one["article"], period=Period(amount=one["amount"], unit=unit))
