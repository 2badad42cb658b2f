"""The commands of docs/for-the-public.md, as they are written there, on what the court gives out over HTTP."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from odr.training.stripe_peer.app import Peer
from tests.api.caller import Caller, files_of
from tests.scene import Scene, claim

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "for-the-public.md"
TIME = "Verification: OK"


def command(beginning: str) -> str:
    """The one command of the guide that begins so, without its remark."""
    found = [
        line.strip() for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith(f"    {beginning}")
    ]
    assert len(found) == 1 or len(set(found)) == 1, (beginning, found)
    return re.sub(r"\s+# .*$", "", found[0])


def run(line: str, folder: Path, origin: str = "") -> tuple[bool, str]:
    """Whether a shell took the command, and what it said."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    said = subprocess.run(
        ["bash", "-c", line.replace("https://court.example", origin)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": path},
    )
    return said.returncode == 0, said.stdout + said.stderr


def changed(file: Path, at: int = -2) -> None:
    """One byte of a file becomes another."""
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(bytes(data))


@pytest.fixture
def given_out(api_scene: tuple[Scene, Peer], callers: dict[str, Caller], tmp_path: Path) -> tuple[Path, str, int]:
    """A folder with an entry, its receipt and a sealed paper, fetched over HTTP; where the court is; the entry's
    number.
    """
    scene, _ = api_scene
    li = callers["li"]
    reference = li.ask("POST", "/cases", given=claim().model_dump(mode="json")).json()["case"]
    for person in callers.values():
        person.reference = reference
    callers["clerk"].do("accept_claim", track="small_claims")
    for _ in range(3):
        scene.work()
    folder = tmp_path / "public"
    folder.mkdir()
    rows = li.read()
    number = max(row["entry"] for row in rows["docket"] if row["content"] is not None)
    for name, data in files_of(li.read(f"/docket/{number}/receipt")).items():
        (folder / name).write_bytes(data)
    entry = li.ask("GET", f"/cases/{reference}/docket/{number}")
    (folder / f"entry-{number}.json").write_bytes(entry.content)
    paper = next(
        d
        for d in rows["documents"]
        if li.ask("GET", f"/cases/{reference}/documents/{d['reference']}").content.startswith(b"%PDF")
    )
    (folder / "decision.pdf").write_bytes(li.read(f"/documents/{paper['reference']}"))
    for line in ("curl -o keys.txt", "curl -o log.pem", "curl -o time-authority.pem"):
        assert run(command(line), folder, li.origin)[0], line
    assert run(
        command("grep '/2026+'").replace("2026", json.loads((folder / "receipt.json").read_bytes())["received_at"][:4]),
        folder,
    )[0]
    return folder, li.origin, number


def test_the_public_verifies_a_receipt_with_programs_of_others(given_out: tuple[Path, str, int]) -> None:
    """Each command of the guide accepts what the court gave out, and refuses it with one byte changed."""
    folder, _, number = given_out
    assert (
        run(command("sha256sum entry-7.json").replace("-7", f"-{number}"), folder)[1].split()[0]
        == json.loads((folder / "receipt.json").read_bytes())["sha256"]
    )
    for beginning in ("tail -n +2", "sed '/^$/", "grep '^—'"):
        assert run(command(beginning), folder)[0], beginning
    for beginning, file in (
        ("sha256sum -c receipt.leaf", "receipt.json"),
        ("spicy-litetlog", "receipt.leaf"),
        ("openssl ts -verify -data checkpoint -in checkpoint.tsr -CAfile time-authority.pem  ", "checkpoint"),
        ("openssl pkeyutl", "checkpoint.body"),
    ):
        if beginning == "spicy-litetlog" and shutil.which(beginning) is None:
            continue
        good, said = run(command(beginning), folder)
        assert good, said
        kept = (folder / file).read_bytes()
        changed(folder / file)
        assert not run(command(beginning), folder)[0], f"{beginning} took a changed {file}"
        (folder / file).write_bytes(kept)


@pytest.mark.slow
def test_the_public_verifies_a_sealed_paper(given_out: tuple[Path, str, int]) -> None:
    """pdfsig and pyHanko name the seal of a paper valid, and refuse the paper with one byte changed."""
    folder, _, _ = given_out
    pdfsig, pyhanko = command("pdfsig"), command("pyhanko")
    assert "Signature is Valid" in run(pdfsig, folder)[1]
    good, said = run(pyhanko, folder)
    assert good and "INTACT:TRUSTED" in said and "UNTOUCHED" in said, said
    changed(folder / "decision.pdf", at=len((folder / "decision.pdf").read_bytes()) // 3)
    assert "Signature is Valid" not in run(pdfsig, folder)[1]
    good, said = run(pyhanko, folder)
    assert not good, said


def test_nothing_left_out_is_seen_by_the_loop_of_the_guide(
    given_out: tuple[Path, str, int], callers: dict[str, Caller]
) -> None:
    """The loop over the entries says which one follows, and says so of none whose predecessor was changed."""
    folder, _, _ = given_out
    li = callers["li"]
    text = GUIDE.read_text(encoding="utf-8")
    loop = (
        "\n".join(line[4:] for line in text.partition("    for n in 2 3 4 5; do")[1:][0].splitlines())
        + text.partition("    for n in 2 3 4 5; do")[2].partition("\n\n")[0]
    )
    readable = [row["entry"] for row in li.read()["docket"] if row["content"] is not None]
    pairs = [n for n in readable if n - 1 in readable]
    for n in readable:
        (folder / f"entry-{n}.json").write_bytes(li.ask("GET", f"/cases/{li.reference}/docket/{n}").content)
    loop = loop.replace("2 3 4 5", " ".join(map(str, pairs)))
    assert run(loop, folder)[1].splitlines() == [f"entry {n} follows entry {n - 1}" for n in pairs]
    changed(folder / f"entry-{pairs[0] - 1}.json")
    assert run(loop, folder)[1].splitlines()[0] == f"entry {pairs[0]} DOES NOT FOLLOW"
