"""The golden payloads: where they lie, how one is made."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime
from pathlib import Path

from odr import wiring
from odr.docket.models import Audience, Case, Party, Role
from odr.identity.actors import Actor
from odr.procedure.sitting import words_of
from odr.procedure.table import TABLE, Act
from odr.procedure.versions import content_of
from tests.golden.examples import example

FOLDER = Path(__file__).parent
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
COMMAND = "python -m tests.golden"


def acts() -> list[Act]:
    """Every act of the court."""
    for room in wiring.rooms():
        for module in room.acts:
            importlib.import_module(module)
    return list(TABLE)


def file_of(act: Act, folder: Path = FOLDER) -> Path:
    """Where the payload of an act's present version lies."""
    return folder / f"{act.name}.v{act.version}.json"


def missing(folder: Path = FOLDER) -> list[Act]:
    """Acts whose present version has no golden payload."""
    return [act for act in acts() if not file_of(act, folder).exists()]


def payload(act: Act) -> bytes:
    """What the docket would keep of the act's example: everything but the example is the same in every file."""
    role = sorted(act.by, key=lambda r: r.value)[0]
    case = Case(
        reference="goldencasegoldencasegolden",
        entry_count=6,
        head_digest="5" * 64,
        pack_id="cn",
        pack_version="2025-11-01",
    )
    party = Party(id=1, role=role, ordinal=1) if role in (Role.CLAIMANT, Role.RESPONDENT, Role.THIRD_PARTY) else None
    actor = Actor(role, 1, "Li Wen", 1, 1 if party else None)
    return content_of(
        act,
        case,
        example(act),
        actor,
        party,
        result={},
        words=words_of(act.title),
        late=False,
        audience=act.seen_by or Audience.PARTIES_AND_COURT,
        effective_at=AT,
        recorded_at=AT,
        salt="a" * 64,
        rules=f"{case.pack_id}/{case.pack_version}",
    )


def write_missing(folder: Path = FOLDER) -> list[Path]:
    """Write what is missing, and nothing else."""
    written = []
    for act in missing(folder):
        with file_of(act, folder).open("xb") as file:
            file.write(payload(act))
        written.append(file_of(act, folder))
    return written
