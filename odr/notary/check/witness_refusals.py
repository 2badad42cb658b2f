"""A witness's refusal: its word that the tree shown to it does not continue the tree it saw.

It means that the court was set back, that its log has forked, or that the witness errs. Which of them, no program
can know; so it is remembered in the vault, which a restored database does not touch, and no tree is signed until
an operator answers for it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

REFUSALS = "refusals.json"
"""In the vault's folder: every refusal there ever was, with the operator's answer."""


@dataclass(frozen=True)
class Answer:
    """Who answered for a refusal, why signing goes on, and when."""

    by: str
    why: str
    at: datetime


@dataclass(frozen=True)
class Refusal:
    """What a witness refused. ``size`` and ``root`` (base64) are of the tree shown, ``known`` the size it says it
    knows.
    """

    log: str
    witness: str
    status: int
    size: int
    root: str
    known: int | None
    at: datetime
    answer: Answer | None = None

    def is_about(self, log: str, witness: str) -> bool:
        """Whether it is this witness's word on this log."""
        return (self.log, self.witness) == (log, witness)

    def __str__(self) -> str:
        knows = "" if self.known is None else f" and knows {self.known} entries"
        shown = f"the tree head of {self.size} entries of log {self.log}"
        return f"the witness {self.witness} refused {shown} on {self.at:%F %T} UTC: it answered {self.status}{knows}"

    def as_json(self) -> dict[str, Any]:
        """As kept in the vault and sent over its socket."""
        return json.loads(json.dumps(asdict(self), default=datetime.isoformat))  # type: ignore[no-any-return]

    @classmethod
    def of_json(cls, told: dict[str, Any]) -> Refusal:
        """Read what :meth:`as_json` gave. Raises ``KeyError``, ``TypeError`` or ``ValueError`` for anything else."""
        answer = told["answer"] and Answer(
            told["answer"]["by"], told["answer"]["why"], datetime.fromisoformat(told["answer"]["at"])
        )
        return cls(**{**told, "at": datetime.fromisoformat(told["at"]), "answer": answer})


def standing(refusals: Sequence[Refusal]) -> list[Refusal]:
    """Those for which nobody has answered yet."""
    return [each for each in refusals if each.answer is None]


def with_one_more(refusals: Sequence[Refusal], refusal: Refusal) -> list[Refusal] | None:
    """The list with a new refusal; None where the same witness's word on the same log stands already."""
    if any(each.is_about(refusal.log, refusal.witness) for each in standing(refusals)):
        return None
    return [*refusals, refusal]


def answered(refusals: Sequence[Refusal], answer: Answer) -> list[Refusal]:
    """The list with an answer to each refusal that had none."""
    return [each if each.answer else replace(each, answer=answer) for each in refusals]


def read_refusals(data: bytes) -> list[Refusal]:
    """The file's content. Raises ``ValueError`` where it is damaged."""
    try:
        return [Refusal.of_json(each) for each in json.loads(data)]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{REFUSALS} cannot be read: {error}") from error


def write_refusals(refusals: Sequence[Refusal]) -> bytes:
    """The file's content."""
    return json.dumps([each.as_json() for each in refusals], indent=1).encode()
