"""A case file from elsewhere is a stranger's: whatever is done to it, it is refused whole, by name, and nothing of it kept."""

from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from odr.evidence.kit import received_case_files
from odr.evidence.models import CompilationKind, ReceivedCase
from odr.ground.canonical import canonical
from tests.evidence.test_case_file import key_of, made, signed_in, unpacked, with_exhibits
from tests.evidence.test_kit import rewrite
from tests.scene import Scene

Change = Callable[[Path], None]


def contents(change: Callable[[dict[str, Any]], None]) -> Change:
    """Another list of what the bag holds, in good form."""

    def done(bag: Path) -> None:
        told = json.loads((bag / "contents.json").read_bytes())
        change(told)
        (bag / "contents.json").write_bytes(canonical(told))

    return done


def every(name: str, value: Callable[[Any], Any]) -> Change:
    """Another value in each entry."""

    def change(told: dict[str, Any]) -> None:
        for entry in told["entries"]:
            entry[name] = value(entry[name])

    return contents(change)


def flip(bag: Path) -> None:
    """The file of the exhibit is another one of the same size."""
    (file,) = (bag / "data" / "exhibits" / "C-1").iterdir()
    file.write_bytes(b"X" + file.read_bytes()[1:])


def deep(bag: Path) -> None:
    """Brackets within brackets."""
    (bag / "contents.json").write_bytes(b"[" * 100_000 + b"]" * 100_000)


IN_THE_BAG: dict[str, Change] = {
    "numbers as words": every("number", str),
    "lines as words": every("line", lambda line: str(line) if line else line),
    "lines as fractions": every("line", lambda line: line + 0.5 if line else line),
    "lines of nothing": every("line", lambda line: 0 if line else line),
    "lines from the end": every("line", lambda line: -1 if line else line),
    "lines far beyond": every("line", lambda line: 2**70 if line else line),
    "a path that leads out": contents(lambda told: told["files"][0].update(path="data/../../evil")),
    "no entries": contents(lambda told: told.update(entries=[])),
    "another case": contents(lambda told: told.update(case="b" * 26)),
    "entries that are no list": contents(lambda told: told.update(entries={"number": 1})),
    "another file": flip,
    "brackets without end": deep,
}


def link(name: str) -> zipfile.ZipInfo:
    """A member that says it is a symbolic link."""
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


IN_THE_ARCHIVE: dict[str, Callable[[str], tuple[zipfile.ZipInfo | str, bytes, int]]] = {
    "a symbolic link": lambda top: (link(f"{top}/data/passwd"), b"/etc/passwd", zipfile.ZIP_STORED),
    "a way up": lambda top: (f"{top}/data/../../../evil", b"x", zipfile.ZIP_STORED),
    "a way from the root": lambda top: ("/evil", b"x", zipfile.ZIP_STORED),
    "a bomb": lambda top: (f"{top}/data/bomb", bytes(10**7), zipfile.ZIP_DEFLATED),
    "a name given twice": lambda top: (f"{top}/contents.json", b"{}", zipfile.ZIP_STORED),
    "another bag beside it": lambda top: ("other/contents.json", b"{}", zipfile.ZIP_STORED),
}


def packed(bag: Path, place: Path, extra: Any = None) -> Path:
    """The bag as an archive, with one more member."""
    with zipfile.ZipFile(place, "w") as archive:
        for file in sorted(bag.rglob("*")):
            if file.is_file():
                archive.write(file, f"{bag.name}/{file.relative_to(bag).as_posix()}")
        if extra is not None:
            info, data, method = extra
            archive.writestr(info, data, compress_type=method)
    return place


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_hostile_case_file_is_refused_and_nothing_is_kept(small_scene: Scene, tmp_path: Path) -> None:
    """Each attack, on a true file of a court whose key is known: refused with reasons, no row, no file, nothing written
    beside.
    """
    with_exhibits(small_scene)
    _, data = made(small_scene, "judge", CompilationKind.CASE_FILE)
    held = sorted(path for path in small_scene.court.settings.data_dir.rglob("*") if path.is_file())
    attacks: list[tuple[str, Path]] = []
    for number, (name, change) in enumerate(IN_THE_BAG.items()):
        bag = unpacked(data, tmp_path / f"bag-{number}")
        change(bag)
        rewrite(bag)
        attacks.append((name, packed(bag, tmp_path / f"in-{number}.zip")))
    bag = unpacked(data, tmp_path / "true")
    for number, (name, member) in enumerate(IN_THE_ARCHIVE.items()):
        attacks.append((name, packed(bag, tmp_path / f"with-{number}.zip", member(bag.name))))
    (tmp_path / "cut.zip").write_bytes(data[: len(data) // 2])
    attacks.append(("cut short", tmp_path / "cut.zip"))
    taken = []
    for name, place in attacks:
        try:
            received_case_files.receive(small_scene.court, place, {key_of(small_scene)})
            taken.append(name)
        except received_case_files.NotProven as refused:
            assert list(refused.lines()), name
    assert taken == []
    with small_scene.court.database.read() as session:
        assert session.scalars(select(ReceivedCase.id)).all() == []
    now = sorted(path for path in small_scene.court.settings.data_dir.rglob("*") if path.is_file())
    assert [path for path in now if path not in held and "blobs" in path.parts] == []
    assert not (tmp_path / "evil").exists()
    assert packed(bag, tmp_path / "whole.zip").is_file()
    assert received_case_files.receive(small_scene.court, tmp_path / "whole.zip", {key_of(small_scene)}).entries > 0


def test_what_a_case_file_says_of_itself_is_not_called_proven(small_scene: Scene, tmp_path: Path) -> None:
    """Court, number and title stand in no receipt: a true file may be given another name on its way, and the page says
    so.
    """
    with_exhibits(small_scene)
    _, data = made(small_scene, "judge", CompilationKind.CASE_FILE)
    bag = unpacked(data, tmp_path)
    info = bag / "bag-info.txt"
    lines = [
        "Source-Organization: Supreme Court" if line.startswith("Source-Organization") else line
        for line in info.read_text().splitlines()
    ]
    info.write_text("\n".join(lines) + "\n")
    rewrite(bag)
    row = received_case_files.receive(small_scene.court, packed(bag, tmp_path / "a.zip"), {key_of(small_scene)})
    page = signed_in(small_scene, "judge").get(f"/casefiles/{row.reference}").get_data(as_text=True)
    assert "what the file says of itself" in page
