"""Verifying a case file of a thousand exhibits, against ``sha256sum`` over the same files."""

from __future__ import annotations

import hashlib
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

from bench.acts import fresh
from bench.frame import Ratio, compare, report, timed
from odr.docket.models import Case
from odr.evidence.inputs import ExhibitInput
from odr.evidence.kit import compiling
from odr.evidence.kit.kit import fingerprint
from odr.evidence.kit.verifier import pem_bytes
from odr.evidence.models import Category, Compilation, CompilationKind, CompilationState
from odr.evidence.store.ports import desk_of
from tests.scene import Scene

EXHIBITS = 1_000
SIZES = (500_000, 3_000_000)
"""Bytes of one exhibit, anywhere between: from a picture of a phone's screen to a photograph by its camera, which is
what most exhibits are.
"""
A_SITTING = 250


def submit(scene: Scene, count: int, sizes: tuple[int, int]) -> None:
    """So many exhibits of Li's, each another file, in Sittings of 250."""
    desk, chance = desk_of(scene.court), random.Random(20260302)
    for start in range(0, count, A_SITTING):
        sent = []
        for number in range(start, min(count, start + A_SITTING)):
            photograph = BytesIO(b"\xff\xd8\xff" + chance.randbytes(chance.randint(*sizes) - 3))
            kept = desk.receive(scene.people["li"], f"photo-{number}.jpg", "image/jpeg", photograph)
            assert kept is not None
            sent.append(kept.reference)
        actor = scene.actor("li")
        with scene.court.sit() as sitting:
            case = sitting.session.get_one(Case, scene.case_id)
            for reference in sent:
                given = ExhibitInput(
                    upload=reference, title="Photograph", category=Category.FILES, proves="The shelf", source="My phone"
                )
                sitting.perform("submit_exhibit", case, given, actor=actor)


def unpacked(scene: Scene, folder: Path) -> Path:
    """The case file of the judge, in a folder."""
    with scene.court.database.write() as session:
        row = compiling.ask(
            session,
            session.get_one(Case, scene.case_id),
            scene.actor("judge"),
            CompilationKind.CASE_FILE,
            "en",
            scene.court.clock.machine_now(),
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


def run(count: int = EXHIBITS, sizes: tuple[int, int] = SIZES) -> list[Ratio]:
    """Seconds of the verifier in the bag, as anybody runs it, over seconds of ``sha256sum -c`` on both manifests.
    Raises when the case file does not hold.
    """
    with tempfile.TemporaryDirectory() as folder:
        scene = fresh(Path(folder))
        submit(scene, count, sizes)
        scene.court.notary.sequence()
        bag = unpacked(scene, Path(folder))
        log = fingerprint(scene.court.notary.log_public_key_vkey())
        authority = hashlib.sha256(pem_bytes(scene.court.notary.tsa_ca_pem().encode())).hexdigest()
        # -S: what this machine's Python loads of its own at every start is not the verifier's.
        ours = [
            [sys.executable, "-S", "verify.py", "--log-key-fingerprint", log, "--time-authority-fingerprint", authority]
        ]
        theirs = [
            ["sha256sum", "--status", "-c", manifest] for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt")
        ]
        spent: dict[str, list[float]] = {"ours": [], "theirs": []}

        def seconds(whose: str, commands: list[list[str]]) -> float:
            before = children_cpu()
            taken = timed(
                lambda: [
                    subprocess.run(command, cwd=bag, check=True, stdout=subprocess.DEVNULL) for command in commands
                ]
            )
            spent[whose].append(children_cpu() - before)
            return taken

        ratio = compare(
            f"verifying a case file of {count} exhibits, wall time",
            (
                "the kit's verifier: manifests, receipts, proofs, signatures, time tokens, docket",
                lambda: seconds("ours", ours),
            ),
            ("sha256sum -c on its manifests", lambda: seconds("theirs", theirs)),
            limit=1.1,
            at_least=False,
            tell=False,
        )
        receipts = len(list((bag / "receipts").iterdir()))
        total = sum(path.stat().st_size for path in bag.rglob("*") if path.is_file())
        heads = len({path.read_bytes() for path in bag.glob("receipts/*/checkpoint")})
        ratio.notes.append(
            f"{total / 2**20:,.0f} MiB, {receipts} receipts under {heads} checkpoints; files in the page cache"
        )
        one, other = statistics.median(spent["ours"]), statistics.median(spent["theirs"])
        ratio.notes.append(
            f"CPU {one:.2f} s ÷ {other:.2f} s = {one / other:.2f}: the verifier hashes on {os.cpu_count()} cores, sha256sum on one"
        )
        report(ratio)
        return [ratio]


def children_cpu() -> float:
    """Seconds of CPU of all children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
