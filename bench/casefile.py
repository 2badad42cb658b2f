"""Verifying a case file of a thousand exhibits, against ``sha256sum`` over the same files."""

from __future__ import annotations

import os
import random
import subprocess
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

from bench.acts import fresh
from bench.frame import Ratio, compare, report, timed
from odr.docket.models import Case
from odr.evidence import compiling
from odr.evidence.inputs import ExhibitInput
from odr.evidence.kit import fingerprint
from odr.evidence.kit_verifier import verify
from odr.evidence.models import Category, Compilation, CompilationKind, CompilationState
from odr.evidence.ports import desk_of
from tests.scene import Scene

EXHIBITS = 1_000
SIZE = 1 << 20
"""Bytes of one exhibit: a photograph of a screen."""
A_SITTING = 250


def submit(scene: Scene, count: int, size: int) -> None:
    """So many exhibits of Li's, each another file, in Sittings of 250."""
    desk, chance = desk_of(scene.court), random.Random(20260302)
    for start in range(0, count, A_SITTING):
        sent = []
        for number in range(start, min(count, start + A_SITTING)):
            kept = desk.receive(scene.people["li"], f"photo-{number}.jpg", "image/jpeg", BytesIO(b"\xff\xd8\xff" + chance.randbytes(size - 3)))
            assert kept is not None
            sent.append(kept.reference)
        actor = scene.actor("li")
        with scene.court.sit() as sitting:
            case = sitting.session.get_one(Case, scene.case_id)
            for reference in sent:
                given = ExhibitInput(upload=reference, title="Photograph", category=Category.FILES, proves="The shelf", source="My phone")
                sitting.perform("submit_exhibit", case, given, actor=actor)


def unpacked(scene: Scene, folder: Path) -> Path:
    """The case file of the judge, in a folder."""
    with scene.court.database.write() as session:
        row = compiling.ask(
            session, session.get_one(Case, scene.case_id), scene.actor("judge"), CompilationKind.CASE_FILE, "en", scene.court.clock.machine_now()
        )
    compiling.compile_due(scene.court)
    with scene.court.database.read() as session:
        row = session.get_one(Compilation, row.id)
    if row.state is not CompilationState.READY or row.key is None:
        raise AssertionError(row.problem)
    place = folder / "case.zip"
    with place.open("wb") as file:
        for piece in scene.court.ports.store.open(row.key):
            file.write(piece)
    with zipfile.ZipFile(place) as archive:
        archive.extractall(folder / "bag")
        top = archive.namelist()[0].split("/")[0]
    place.unlink()
    return folder / "bag" / top


def run(count: int = EXHIBITS, size: int = SIZE) -> list[Ratio]:
    """Seconds of our verifier over seconds of ``sha256sum -c`` on both manifests. Raises when the case file does not hold."""
    with tempfile.TemporaryDirectory() as folder:
        scene = fresh(Path(folder))
        submit(scene, count, size)
        scene.court.notary.sequence()
        bag = unpacked(scene, Path(folder))
        key = fingerprint(scene.court.notary.log_public_key_vkey())

        def ours() -> None:
            failures, _ = verify(bag, {key})
            if failures:
                raise AssertionError(failures[:3])

        def theirs() -> None:
            for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
                subprocess.run(["sha256sum", "--status", "-c", manifest], cwd=bag, check=True)

        ratio = compare(
            f"verifying a case file of {count} exhibits",
            ("the kit's verifier: manifests, receipts, proofs, signatures, docket", lambda: timed(ours)),
            ("sha256sum -c on its manifests", lambda: timed(theirs)),
            limit=1.1,
            at_least=False,
            tell=False,
        )
        receipts = len(list((bag / "receipts").iterdir()))
        total = sum(path.stat().st_size for path in bag.rglob("*") if path.is_file())
        heads = len({path.read_bytes() for path in bag.glob("receipts/*/checkpoint")})
        ratio.notes.append(f"{total / 2**20:,.0f} MiB, {receipts} receipts under {heads} checkpoints, {os.cpu_count()} cores; files in the page cache")
        report(ratio)
        return [ratio]
