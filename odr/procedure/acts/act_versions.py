"""Acts of the past: what was given to an older version of an act, read as today's version takes it.

An entry keeps for ever what was given, with the version of the act that took it.
When an act changes, its ``version`` is raised and an upcaster turns the older
input into the next one; several follow each other up to today's. The entry itself
is never rewritten.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from odr.docket.models import DocketEntry, Stage
from odr.ground.canonical import canonical
from odr.procedure.acts.table import TABLE, UPCASTERS, Act, Upcaster
from odr.procedure.forms.exhibit_titles import as_recorded
from odr.procedure.forms.inputs import recorded_references

if TYPE_CHECKING:
    from odr.docket.models import Audience, Case, Party
    from odr.identity.actors import Actor

PAYLOAD_FORMAT = "court-entry/2"
"""Form of the payloads written now; those of ``court-entry/1`` stay as they are and have neither ``stage`` nor ``sign_in``
nor ``time``.
"""


class NoUpcaster(Exception):
    """The court holds an entry of a version of an act that nothing turns into today's."""


def upcast(name: str, *, from_version: int) -> Callable[[Upcaster], Upcaster]:
    """Declare how the input of one version of an act becomes the next version's. One for each step."""

    def enter(step: Upcaster) -> Upcaster:
        steps = UPCASTERS.setdefault(name, {})
        if from_version in steps:
            raise ValueError(f"two upcasters lead from version {from_version} of {name}")
        steps[from_version] = step
        return step

    return enter


def current_input(act: Act, version: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """An input of ``version`` as today's version of the act takes it. Raises NoUpcaster where a step is missing."""
    values = dict(given)
    if not 1 <= version <= act.version:
        raise NoUpcaster(f"{act.name} has no version {version}; today's is {act.version}")
    for step in range(version, act.version):
        if step not in act.upcasters:
            raise NoUpcaster(f"nothing turns version {step} of {act.name} into version {step + 1}")
        values = act.upcasters[step](values)
    return values


def input_of(entry: DocketEntry) -> dict[str, Any]:
    """What was given with the act behind an entry, in today's form."""
    payload = json.loads(entry.payload)
    return current_input(TABLE[entry.act], payload["version"], payload["input"])


def files_named(entry: DocketEntry) -> list[str]:
    """References of the files that the act behind an entry was given: of fields that hold a file, and of no other
    words.
    """
    return [
        reference
        for kind, reference in recorded_references(TABLE[entry.act].input, input_of(entry))
        if kind == "upload"
    ]


def read(payload: Mapping[str, Any]) -> BaseModel:
    """The input of a payload as today's model. Raises NoUpcaster, or pydantic's ValidationError."""
    act = TABLE[payload["act"]]
    with as_recorded():
        return act.input.model_validate(current_input(act, payload["version"], payload["input"]))


@dataclass(frozen=True)
class Course:
    """How an act found and left the case, and when it was recorded.

    ``doubt`` is what speaks against the time, or None: see :func:`doubt_about`.
    """

    before: Stage
    after: Stage
    effective_at: datetime
    recorded_at: datetime
    doubt: str | None = None


def doubt_about(recorded_at: datetime, previous_at: datetime | None) -> str | None:
    """What speaks against the time of an entry: a clock that stands before the entry it follows. None where nothing does."""
    if previous_at is not None and recorded_at < previous_at:
        return "before_previous_entry"
    return None


def content_of(
    act: Act,
    case: Case,
    given: BaseModel,
    actor: Actor,
    party: Party | None,
    course: Course,
    *,
    result: Mapping[str, Any],
    words: Mapping[str, str],
    late: bool,
    audience: Audience,
    salt: str,
    rules: str,
    kept: Mapping[str, Any] | None = None,
) -> bytes:
    """The canonical payload of the entry that an act makes as the next one of a case (RFC 8785); ``kept`` stands for an
    input under a seal.
    """
    confirmed = actor.strong_at is not None and act.strong
    return canonical(
        {
            "format": PAYLOAD_FORMAT,
            "case": case.reference,
            "number": case.entry_count + 1,
            "previous": case.head_digest,
            "act": act.name,
            "version": act.version,
            "actor": {
                "role": actor.role.value,
                "party": party.label if party else None,
                "represented": actor.is_representative,
                "sign_in": actor.sign_in.value,
                "confirmed": confirmed,
            },
            "input": dict(kept) if kept is not None else given.model_dump(mode="json"),
            "result": dict(result),
            "words": dict(words),
            "late": late,
            "audience": audience.value,
            "stage": {"before": course.before.value, "after": course.after.value},
            "effective_at": course.effective_at.isoformat(),
            "recorded_at": course.recorded_at.isoformat(),
            "time_doubt": course.doubt,
            "rules": rules,
            "salt": salt,
        }
    )
