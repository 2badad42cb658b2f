"""A copy of everything public: served by any web server with the court down, checked by an outsider, without what was withdrawn."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from odr.evidence.kit.kit import fingerprint
from odr.ground.errors import ActNotOpen
from odr.register.publication import ledger
from odr.register.publication.mirror.making import Made, publish as publish_copy, take_down
from odr.register.publication.mirror.models import RegisterCopy
from odr.register.publication.models import PublicationState
from odr.register.statistics.counting import rebuild
from tests.judgment.bench import Bench
from tests.kept import kept
from tests.patience import PATIENCE
from tests.register.laid_decisions import lay, record, text
from tests.register.publishing import approve, numbered, proposal, publish


@kept
def published_story(bench: Bench) -> None:
    """A judgment in effect, published."""
    bench.effective()
    publish(bench)


class Copy:
    """The folder, and the two programs that somebody outside has from it."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        self.bench, self.folder = bench, folder
        self.key = fingerprint(bench.court.notary.log_public_key_vkey())

    def publish(self) -> Made:
        """The court brings it up to date."""
        return publish_copy(self.bench.court, self.folder)

    @property
    def index(self) -> dict[str, Any]:
        """What the index says."""
        told: dict[str, Any] = json.loads((self.folder / "index.json").read_bytes())
        return told

    def file(self, name: str) -> Path:
        """Where a file lies."""
        return self.folder / self.index["files"][name]["path"]

    def check(self, *more: str, folder: Path | None = None) -> tuple[int, str]:
        """Run the program as it lies in the copy, on the day of the court's clock, without the court's library."""
        home = self.folder.parent / "outside"
        home.mkdir(exist_ok=True)
        for name in ("check_register.py", "verify.py"):
            shutil.copy(self.file(name), home / name)
        day = f"{self.bench.clock.now().astimezone(self.bench.court.settings.tz):%Y-%m-%d}"
        done = subprocess.run(
            [
                sys.executable,
                "-I",
                "-c",
                "import sys; sys.path.insert(0, '.'); import check_register; sys.exit(check_register.main(sys.argv[1:]))",
                *("--log-key-fingerprint", self.key, "--on", day, "--copy", str(folder or self.folder), *more),
            ],
            cwd=home,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def copy(bench: Bench, tmp_path: Path) -> Copy:
    """A copy of a court with a published decision."""
    published_story(bench)
    rebuild(bench.court)
    made = Copy(bench, tmp_path / "copy")
    assert made.publish().is_new
    return made


def test_everything_public_is_in_it_and_proved(copy: Copy) -> None:
    """Each published decision in five forms, ledger, hearings, statistics and programs; the program finds it right and proves
    ledger and index in the log.
    """
    address = numbered(copy.bench)[-1].address
    names = set(copy.index["files"])
    assert {f"decisions/{address}.{kind}" for kind in ("html", "json", "txt", "pdf", "akn.xml")} <= names
    assert {"ledger/000001.json", "hearings/en.json", "hearings/zh-Hans.json", "statistics.json"} <= names
    code, said = copy.check()
    assert code == 0 and "it stands in the log" in said and "decisions, each published" in said, said
    for file in copy.index["files"].values():
        path = copy.folder / file["path"]
        assert path.stem.startswith(hashlib.sha256(path.read_bytes()).hexdigest()) and path.stat().st_mode & 0o044


def test_nothing_new_writes_nothing(copy: Copy) -> None:
    """Run again, nothing is put on record and no file touched, though the log has grown; a day later the hearings are new."""
    before = {path: path.stat().st_mtime_ns for path in copy.folder.rglob("*")}
    copy.bench.court.sequence_now()
    assert not copy.publish().is_new
    assert before == {path: path.stat().st_mtime_ns for path in copy.folder.rglob("*")}
    copy.bench.clock.advance(timedelta(days=1))
    assert copy.publish().is_new
    with copy.bench.court.database.read() as session:
        assert len(session.scalars(select(RegisterCopy)).all()) == 2


def test_a_web_server_serves_it_with_the_court_down(copy: Copy) -> None:
    """From the first page to a decision by links alone; the court's database is closed meanwhile."""
    copy.bench.court.database.dispose()
    handler = partial(_Quiet, directory=str(copy.folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}/"
    try:
        front = _get(base).decode()
        index = json.loads(_get(base + "index.json"))
        address = next(name for name in index["files"] if name.endswith(".html"))
        place = index["files"][address]["path"]
        assert f'href="{place}"' in front
        assert b"<p>" in _get(base + place) and hashlib.sha256(_get(base + place)).hexdigest() in place
    finally:
        server.shutdown()
        server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing is written about who reads."""


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
        body: bytes = answer.read()
        return body


def test_a_withdrawn_decision_goes_with_the_next_round(copy: Copy, tmp_path: Path) -> None:
    """Its files go and its line stays; a copy somebody kept is found out with the newer ledger."""
    row = numbered(copy.bench)[-1]
    old = tmp_path / "kept-by-somebody"
    shutil.copytree(copy.folder, old)
    copy.bench.do("judge", "withdraw_publication", {"publication": row.reference, "reason": "masking"})
    made = copy.publish()
    assert made.removed >= 5 and not [name for name in copy.index["files"] if row.address in name]
    assert copy.index["withdrawn"] == [{"address": row.address, "ledger_number": row.number}]
    texts = [path.read_bytes() for path in (copy.folder / "files").iterdir() if path.suffix in (".txt", ".html")]
    assert texts == []
    assert copy.check()[0] == 0
    code, said = copy.check(str(copy.file("ledger/000001.json")), folder=old)
    assert code == 1 and f"decision {row.address} is in the copy, and the ledger does not call it published" in said


def laid_beside(copy: Copy, count: int) -> list[str]:
    """More published decisions in the same court, and in its copy."""
    made = [lay(copy.bench.court, copy.bench.case_id, text(n, f"依照法律，编号乙{n}。")) for n in range(1, count + 1)]
    assert copy.publish().is_new
    return made


def test_what_is_public_no_more_is_taken_down_without_making_the_rest_anew(copy: Copy) -> None:
    """Withdrawn, its files are gone from the copy by the round of every minute; what is unchanged is not touched, what was
    published since is in it too, and it is what a whole round would have made. Where nothing went, nothing is written.
    """
    made = laid_beside(copy, 3)
    assert take_down(copy.bench.court, copy.folder) is None
    fourth = lay(copy.bench.court, copy.bench.case_id, text(4, "依照法律，编号乙4。"))
    assert take_down(copy.bench.court, copy.folder) is None, "what is new waits for the whole round"
    others = [copy.file(f"decisions/{made[0]}.{kind}") for kind in ("json", "txt", "html", "akn.xml")]
    before = {path: path.stat().st_mtime_ns for path in others}
    record(copy.bench.court, made[1], PublicationState.WITHDRAWN, ledger.WITHDRAWN)
    done = take_down(copy.bench.court, copy.folder)
    assert done is not None and done.is_new and done.removed >= 4
    names = copy.index["files"]
    assert not [name for name in names if made[1] in name] and f"decisions/{fourth}.txt" in names
    assert "编号乙2".encode() not in b"".join(path.read_bytes() for path in (copy.folder / "files").iterdir())
    assert before == {path: path.stat().st_mtime_ns for path in others}
    assert take_down(copy.bench.court, copy.folder) is None
    assert not copy.publish().is_new, "the whole round finds nothing else"


def test_a_corrected_text_is_taken_down_too(copy: Copy) -> None:
    """Withdrawn and published anew between two rounds, the old words are in no file of the copy."""
    bench, row = copy.bench, numbered(copy.bench)[-1]
    given = {**proposal(bench, row), "reason": "masking", "passages": [{"words": "Lodged on 3 February 2026."}]}
    bench.do("clerk", "correct_publication", given)
    approve(bench)
    bench.do("clerk", "publish_decision", {"publication": row.reference})
    assert take_down(bench.court, copy.folder) is not None
    texts = b"".join(
        path.read_bytes() for path in (copy.folder / "files").iterdir() if path.suffix in (".txt", ".html")
    )
    assert texts and b"Lodged on 3 February 2026." not in texts
    code, said = copy.check()
    assert code == 0 and "it stands in the log" in said, said


def test_two_rounds_never_write_one_copy_at_once(copy: Copy) -> None:
    """While a whole round is under way the quick one leaves the copy alone, instead of taking files away that are still to be named."""
    row = numbered(copy.bench)[-1]
    copy.bench.do("judge", "withdraw_publication", {"publication": row.reference, "reason": "masking"})
    with (copy.bench.court.settings.data_dir / "register-copy.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert take_down(copy.bench.court, copy.folder) is None
    assert take_down(copy.bench.court, copy.folder) is not None


def _change(copy: Copy) -> None:
    path = copy.file(next(name for name in copy.index["files"] if name.endswith(".txt")))
    path.write_bytes(path.read_bytes() + b".")


def _remove(copy: Copy) -> None:
    copy.file("statistics.csv").unlink()


def _add(copy: Copy) -> None:
    (copy.folder / "files" / "more.txt").write_text("not the court's")


def _rewrite(copy: Copy) -> None:
    told = copy.index
    told["files"].pop("statistics.csv")
    (copy.folder / "index.json").write_text(json.dumps(told))


def _forge(copy: Copy) -> None:
    told = copy.index
    told["withdrawn"] = [{"address": "x", "ledger_number": 9}]
    body = json.dumps(told).encode()
    (copy.folder / "index.json").write_bytes(body)
    receipt = json.loads((copy.folder / "index.receipt.json").read_bytes())
    receipt["sha256"] = hashlib.sha256(body).hexdigest()
    (copy.folder / "index.receipt.json").write_text(json.dumps(receipt))


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (_change, "was changed"),
        (_remove, "statistics.csv is missing"),
        (_add, "more.txt is in the copy and not in its index"),
        (_rewrite, "is not the one its receipt names"),
        (_forge, "the log does not hold the index of this copy"),
    ],
)
def test_whoever_changes_a_copy_is_found_out(copy: Copy, tamper: Callable[[Copy], None], found: str) -> None:
    """A file changed, taken away or added; an index rewritten, or rewritten with its receipt: the program says which."""
    tamper(copy)
    code, said = copy.check()
    assert code == 1 and "WRONG" in said and found in said, said


def test_hearings_are_gone_when_their_day_is_over(copy: Copy) -> None:
    """A copy that still announces yesterday's hearings is wrong, and right once those files are taken away."""
    copy.bench.clock.advance(timedelta(days=2))
    code, said = copy.check()
    assert code == 1 and "hearings until" in said
    for name in ("hearings/en.json", "hearings/zh-Hans.json"):
        copy.file(name).unlink(missing_ok=True)
    assert copy.check()[0] == 0


@pytest.mark.parametrize("harm", [_change, _remove])
def test_a_file_that_was_lost_or_harmed_is_there_again_after_the_next_round(
    copy: Copy, harm: Callable[[Copy], None]
) -> None:
    """Also where nothing public has changed meanwhile."""
    harm(copy)
    assert copy.check()[0] == 1
    copy.publish()
    assert copy.check()[0] == 0


def test_files_that_are_no_copys_are_not_taken_away(bench: Bench, tmp_path: Path) -> None:
    """Somebody names a folder that holds something else: it is refused, and nothing of it is touched."""
    published_story(bench)
    mine = tmp_path / "www" / "files" / "holiday.jpg"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    with pytest.raises(ActNotOpen):
        publish_copy(bench.court, tmp_path / "www")
    assert mine.read_bytes() == b"mine" and not (tmp_path / "www" / "index.json").exists()
