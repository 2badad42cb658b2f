"""The golden payloads: where they lie, how one is made."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from odr import wiring
from odr.docket.models import Audience, Case, Party, Role
from odr.ground.text import words_of
from odr.identity.actors import Actor, SignIn
from odr.procedure.acts.act_versions import PAYLOAD_FORMAT, Course, content_of
from odr.procedure.acts.table import TABLE, Act
from tests.golden.examples import example

FOLDER = Path(__file__).parent
"""Payloads of ``court-entry/1`` lie here, of each later format in a folder of its number."""
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
COMMAND = "python -m tests.golden"


def acts() -> list[Act]:
    """Every act of the court."""
    for room in wiring.ROOMS:
        wiring.declarations(room)
    return list(TABLE)


def file_of(act: Act, folder: Path = FOLDER) -> Path:
    """Where the payload of an act's present version lies."""
    return folder / PAYLOAD_FORMAT.partition("/")[2] / f"{act.name}.v{act.version}.json"


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
    actor = Actor(role, 1, "Li Wen", 1, 1 if party else None, sign_in=SignIn.ONE_FACTOR)
    stage = sorted(act.at, key=lambda s: s.value)[0]
    return content_of(
        act,
        case,
        example(act),
        actor,
        party,
        Course(stage, stage, AT, AT),
        result={},
        words=words_of(act.title),
        late=False,
        audience=act.seen_by or Audience.PARTIES_AND_COURT,
        salt="a" * 64,
        rules=f"{case.pack_id}/{case.pack_version}",
    )


def write_missing(folder: Path = FOLDER) -> list[Path]:
    """Write what is missing, and nothing else."""
    written = []
    for act in missing(folder):
        file_of(act, folder).parent.mkdir(exist_ok=True)
        with file_of(act, folder).open("xb") as file:
            file.write(payload(act))
        written.append(file_of(act, folder))
    return written
