"""What people take along from the training court proves itself to strangers, and another court takes it in."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry
from odr.evidence.exhibits.access import why_closed
from odr.evidence.kit import compiling, received_case_files
from odr.evidence.kit.kit import VERIFIER, fingerprint
from odr.evidence.models import Compilation, CompilationKind, Exhibit
from odr.identity.actors import Actor, actors_in
from odr.identity.models import Account
from odr.procedure.court import Court
from tests.demo.conftest import NOW, opened


def capacities(court: Court) -> list[tuple[int, Actor]]:
    """Everybody of the disputes in each capacity in each case."""
    with court.database.read() as session:
        people = session.scalars(select(Account).order_by(Account.id)).all()
        return [
            (case.id, actor)
            for case in session.scalars(select(Case))
            for one in people
            for actor in actors_in(session, one, case, NOW)
        ]


def taken_along(court: Court, folder: Path, case_id: int, actor: Actor, exhibit_id: int | None = None) -> Path:
    """The file the worker makes of somebody's request."""
    with court.database.write() as session:
        exhibit = session.get_one(Exhibit, exhibit_id) if exhibit_id is not None else None
        kind = CompilationKind.CASE_FILE if exhibit is None else CompilationKind.KIT
        number = compiling.ask(
            session, session.get_one(Case, case_id), actor, kind, "en", court.clock.machine_now(), exhibit
        ).id
    assert compiling.compile_due(court) == 1
    with court.database.read() as session:
        row = session.get_one(Compilation, number)
    assert row.key is not None, row.problem
    place = folder / f"{number}.zip"
    place.write_bytes(b"".join(court.ports.store.open(row.key)))
    return place


def refused_by_verify_py(place: Path, key: str) -> str:
    """What the program in the bag says against it, run by itself with the fingerprint from outside; nothing where all
    holds.
    """
    program = place.with_suffix(".py")
    with zipfile.ZipFile(place) as bag:
        program.write_bytes(bag.read(bag.namelist()[0].split("/")[0] + "/verify.py"))
    assert program.read_bytes() == VERIFIER.read_bytes()
    ran = subprocess.run(
        [sys.executable, str(program), "--log-key-fingerprint", key, str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout + ran.stderr if ran.returncode else ""


def kits(court: Court) -> Iterator[tuple[int, Actor, int]]:
    """Each exhibit of the disputes with somebody who may take it along."""
    with court.database.read() as session:
        exhibits = session.scalars(select(Exhibit).order_by(Exhibit.id)).all()
        readers = {
            e.id: next(a for case, a in capacities(court) if case == e.case_id and why_closed(a, e) is None)
            for e in exhibits
        }
    for exhibit in exhibits:
        yield exhibit.case_id, readers[exhibit.id], exhibit.id


@pytest.mark.slow
def test_every_case_file_of_the_disputes_is_taken_in_elsewhere(
    told: Court, sqlite_template: Path, tmp_path: Path
) -> None:
    """For everybody of every dispute: what they take along holds before its own program, and another court that has the
    fingerprint takes it in.
    """
    key = fingerprint(told.notary.log_public_key_vkey())
    (tmp_path / "other").mkdir()
    other, database = opened(tmp_path / "other", sqlite_template)
    asked, signed_again, programs = capacities(told), 0, set[int]()
    for case_id, actor in asked:
        place = taken_along(told, tmp_path, case_id, actor)
        if case_id not in programs:
            programs.add(case_id)
            assert refused_by_verify_py(place, key) == ""
        row = received_case_files.receive(other, place, {key})
        with told.database.read() as session:
            case = session.get_one(Case, case_id)
            acts = list(
                session.scalars(
                    select(DocketEntry.act).where(DocketEntry.case_id == case_id).order_by(DocketEntry.number)
                )
            )
        assert (row.origin_case, row.entries) == (case.reference, len(acts))
        signed_again += "countersign_decision" in acts
    assert len(programs) == 10 and len(asked) > 20 and signed_again >= 4
    database.dispose()


@pytest.mark.slow
def test_every_kit_of_the_disputes_holds_before_its_own_program(told: Court, tmp_path: Path) -> None:
    """Each exhibit taken along by itself is proven by the program in its bag, with the fingerprint from outside."""
    key = fingerprint(told.notary.log_public_key_vkey())
    refused = [refused_by_verify_py(taken_along(told, tmp_path, *kit), key) for kit in kits(told)]
    assert len(refused) >= 13 and refused == [""] * len(refused)
