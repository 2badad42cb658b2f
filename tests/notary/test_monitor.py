"""The independent monitor: what it saw is remembered, every later tree must continue it, and each lie has its name."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from werkzeug.wrappers import Request, Response

from odr.ground.config import Settings
from odr.notary.check.tree_memory import Memory
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.merkle_tree import leaf_hash, root_of
from odr.notary.log.note import Note, NoteKey, SignatureLine, SignatureType
from odr.notary.log.strict import b64
from odr.notary.log.tiles import WIDTH, bundle, extend, tile_path
from odr.notary.notary import Notary
from odr.operations.maintenance import closed_app
from tests.peers.http import serving
from tests.typed import typed_words

from .conftest import record


@dataclass
class Published:
    """A folder served as a log, in which single paths can be made to lie or to fail."""

    folder: Path
    lies: dict[str, bytes | None] = field(default_factory=dict)
    failing: int = 0
    asked: list[str] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        path = Request(environ).path.lstrip("/")
        self.asked.append(path)
        if self.failing:
            self.failing -= 1
            return Response(status=503)(environ, start)
        data = (
            self.lies[path]
            if path in self.lies
            else (self.folder / path).read_bytes()
            if (self.folder / path).is_file()
            else None
        )
        return (Response(status=404) if data is None else Response(data))(environ, start)


class Foreign:
    """A log of somebody else, who can sign whatever suits: entries, key, and the files it is served from."""

    def __init__(self, folder: Path, name: str = "other.example/log") -> None:
        self.folder, self.name = folder, name
        self.private = Ed25519PrivateKey.generate()
        self.key = NoteKey(name, SignatureType.ED25519, self.private.public_key().public_bytes_raw())
        self.published = Published(folder)

    def show(self, leaves: list[bytes], *, extension: str = "", origin: str = "") -> None:
        """Lay out tiles, bundles and a signed head of these entries."""
        hashes = [leaf_hash(leaf) for leaf in leaves]
        for (level, index), data in extend(0, hashes, lambda level, index: b"").items():
            self.put(tile_path(level, index, len(data) // 32), data)
        for index in range((len(leaves) + WIDTH - 1) // WIDTH):
            part = leaves[index * WIDTH : (index + 1) * WIDTH]
            self.put(tile_path(None, index, len(part)), bundle(part))
        text = Checkpoint(origin or self.name, len(leaves), root_of(hashes)).text + extension
        self.put("checkpoint", self.signed(text))

    def signed(self, text: str) -> bytes:
        """The text under the log's good signature."""
        return Note(text, (SignatureLine(self.key.name, self.key.id, self.private.sign(text.encode())),)).encode()

    def put(self, path: str, data: bytes) -> None:
        """Publish a file."""
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(data)


@dataclass
class Monitor:
    """``flask log audit URL`` with a memory of its own."""

    settings: Settings
    memory: Path

    def __call__(self, url: str, *words: str) -> Result:
        return (
            closed_app(self.settings)
            .test_cli_runner()
            .invoke(args=["log", "audit", url, "--memory", str(self.memory), *words])
        )


@pytest.fixture
def monitor(tmp_path: Path) -> Monitor:
    return Monitor(Settings(mode="test", data_dir=tmp_path / "nothing"), tmp_path / "memory")


@pytest.fixture
def foreign(tmp_path: Path) -> Foreign:
    return Foreign(tmp_path / "foreign")


LEAVES = [f"entry {number}\n".encode() for number in range(70_000)]


def test_the_line_of_the_guide_watches_another_log(foreign: Foreign, monitor: Monitor) -> None:
    """Typed as the operators' guide has it: a sound log is remembered; one of whose entries changed afterwards is not."""
    foreign.show(LEAVES[:300])
    keeper = closed_app(monitor.settings).test_cli_runner()
    with serving(foreign.published) as origin:
        instead = {"https://other.example/log/2026": origin, "other.example/log/2026+1a2b3c4d+AZ…": foreign.key.vkey}
        line = typed_words("flask --app wsgi log audit https://", instead)
        sound = keeper.invoke(args=line)
        assert sound.exit_code == 0 and "300 entries" in sound.output, sound.output
        memory = Memory(monitor.settings.data_dir / "monitored", foreign.key.vkey)
        kept = memory.path.read_bytes()
        shutil.rmtree(foreign.folder)
        foreign.show([b"another entry\n", *LEAVES[1:310]])
        refused = keeper.invoke(args=line)
    assert refused.exit_code == 1 and refused.output.startswith("split_view"), refused.output
    assert memory.path.read_bytes() == kept


def test_the_courts_own_log_is_followed_as_it_grows(sqlite_notary: Notary, monitor: Monitor, tmp_path: Path) -> None:
    """First everything is read, then only what is new; without the court's database, settings or keys."""
    record(sqlite_notary, 300)
    published = Published(tmp_path / "log" / "2026")
    with serving(published) as origin:
        key = ("--key", sqlite_notary.log_public_key_vkey())
        first = monitor(origin, *key)
        record(sqlite_notary, 500)
        published.asked.clear()
        second = monitor(origin, *key)
        third = monitor(origin, *key)
    assert (first.exit_code, second.exit_code, third.exit_code) == (0, 0, 0)
    assert "300 entries, 300 of them read now; seen for the first time" in first.output
    assert "800 entries, 500 of them read now; they continue" in second.output
    assert "800 entries, 0 of them read now" in third.output
    assert "tile/entries/000" not in published.asked[:1] and published.asked.count("tile/entries/002") == 1
    assert not (tmp_path / "nothing").exists()


def test_a_court_serves_what_its_monitor_reads(small_scene: Any, monitor: Monitor) -> None:
    """Over the court's own addresses, as anybody would read them."""
    from odr.app import create_app

    small_scene.lodge()
    small_scene.court.notary.sequence()
    with serving(create_app(court=small_scene.court)) as origin:
        log = small_scene.court.notary.log_public_key_vkey().split("+")[0].rsplit("/", 1)[1]
        said = monitor(f"{origin}/log/{log}", "--key", small_scene.court.notary.log_public_key_vkey())
    assert said.exit_code == 0, said.output


@pytest.mark.parametrize(
    ("before", "after"), [(0, 1), (1, 2), (255, 256), (256, 257), (257, 512), (5, 65_536), (65_535, 65_537), (300, 300)]
)
def test_growth_is_followed_across_every_edge_of_a_tile(
    foreign: Foreign, monitor: Monitor, before: int, after: int
) -> None:
    """At sizes around the edges the remembered edge and the new entries give the signed root; reading it all again says
    the same.
    """
    key = ("--key", foreign.key.vkey)
    with serving(foreign.published) as origin:
        for size in (before, after):
            foreign.show(LEAVES[:size])
            said = monitor(origin, *key)
            assert said.exit_code == 0, said.output
        again = monitor(origin, *key, "--everything")
    assert again.exit_code == 0 and f"{after} entries, {after} of them read now" in again.output


def test_an_older_partial_tile_may_be_gone(foreign: Foreign, monitor: Monitor) -> None:
    """A log that has grown gives only the full tile, which begins with the partial one; and extension lines carry
    nothing.
    """
    foreign.show(LEAVES[:600])
    for place in (foreign.folder / "tile").rglob("*.p"):
        shutil.rmtree(place)
    foreign.put(tile_path(0, 2), b"".join(map(leaf_hash, LEAVES[512 : 512 + WIDTH])))
    foreign.put(tile_path(None, 2), bundle(LEAVES[512 : 512 + WIDTH]))
    foreign.put(
        tile_path(1, 0),
        b"".join(root_of([leaf_hash(leaf) for leaf in LEAVES[at : at + WIDTH]]) for at in range(0, 256 * WIDTH, WIDTH)),
    )
    foreign.put(
        "checkpoint",
        foreign.signed(
            Checkpoint(foreign.name, 600, root_of([leaf_hash(leaf) for leaf in LEAVES[:600]])).text
            + "extension of theirs\n"
        ),
    )
    with serving(foreign.published) as origin:
        said = monitor(origin, "--key", foreign.key.vkey)
    assert said.exit_code == 0, said.output


def flipped(data: bytes, at: int) -> bytes:
    """One bit of one byte changed."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


LIES: dict[str, tuple[Callable[[Foreign], None], str]] = {
    "one bit of a full tile": (
        lambda log: log.put("tile/0/000", flipped((log.folder / "tile/0/000").read_bytes(), 77)),
        "tile_bad: URL/tile/0/000: Hash 2 ",
    ),
    "one bit of a partial tile": (
        lambda log: log.put("tile/0/002.p/88", flipped((log.folder / "tile/0/002.p/88").read_bytes(), 5)),
        "tile_bad: URL/tile/0/002.p/88: Hash 0 ",
    ),
    "one bit of a tile above": (
        lambda log: log.put("tile/1/000.p/2", flipped((log.folder / "tile/1/000.p/2").read_bytes(), 40)),
        "tile_bad: URL/tile/1/000.p/2: Hash 1 ",
    ),
    "a tile too long": (lambda log: log.put("tile/0/000", bytes(9000)), "tile_bad: URL/tile/0/000: The tile is longer"),
    "a partial tile reaching beyond the tree": (
        lambda log: log.put("tile/0/002.p/88", (log.folder / "tile/0/002.p/88").read_bytes() + bytes(32)),
        "tile_bad: URL/tile/0/002.p/88",
    ),
    "a tile not given out": (lambda log: (log.folder / "tile/0/001").unlink(), "tile_missing: URL/tile/0/001"),
    "entries not given out": (
        lambda log: (log.folder / "tile/entries/001").unlink(),
        "tile_missing: URL/tile/entries/001: The log does not give out the entries 256 to 511",
    ),
    "one entry altered": (
        lambda log: log.put("tile/entries/001", bundle([*LEAVES[256:300], b"other\n", *LEAVES[301:512]])),
        "entry_bad: URL/tile/entries 300: Entry 300 ",
    ),
    "a bundle cut short": (
        lambda log: log.put("tile/entries/000", (log.folder / "tile/entries/000").read_bytes()[:-1]),
        "entry_bad: URL/tile/entries/000",
    ),
    "a bundle with an entry less": (
        lambda log: log.put("tile/entries/000", bundle(LEAVES[:255])),
        "entry_bad: URL/tile/entries/000",
    ),
    "a root of nothing": (
        lambda log: log.put("checkpoint", log.signed(Checkpoint(log.name, 600, bytes(32)).text)),
        "unproven: URL/checkpoint",
    ),
    "no head": (lambda log: (log.folder / "checkpoint").unlink(), "tile_missing: URL/checkpoint"),
    "a head signed by a stranger": (
        lambda log: log.put(
            "checkpoint", Foreign(log.folder, log.name).signed(Checkpoint(log.name, 600, bytes(32)).text)
        ),
        "unsigned: URL/checkpoint",
    ),
    "a head of another log": (
        lambda log: log.show(LEAVES[:600], origin="another.example/log"),
        "unsigned: URL/checkpoint: The tree head is of another log",
    ),
    "a head with Windows lines": (
        lambda log: log.put("checkpoint", (log.folder / "checkpoint").read_bytes().replace(b"\n", b"\r\n")),
        "unsigned: URL/checkpoint",
    ),
    "a size in other digits": (
        lambda log: log.put("checkpoint", log.signed(f"{log.name}\n６００\n{b64(bytes(32))}\n")),
        "unsigned: URL/checkpoint",
    ),
    "a head without end": (lambda log: log.put("checkpoint", b"x" * 1_100_000), "unsigned: URL/checkpoint"),
}


@pytest.mark.parametrize("name", LIES)
def test_each_lie_has_its_name_and_nothing_is_remembered(foreign: Foreign, monitor: Monitor, name: str) -> None:
    """What is wrong is named by its path, the exit is 1, and what was remembered stays what it was."""
    lie, told = LIES[name]
    foreign.show(LEAVES[:200])
    with serving(foreign.published) as origin:
        key = ("--key", foreign.key.vkey)
        assert monitor(origin, *key).exit_code == 0
        memory = Memory(monitor.memory, foreign.key.vkey)
        kept = memory.path.read_bytes()
        foreign.show(LEAVES[:600])
        lie(foreign)
        said = monitor(origin, *key)
    assert said.exit_code == 1 and told.replace("URL", origin) in said.output, said.output
    assert memory.path.read_bytes() == kept and len(re.findall(r"^\w+: http", said.output, re.M)) == 1


def test_rollback_and_split_view_are_proven_by_two_signed_heads(foreign: Foreign, monitor: Monitor) -> None:
    """A smaller tree, another of the same size, a larger one with another past: each is told, and both heads are kept
    as the proof.
    """
    other = [b"forged\n", *LEAVES[1:700]]
    key = ("--key", foreign.key.vkey)
    with serving(foreign.published) as origin:
        foreign.show(LEAVES[:600])
        assert monitor(origin, *key).exit_code == 0
        for shown, breach in ((LEAVES[:599], "rollback"), (other[:600], "split_view"), (other[:700], "split_view")):
            shutil.rmtree(foreign.folder)
            foreign.show(shown)
            said = monitor(origin, *key)
            assert said.exit_code == 1 and said.output.startswith(f"{breach}: {origin}/checkpoint"), said.output
            heads = [Path(path) for path in re.findall(r"\S+\.checkpoint", said.output)]
            assert len(heads) == 2 and heads[1].read_bytes() == (foreign.folder / "checkpoint").read_bytes()
        said = monitor(origin, *key, "--everything")
        assert said.exit_code == 1 and "split_view" in said.output
        foreign.show(LEAVES[:700])
        assert monitor(origin, *key).exit_code == 0


def test_an_old_tile_that_rots_later_is_found_by_reading_everything(foreign: Foreign, monitor: Monitor) -> None:
    """The visit for what is new does not read old tiles again; ``--everything`` does."""
    foreign.show(LEAVES[:600])
    key = ("--key", foreign.key.vkey)
    with serving(foreign.published) as origin:
        assert monitor(origin, *key).exit_code == 0
        foreign.put("tile/0/000", flipped((foreign.folder / "tile/0/000").read_bytes(), 0))
        assert monitor(origin, *key).exit_code == 0
        assert "tile_bad" in monitor(origin, *key, "--everything").output


def test_a_log_that_does_not_answer_is_not_accused(foreign: Foreign, monitor: Monitor) -> None:
    """A failing server is asked again; one that stays away ends with 3, and nothing is said of its log."""
    foreign.show(LEAVES[:3])
    key = ("--key", foreign.key.vkey)
    with serving(foreign.published) as origin:
        foreign.published.failing = 2
        assert monitor(origin, *key).exit_code == 0
    said = monitor(origin, *key, "--tries", "1")
    assert said.exit_code == 3 and said.output.startswith("not reached")


def test_a_damaged_memory_is_told_and_kept(foreign: Foreign, monitor: Monitor) -> None:
    """It may be the only proof against the log, so it is not thrown away by itself."""
    foreign.show(LEAVES[:600])
    key = ("--key", foreign.key.vkey)
    with serving(foreign.published) as origin:
        assert monitor(origin, *key).exit_code == 0
        place = Memory(monitor.memory, foreign.key.vkey).path
        for damaged in (place.read_bytes().replace(b'"size": 600', b'"size": 599'), place.read_bytes()[:-9], b"null"):
            place.write_bytes(damaged)
            said = monitor(origin, *key)
            assert said.exit_code == 1 and str(place) in said.output and place.read_bytes() == damaged


@pytest.mark.parametrize("words", [(), ("--key", "nonsense"), ("--key", "court.example/log+00000000+AQ==")])
def test_the_key_comes_from_elsewhere(monitor: Monitor, words: tuple[str, ...]) -> None:
    """Without a key, or with one that is none, nothing is asked of the log."""
    said = monitor("http://127.0.0.1:9/log", *words)
    assert said.exit_code == 1 and "--key" in said.output


def test_cosignatures_are_looked_for(foreign: Foreign, monitor: Monitor) -> None:
    """A known witness's good cosignature is counted, a bad one is a fault, a stranger's is nothing."""
    witness = Ed25519PrivateKey.generate()
    known = NoteKey("witness.example/w", SignatureType.COSIGNATURE, witness.public_key().public_bytes_raw())
    foreign.show(LEAVES[:3])
    plain = (foreign.folder / "checkpoint").read_bytes()
    text = plain.decode().split("\n\n")[0] + "\n"
    good = (1_767_225_600).to_bytes(8, "big") + witness.sign(f"cosignature/v1\ntime 1767225600\n{text}".encode())
    words = ("--key", foreign.key.vkey, "--witness", known.vkey)
    with serving(foreign.published) as origin:
        assert "cosigned by 0 of 1" in monitor(origin, *words).output
        foreign.put("checkpoint", plain + str(SignatureLine(known.name, known.id, good)).encode())
        assert "cosigned by 1 of 1 witnesses asked for, witness.example/w" in monitor(origin, *words).output
        foreign.put("checkpoint", plain + str(SignatureLine(known.name, known.id, flipped(good, 20))).encode())
        said = monitor(origin, *words)
    assert said.exit_code == 1 and "witness.example/w on the tree head is bad" in said.output


def test_a_log_made_by_another_program_is_sound(tmp_path: Path, monitor: Monitor, program: Callable[..., Any]) -> None:
    """litetlog from Debian signs a log of its own, three times grown; the monitor follows its entries and heads, and
    sees when one is altered.
    """
    assets = tmp_path / "assets"
    assets.mkdir()
    said = program("spicy-litetlog", "-init", "spicy.example/log", "-key", "key", "-assets", "assets", cwd=tmp_path)
    vkey = re.findall(r"Public key: (\S+)", said.stdout + said.stderr)[0]
    published = Published(tmp_path / "site")
    numbers = 0
    with serving(published) as origin:
        for count in (1, 255, 10):
            files = [f"file{numbers + i}" for i in range(count)]
            for name in files:
                (tmp_path / name).write_text(f"what stands in {name}\n")
            program("spicy-litetlog", "-key", "key", "-assets", "assets", *files, cwd=tmp_path)
            numbers += count
            entries = [(assets / str(i)).read_bytes() for i in range(numbers)]
            _lay_out(tmp_path / "site", entries, (assets / "latest").read_bytes())
            seen = monitor(origin, "--key", vkey)
            assert seen.exit_code == 0 and f"{numbers} entries, {count} of them" in seen.output, seen.output
        _lay_out(tmp_path / "site", [*entries[:100], entries[101], *entries[101:]], (assets / "latest").read_bytes())
        assert monitor(origin, "--key", vkey, "--everything").exit_code == 1


def _lay_out(site: Path, entries: list[bytes], head: bytes) -> None:
    """Tiles by hashlib alone: nothing of the monitor's own arithmetic stands on both sides."""
    shutil.rmtree(site, ignore_errors=True)
    row = [hashlib.sha256(b"\x00" + entry).digest() for entry in entries]
    files = {"checkpoint": head}
    for index in range(0, len(row), 256):
        width = len(row[index : index + 256])
        end = "" if width == 256 else f".p/{width}"
        files[f"tile/0/{index // 256:03d}{end}"] = b"".join(row[index : index + 256])
        files[f"tile/entries/{index // 256:03d}{end}"] = b"".join(
            len(e).to_bytes(2, "big") + e for e in entries[index : index + 256]
        )
    for name, full in (("tile/1/000.p/1", row[:256]),) if len(row) >= 256 else ():
        while len(full) > 1:
            full = [hashlib.sha256(b"\x01" + full[i] + full[i + 1]).digest() for i in range(0, len(full), 2)]
        files[name] = full[0]
    for name, data in files.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_bytes(data)
