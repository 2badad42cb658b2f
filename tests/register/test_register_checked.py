"""What an outsider finds with the court's own list, the program and a fingerprint from elsewhere: each tampering is tried."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from odr.app import create_app
from odr.docket.models import Document
from odr.evidence.kit.kit import fingerprint
from tests.judgment.bench import Bench
from tests.kept import kept
from tests.register.publishing import approve, numbered, proposal, publish

Part = dict[str, Any]


class Outside:
    """A folder of somebody outside: two programs, the list, published texts, a sealed paper."""

    def __init__(self, folder: Path, bench: Bench) -> None:
        self.folder, self.key = folder, fingerprint(bench.court.notary.log_public_key_vkey())
        stranger = create_app(court=bench.court).test_client()
        for name in ("check_register.py", "verify.py", "ledger.json"):
            (folder / name).write_bytes(stranger.get(f"/decisions/{name}").data)
        (folder / "texts").mkdir()
        for row in numbered(bench):
            answer = stranger.get(f"/decisions/{row.address}.json")
            (folder / "texts" / f"{row.address}.json").write_bytes(answer.data)
            with bench.court.database.read() as session:
                (folder / "paper.pdf").write_bytes(session.get_one(Document, row.document_id).content)

    @property
    def told(self) -> Part:
        """The list."""
        found: Part = json.loads((self.folder / "ledger.json").read_text())
        return found

    def write(self, told: Part) -> None:
        """Another list in its place."""
        (self.folder / "ledger.json").write_text(json.dumps(told, ensure_ascii=False))

    def run(self, *more: str) -> tuple[int, str]:
        """Run the program, without the court's library."""
        command = [
            sys.executable,
            "-I",
            "-c",
            "import sys; sys.path.insert(0, '.'); sys.argv[0] = 'check'; "
            "import check_register; sys.exit(check_register.main(sys.argv[1:]))",
        ]
        given = ["--log-key-fingerprint", self.key, "--texts", "texts", "--paper", "paper.pdf", "ledger.json", *more]
        done = subprocess.run([*command, *given], cwd=self.folder, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


@kept
def told_story(bench: Bench) -> None:
    """Published, and corrected afterwards."""
    bench.effective()
    row = publish(bench)
    bench.do("clerk", "correct_publication", {**proposal(bench, row), "reason": "masking"})
    approve(bench)
    bench.do("clerk", "publish_decision", {"publication": row.reference})
    bench.court.notary.sequence()


@pytest.fixture
def outside(bench: Bench, tmp_path: Path) -> Iterator[Outside]:
    """Somebody outside, who took everything that is public."""
    told_story(bench)
    folder = tmp_path / "outside"
    folder.mkdir()
    yield Outside(folder, bench)


def test_an_honest_ledger_adds_up(outside: Outside) -> None:
    """Numbers, states, texts, the paper somebody holds, and every record proved in the log."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here")
    code, said = outside.run()
    assert code == 0 and said.rstrip().endswith("OK"), said
    assert "1 published + 0 withheld + 0 pending + 0 withdrawn = 1 decided, rest 0" in said
    assert "5 of 5 records proved" in said and "it is decision 1, published" in said


def rechained(told: Part) -> Part:
    """The list as a careful forger would write it: numbered anew, each record following the one before, receipts fitted."""
    previous = "0" * 64
    for place, one in enumerate(told["records"], 1):
        body = {**json.loads(one["body"]), "record": place, "previous": previous}
        one["body"] = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        previous = hashlib.sha256(one["body"].encode()).hexdigest()
        receipt = {**json.loads(one["receipt"]), "sha256": previous, "size": len(one["body"].encode())}
        one["receipt"] = json.dumps(receipt, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return told


def without(place: int) -> Callable[[Part], Part]:
    """One record taken out."""

    def change(told: Part) -> Part:
        del told["records"][place]
        return told

    return change


def changed(told: Part) -> Part:
    """The digest of a published text exchanged in its record."""
    one = told["records"][-1]
    body = json.loads(one["body"])
    body["text_sha256"] = "1" * 64
    one["body"] = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return told


def hidden(told: Part) -> Part:
    """All that was ever recorded of a decision taken out."""
    return {**told, "records": []}


@pytest.mark.parametrize("forge", [without(0), without(1), without(2), without(3), changed, hidden])
def test_what_was_taken_out_or_changed_is_found(outside: Outside, forge: Callable[[Part], Part]) -> None:
    """A record missing, a version changed in silence, a decision hidden: done simply, and then as a careful forger would."""
    outside.write(forge(outside.told))
    code, said = outside.run()
    assert code == 1 and "WRONG" in said, said
    outside.write(rechained(outside.told))
    code, said = outside.run()
    assert code == 1 and "WRONG" in said, said


def test_a_text_changed_in_silence_is_found(outside: Outside) -> None:
    """One sign of the published text."""
    (text,) = (outside.folder / "texts").iterdir()
    text.write_text(text.read_text().replace("label", "Label"))
    code, said = outside.run()
    assert code == 1 and "not the one that was published" in said, said


def test_whoever_kept_an_older_list_sees_what_was_rewritten(outside: Outside) -> None:
    """A list that ends earlier than the one somebody kept was shortened."""
    (outside.folder / "older.json").write_text(json.dumps(outside.told))
    told = outside.told
    del told["records"][-1]
    outside.write(told)
    code, said = outside.run("--earlier", "older.json")
    assert code == 1 and ("taken away" in said or "not the one" in said), said


def test_a_stranger_s_key_proves_nothing(outside: Outside) -> None:
    """A key that lies in the list counts only by the fingerprint from elsewhere."""
    outside.key = "0" * 64
    code, said = outside.run()
    assert code == 1 and "no key" in said, said
