"""The commands of docs/for-the-public.md, as they are written there, on what the court gives out over HTTP."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from odr.training.stripe_peer.app import Peer
from tests.api.caller import Caller, files_of
from tests.guide import RUN_BY, changed, command, commands, has, programs_named, refuses_what_is_not_so, run
from tests.scene import Scene, claim
from tests.typed import taken_out


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
    for line in ("curl -fsS -o keys.txt", "curl -fsS -o log.pem", "curl -fsS -o time-authority.pem"):
        assert run(command(line), folder, li.origin)[0], line
    assert run(
        command("grep '/2026+'").replace("2026", json.loads((folder / "receipt.json").read_bytes())["received_at"][:4]),
        folder,
    )[0]
    return folder, li.origin, number


def test_the_public_verifies_a_receipt_with_programs_of_others(given_out: tuple[Path, str, int]) -> None:
    """Each command of the guide accepts what the court gave out, and refuses it changed by one byte, or missing."""
    folder, _, number = given_out
    first = command("python3 -c").replace("entry-7", f"entry-{number}")
    refuses_what_is_not_so(first, folder, f"entry-{number}.json", f"entry-{number}.json: OK", at=30)
    (folder / "receipt.json").rename(folder / "elsewhere")
    assert not run(first, folder)[0]
    (folder / "elsewhere").rename(folder / "receipt.json")
    for beginning in ("tail -n +2", "sed '/^$/", "grep '^—'"):
        assert run(command(beginning), folder)[0], beginning
    stamped = command("openssl ts -verify -data checkpoint -in checkpoint.tsr -CAfile time-authority.pem", "pem")
    for line, files, holds in (
        (command("sha256sum -c receipt.leaf"), ("receipt.json", "receipt.leaf"), "receipt.json: OK"),
        (command("spicy-litetlog"), ("receipt.leaf", "receipt.leaf.spicy", "log.vkey"), "signature(s) verified!"),
        (stamped, ("checkpoint", "checkpoint.tsr", "time-authority.pem"), "Verification: OK"),
        (
            command("openssl pkeyutl"),
            ("checkpoint.body", "checkpoint.sig", "log.pem"),
            "Signature Verified Successfully",
        ),
    ):
        for file in files:
            if has(line.split()[0]):
                middle = len((folder / file).read_bytes()) // 2
                refuses_what_is_not_so(line, folder, file, holds, at=middle)


def test_a_page_that_is_not_there_becomes_no_key(given_out: tuple[Path, str, int]) -> None:
    """Where the court answers with an error, no file is written that a later command might take for a key."""
    folder, origin, _ = given_out
    for line in ("curl -fsS -o keys.txt", "curl -fsS -o log.pem", "curl -fsS -o time-authority.pem"):
        asked = command(line)
        name = asked.split()[3]
        (folder / name).unlink(missing_ok=True)
        assert not run(asked.replace("/log/", "/nothing/"), folder, origin)[0]
        assert not (folder / name).exists()


@pytest.mark.slow
def test_the_public_verifies_a_sealed_paper(given_out: tuple[Path, str, int]) -> None:
    """pdfsig and pyHanko name the seal of a paper valid, and refuse the paper with one byte changed, or missing; by
    itself pdfsig ends well all the same, as the guide warns.
    """
    folder, _, _ = given_out
    place = len((folder / "decision.pdf").read_bytes()) // 3
    assert run(command("sha256sum decision.pdf"), folder)[0]
    said = run(command("pyhanko"), folder)[1]
    assert "UNTOUCHED" in said, said
    refuses_what_is_not_so(command("pdfsig"), folder, "decision.pdf", "Signature is Valid.", at=place)
    refuses_what_is_not_so(command("pyhanko"), folder, "decision.pdf", "INTACT:TRUSTED", at=place)
    changed(folder / "decision.pdf", at=place)
    good, said = run("pdfsig -nocert decision.pdf", folder)
    assert good and "Digest Mismatch" in said and "Total document signed" in said
    (folder / "decision.pdf").write_bytes(b"%PDF-1.7\n%%EOF\n")
    assert not run(command("pdfsig"), folder)[0]


def test_every_command_of_the_guide_is_run() -> None:
    """No command stands in the guide that no test runs, and none is listed that the guide no longer has; each uses only
    programs the guide names.
    """
    for line in commands():
        (by,) = {RUN_BY[beginning] for beginning in RUN_BY if line.startswith(beginning)}
        beginning = max((one for one in RUN_BY if line.startswith(one)), key=len)
        assert any(one.startswith(beginning) for one in taken_out(by)), f"{by} does not run {beginning}"
        spoken = re.sub(r"'[^']*'", "", line)
        used = set(re.findall(r"(?:^|[|;&({]|\$\(|do|\n)\s*([a-z][a-z0-9-]+)(?= )", spoken))
        assert used <= programs_named() | {"for", "do", "done", "echo", "named", "before"}, (line, used)
    for beginning in RUN_BY:
        assert any(line.startswith(beginning) for line in commands()), f"the guide has no {beginning}"


def test_nothing_left_out_is_seen_by_the_loop_of_the_guide(
    given_out: tuple[Path, str, int], callers: dict[str, Caller]
) -> None:
    """The loop over the entries says which one follows, and says so of none whose predecessor was changed."""
    folder, _, _ = given_out
    li = callers["li"]
    loop = command("for n in 2 3 4 5")
    readable = [row["entry"] for row in li.read()["docket"] if row["content"] is not None]
    pairs = [n for n in readable if n - 1 in readable]
    for n in readable:
        (folder / f"entry-{n}.json").write_bytes(li.ask("GET", f"/cases/{li.reference}/docket/{n}").content)
    loop = loop.replace("2 3 4 5", " ".join(map(str, pairs)))
    assert run(loop, folder)[1].splitlines() == [f"entry {n} follows entry {n - 1}" for n in pairs]
    changed(folder / f"entry-{pairs[0] - 1}.json")
    assert run(loop, folder)[1].splitlines()[0] == f"entry {pairs[0]} DOES NOT FOLLOW"
    for gone in (pairs[0], pairs[0] - 1):
        kept = (folder / f"entry-{gone}.json").read_bytes()
        (folder / f"entry-{gone}.json").unlink()
        assert f"entry {pairs[0]} DOES NOT FOLLOW" in run(loop, folder)[1]
        (folder / f"entry-{gone}.json").write_bytes(kept)
    for file in folder.glob("entry-*.json"):
        file.unlink()
    said = run(loop, folder)[1]
    assert "follows" not in said and said.count("DOES NOT FOLLOW") == len(pairs)
