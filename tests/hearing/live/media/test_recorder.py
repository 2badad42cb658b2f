"""The recorder: what it keeps when the room is killed, that it says when it cannot, and what its verifier notices."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from playwright.sync_api import Browser

from odr.hearing.live.media import serve, verify as verifier
from odr.hearing.live.media.control import Ack, MediaAway
from odr.hearing.live.media.kit import RecordingKit, write_recording
from odr.hearing.live.media.reading import Kind, open_segment
from odr.hearing.live.media.verify import Noted, verify
from tests.hearing.live.media.house import A_SECOND, BOTH, ROOT, House, Visitor, opened, short_folder, until
from tests.patience import PATIENCE
from tests.peers.browser import OpenContext, patient
from tests.typed import typed

Visitors = Callable[..., Visitor]
LATE = 10
"""Seconds by which a machine with other work may be behind; a room that kept nothing would be behind by all of it."""


KEY = bytes(range(32))


def admitted(house: House, *people: Visitor) -> None:
    for each in people:
        each.enter()
        house.order("admit", person=each.name)
    people[0].hears(people[1].name, "video")


TWICE = """
const { AUDIO, Recorder } = await import(process.argv[1]);
const [root, none] = [process.argv[2], () => {}];
const recorder = new Recorder({ root, hearing: "h1", segment: 1, patience: 60_000, onFault: none, onMinute: none });
await recorder.begin();
recorder.write("li", AUDIO, Buffer.alloc(80, 1));
const both = await Promise.all([recorder.stop("court_silent"), recorder.stop()]);
console.log(JSON.stringify(both.map((each) => each.head)));
"""


def test_a_piece_that_is_ended_twice_at_a_time_has_one_last_link(tmp_path: Path) -> None:
    """The court is silent, and the process is told to stop while the last link is being written: both get the same one."""
    recorder = (serve.ROOM.parent / "recorder.mjs").as_uri()
    command = ["node", "--input-type=module", "-e", TWICE, recorder, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE)
    first, second = json.loads(done.stdout)
    kinds = [json.loads(line)["kind"] for line in (tmp_path / "h1/0001/chain").read_text().splitlines()]
    assert first == second and kinds.count("end") == 1 and kinds[-1] == "end"
    assert verify(tmp_path / "h1").holds


@BOTH
def test_what_was_synced_survives_the_kill_of_the_room_and_the_gap_is_named(house: House, visitor: Visitors) -> None:
    """kill -9: what was heard until a second or two before plays on; the room started anew closes the segment, names the
    gap, takes everybody back into their place, and the verifier finds all of it whole.
    """
    judge, li = visitor("judge"), visitor("li")
    admitted(house, judge, li)
    link = house.media.state("h1").recorder.link
    until(lambda: house.media.state("h1").recorder.link >= link + 2, "what was heard is synced twice more")
    before = house.media.state("h1")
    house.kill()
    killed = time.time() * 1000
    judge.saw("lost")
    with pytest.raises(MediaAway):
        house.media.state("h1")
    kept = list(open_segment(house.recordings / "h1/0001").packets("li"))
    assert killed - (before.at.timestamp() * 1000 - before.media_ms + kept[-1].ms) < 1000 * LATE
    house.start()
    again = house.order("open", persons=["judge", "li"], admitted=["judge", "li"], muted=["li"])
    assert again.told["used"] == [1] and again.told["gap"]["after"] == 1
    judge.saw("in", admitted=True)
    li.saw("microphone", muted=True)
    house.order("record", segment=2)
    li.hears("judge", "audio")
    judge.hears("li", "video")
    assert judge.saw("back")["seconds"] > 0
    (gap,) = [each for each in house.media.events("h1") if each.kind == "gap"]
    assert abs(gap.told["since"] - killed) < 1000 * LATE and gap.told["until"] > killed
    closing = house.order("close")
    report = verify(house.recordings / "h1", [Noted(1, before.recorder.link, before.recorder.head or "")])
    assert report.holds and report.noted == 1
    assert [(each.after, each.since) for each in report.gaps] == [(1, gap.told["since"])]
    assert closing.told["head"]
    recorded = list(open_segment(house.recordings / "h1/0002").packets("li"))
    assert {each.kind for each in recorded} <= {Kind.VIDEO, Kind.VIDEO_REPORT}


def fails(house: House, judge: Visitor, li: Visitor, why: str) -> None:
    """The recorder has failed: everybody knows within five seconds, nothing passes any more, and a new segment goes on."""
    judge.saw("recorder_failed")
    state = house.media.state("h1")
    assert state.paused == "recorder_failed" and state.recorder.fault is not None and why in state.recorder.fault
    assert state.recorder.running_since is None
    assert {"recorder_failed", "paused"} <= set(house.kinds())
    judge.hears_no_more(li)


@BOTH
def test_a_recorder_whose_folder_is_taken_away_stops_the_hearing(house: House, visitor: Visitors) -> None:
    """It is noticed within five seconds, nobody is heard unrecorded, and what follows is a new segment after a named gap."""
    judge, li = visitor("judge"), visitor("li")
    admitted(house, judge, li)
    (house.recordings / "h1").rename(house.recordings / "elsewhere")
    until(lambda: house.media.state("h1").paused, "the room pauses itself")
    fails(house, judge, li, "ENOENT")
    (house.recordings / "elsewhere").rename(house.recordings / "h1")
    house.order("record", segment=2)
    assert "gap" in house.kinds()
    house.order("resume")
    judge.hears("li", "audio")
    house.order("close")
    report = verify(house.recordings / "h1")
    assert report.holds and [each.after for each in report.gaps] == [1]


def test_a_file_just_made_when_the_recorder_fell_is_no_forgery(house: House) -> None:
    """Somebody began to speak in the very moment: their empty file is spoken of by the last link, and the recording holds."""
    (house.recordings / "h1/0001/li.rtp").touch(0o640)
    (house.recordings / "h1").rename(house.recordings / "elsewhere")
    until(lambda: house.media.state("h1").paused, "the room pauses itself")
    (house.recordings / "elsewhere").rename(house.recordings / "h1")
    house.order("record", segment=2)
    house.order("close")
    report = verify(house.recordings / "h1")
    assert report.holds, report


def test_a_full_disk_stops_the_hearing(folder: Path, open_context: OpenContext) -> None:
    """No more room for what arrives: noticed within five seconds of it, the hearing pauses, what was synced is whole."""
    with opened(folder, LARGEST_FILE="60000") as house:
        house.order("open")
        house.order("record", segment=1)
        people = []
        for name in ("judge", "li"):
            context = open_context(house.origin)
            context.grant_permissions(["camera", "microphone"])
            people.append(Visitor(house, context, name))
        admitted(house, *people)
        until(lambda: house.media.state("h1").paused, "the room pauses itself")
        fails(house, people[0], people[1], "EFBIG")
        synced = house.media.state("h1").recorder
        assert list(open_segment(house.recordings / "h1/0001").packets("li"))
        house.kill()
        house.start()
        house.order("open")
        report = verify(house.recordings / "h1", [Noted(1, synced.link, synced.head or "")])
        assert report.holds and [each.after for each in report.gaps] == [1]


@pytest.fixture(scope="module")
def recording(browser: Browser) -> Iterator[tuple[Path, list[Noted]]]:
    """A whole recording by the real room: three segments, the second sealed; with the closing digests the court noted."""
    folder = short_folder()
    noted: list[Noted] = []

    def note(ended: Ack) -> None:
        noted.append(Noted(ended.told["ended"], json.loads(ended.told["closing"])["links"], ended.told["head"]))

    with opened(folder) as house:
        house.order("open")
        house.order("record", segment=1)
        contexts = [patient(browser, permissions=["camera", "microphone"]) for _ in range(2)]
        judge, li = (Visitor(house, context, name) for context, name in zip(contexts, ("judge", "li"), strict=True))
        admitted(house, judge, li)
        li.sends(A_SECOND)
        note(house.order("seal", stay=["judge", "li"], segment=2, key=KEY))
        li.sends(A_SECOND)
        note(house.order("unseal", segment=3))
        li.sends(A_SECOND)
        note(house.order("close"))
        for context in contexts:
            context.close()
    yield folder / "recordings/h1", noted
    shutil.rmtree(folder)


def test_a_recording_that_nobody_touched_holds(recording: tuple[Path, list[Noted]], tmp_path: Path) -> None:
    """Every digest the court noted is found; without one the program says how little it shows; the sealed part is checked
    by its chain alone where its content is not given.
    """
    folder, noted = recording
    report = verify(folder, noted, "h1")
    assert (
        report.holds and report.noted == 3 and report.segments == [1, 2, 3] and not report.gaps and not report.not_given
    )
    given_out = tmp_path / "copy"
    shutil.copytree(
        folder, given_out, ignore=lambda path, names: [n for n in names if path.endswith("0002") and n != "chain"]
    )
    assert verify(given_out, noted).holds and verify(given_out, noted).not_given == [2]
    assert sorted(open_segment(folder / "0002").packets("li", KEY), key=lambda each: each.ms)


def changed(folder: Path, how: str, draw: st.DataObject) -> None:
    """One change to a copy of the recording, somewhere."""
    segments = sorted(folder.iterdir())
    segment = draw.draw(st.sampled_from(segments))
    streams = sorted(segment.glob("*.rtp"))
    chain = segment / "chain"
    lines = chain.read_bytes().splitlines(keepends=True)
    if how == "flip":
        path = draw.draw(st.sampled_from([chain, *streams]))
        data = bytearray(path.read_bytes())
        place = draw.draw(st.integers(0, len(data) - 1))
        data[place] ^= 1 << draw.draw(st.integers(0, 7))
        path.write_bytes(data)
    elif how == "truncate":
        path = draw.draw(st.sampled_from([chain, *streams]))
        path.write_bytes(path.read_bytes()[: draw.draw(st.integers(0, path.stat().st_size - 1))])
    elif how == "add":
        path = draw.draw(st.sampled_from([chain, *streams]))
        path.write_bytes(path.read_bytes() + draw.draw(st.binary(min_size=1, max_size=20)))
    elif how == "drop line":
        del lines[draw.draw(st.integers(0, len(lines) - 1))]
        chain.write_bytes(b"".join(lines))
    elif how == "swap segments":
        one, other = draw.draw(st.permutations(segments))[:2]
        one.rename(folder / "aside")
        other.rename(one)
        (folder / "aside").rename(other)
    elif how == "swap people":
        one, other = streams[:2]
        one.rename(segment / "aside")
        other.rename(one)
        (segment / "aside").rename(other)
    elif how == "closing":
        # Whoever changes the closing link writes it well; that the court noted another one gives them away.
        link = json.loads(lines[-1])
        link["at"] += draw.draw(st.integers(1, 10_000))
        chain.write_bytes(
            b"".join([*lines[:-1], json.dumps(link, sort_keys=True, separators=(",", ":")).encode() + b"\n"])
        )
    elif how == "drop person":
        draw.draw(st.sampled_from(streams)).unlink()
    elif how == "add person":
        (segment / "somebody.rtp").write_bytes(b"ODRRTP1\n")
    elif how == "drop segment":
        shutil.rmtree(segment)
    elif how == "cut the end":
        # The last seconds taken out of chain and files alike, and the chain closed anew as if it had ended there.
        recut(segment, lines, draw.draw(st.integers(1, len(lines) - 2)))


def recut(segment: Path, lines: list[bytes], keep: int) -> None:
    """End a segment after ``keep`` links, with a closing link that fits them."""
    links = [json.loads(line) for line in lines[:keep]]
    sizes: dict[str, int] = {}
    for link in links:
        for person, part in link.get("streams", {}).items():
            sizes[person] = part["from"] + part["length"]
    streams = {}
    for path in segment.glob("*.rtp"):
        data = path.read_bytes()[: sizes.get(path.stem, 0)]
        path.unlink()
        if data:
            path.write_bytes(data)
            streams[path.stem] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    end = {"kind": "end", "at": links[-1]["at"], "ms": 0, "links": keep + 1, "n": keep, "streams": streams}
    end["prev"] = hashlib.sha256(lines[keep - 1].rstrip(b"\n")).hexdigest()
    (segment / "chain").write_bytes(b"".join(lines[:keep]) + json.dumps(end, sort_keys=True).encode() + b"\n")


CHANGES = (
    "flip",
    "truncate",
    "add",
    "drop line",
    "swap segments",
    "swap people",
    "closing",
    "drop person",
    "add person",
    "drop segment",
    "cut the end",
)


@pytest.mark.parametrize("how", CHANGES)
@settings(max_examples=200 if os.environ.get("ODR_PROVE") else 20)
@given(draw=st.data())
def test_every_change_of_a_recording_is_noticed(
    recording: tuple[Path, list[Noted]], how: str, draw: st.DataObject
) -> None:
    """A bit, an end, a line, a segment, a person, a closing link: whatever is changed, taken or added, the verifier says so
    and names the segment.
    """
    folder, noted = recording
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "h1"
        shutil.copytree(folder, copy)
        changed(copy, how, draw)
        report = verify(copy, noted, "h1")
    assert not report.holds
    assert all(str(each) for each in report.findings) and {each.segment for each in report.findings} <= {1, 2, 3}


def test_a_word_of_a_link_that_is_another_word_is_noticed(recording: tuple[Path, list[Noted]], tmp_path: Path) -> None:
    """A bit of a name, not of a value: whichever part of a link of any kind is not there by its name, the segment is named."""
    folder, noted = recording
    lines = (folder / "0001/chain").read_bytes().splitlines(keepends=True)
    seen = set()
    for number, line in enumerate(lines):
        for name in re.findall(rb'"(\w+)":', line):
            one = (json.loads(line)["kind"], name)
            if one in seen:
                continue
            seen.add(one)
            copy = tmp_path / str(len(seen))
            shutil.copytree(folder, copy)
            other = line.replace(b'"%s":' % name, b'"%c%s":' % (name[0] ^ 1, name[1:]), 1)
            (copy / "0001/chain").write_bytes(b"".join([*lines[:number], other, *lines[number + 1 :]]))
            assert 1 in {each.segment for each in verify(copy, noted, "h1").findings}, one
    assert {("data", b"streams"), ("end", b"streams"), ("begin", b"hearing")} <= seen


def test_the_verifier_runs_by_itself(recording: tuple[Path, list[Noted]], tmp_path: Path) -> None:
    """As one file, with Python and nothing else: 0 where the court's digests are found, 1 where something is changed, 2
    where nothing from outside was given.
    """
    folder, noted = recording
    program = tmp_path / "verify.py"
    shutil.copy(verifier.__file__, program)

    def run(*given: str) -> tuple[int, str]:
        said = subprocess.run(
            [sys.executable, "-I", "-S", str(program), *given], capture_output=True, text=True, check=False
        )
        return said.returncode, said.stdout + said.stderr

    outside = [part for each in noted for part in ("--noted", f"{each.segment}:{each.links}:{each.digest}")]
    assert run(*outside, str(folder)) == (
        0,
        "3 segments hold / 3段相互吻合\n3 digests of the court's log are in it / 与法院日志所载3个校验值相符\n",
    )
    assert run(str(folder))[0] == 2
    copy = tmp_path / "h1"
    shutil.copytree(folder, copy)
    data = bytearray((copy / "0001/li.rtp").read_bytes())
    data[len(data) // 2] ^= 1
    (copy / "0001/li.rtp").write_bytes(data)
    code, words = run(*outside, str(copy))
    assert code == 1 and "segment 1, li, " in words and "bytes are not those that were recorded" in words
    assert run("--noted", "nonsense", str(folder))[0] == 2


def test_the_line_of_the_guide_checks_a_recording(recording: tuple[Path, list[Noted]]) -> None:
    """As the operators' guide writes it, with a digest of the log and the recording's folder."""
    folder, (first, *_) = recording
    instead = {
        "1:1742:…": f"1:{first.links}:{first.digest}",
        "/var/lib/court-media/recordings/…": str(folder),
    }
    line = typed("python3 odr/hearing/live/media/verify.py", instead)
    said = subprocess.run(["sh", "-c", line], cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0 and "1 digests of the court's log" in said.stdout, said.stdout + said.stderr


def test_a_recording_is_taken_away_with_its_verifier(recording: tuple[Path, list[Noted]], tmp_path: Path) -> None:
    """The bag unpacks to a recording that its own program finds whole; of the sealed part it has the chain alone."""
    folder, noted = recording
    kit = RecordingKit("hearing-1", folder, noted, frozenset({2}), {"Source-Organization": "Court"})
    (tmp_path / "bag.zip").write_bytes(b"".join(write_recording(kit)))
    with zipfile.ZipFile(tmp_path / "bag.zip") as archive:
        archive.extractall(tmp_path)
    bag = tmp_path / "hearing-1"
    assert sorted(path.name for path in (bag / "data/0002").iterdir()) == ["chain"]
    assert [Noted(**each) for each in json.loads((bag / "noted.json").read_text())] == noted
    outside = [part for each in noted for part in ("--noted", f"{each.segment}:{each.links}:{each.digest}")]
    said = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", *outside], cwd=bag, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0 and "segment 2: sealed" in said.stdout, said.stdout + said.stderr
