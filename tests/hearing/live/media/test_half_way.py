"""What a room finds half done when it is started anew, and what it does where it cannot do all of an order."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from odr.hearing.live.media import serve
from odr.hearing.live.media.control import Ack, MediaRefused
from odr.hearing.live.media.verify import NOTHING, verify
from tests.hearing.live.media.house import SECRET, House, free_port, opened
from tests.patience import PATIENCE

AT_ONCE = 8
HUGE = 2**31 + 4096
"""Bytes of a picture of some hours: more than a program of Node reads of a file at once."""


def test_a_room_that_cannot_listen_ends(house: House) -> None:
    """Its port is held by another: it says so and ends, so that whoever starts it does so again; it does not live on unreachable."""
    told = {
        "ODR_MEDIA_CONTROL": f"http://127.0.0.1:{free_port()}",
        "ODR_MEDIA_SECRET": SECRET,
        "ODR_RECORDINGS_DIR": str(house.folder / "second"),
        "ODR_BASE_URL": house.origin,
        "PATH": os.environ["PATH"],
    }
    command = ["node", str(serve.ROOM)]
    for name, port in (("ODR_MEDIA_LISTEN", house.port), ("ODR_MEDIA_CONTROL", house.port)):
        there = f"127.0.0.1:{port}" if name == "ODR_MEDIA_LISTEN" else f"http://127.0.0.1:{port}"
        other = {"ODR_MEDIA_LISTEN": f"127.0.0.1:{free_port()}"}
        ended = subprocess.run(
            command, env=told | other | {name: there}, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert ended.returncode == 1 and "EADDRINUSE" in ended.stderr, (name, ended)


def test_a_piece_that_was_cut_off_has_one_last_link_however_many_open_at_once(house: House) -> None:
    """The worker and those who wait ask for the same hearing after the room was killed: all are told of the same piece, and it holds."""
    house.kill()
    # So much that it is not looked through before the others have asked.
    (house.recordings / "h1/0001/li.rtp").write_bytes(bytes(64 * 2**20))
    house.start()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        told: list[Ack] = list(threads.map(lambda _: house.order("open"), range(AT_ONCE)))
    heads = {each.told["pieces"][0]["head"] for each in told}
    house.order("record", segment=2)
    house.order("close")
    report = verify(house.recordings / "h1")
    assert report.holds and len(heads) == 1, (report, heads)
    last = (house.recordings / "h1/0001/chain").read_bytes().splitlines()[-1]
    assert heads == {hashlib.sha256(last).hexdigest()}


def test_a_picture_of_many_hours_keeps_no_hearing_from_being_opened_anew(folder: Path) -> None:
    """Of what the links speak of nothing is read again, however much it is; only what was written after the last of them."""
    piece = folder / "recordings/h1/0001"
    piece.mkdir(parents=True)
    begin = {"kind": "begin", "hearing": "h1", "segment": 1, "at": 1_000, "sealed": False, "n": 0, "prev": NOTHING}
    first = json.dumps(begin).encode()
    part = {"from": 0, "length": HUGE, "sha256": NOTHING}
    data = {"kind": "data", "at": 2_000, "ms": 1_000, "n": 1, "streams": {"li": part}}
    data["prev"] = hashlib.sha256(first).hexdigest()
    (piece / "chain").write_bytes(first + b"\n" + json.dumps(data).encode() + b"\n")
    with (piece / "li.rtp").open("wb") as file:
        file.truncate(HUGE)
        file.seek(HUGE)
        file.write(b"the last second")
    with opened(folder) as house:
        told = house.order("open").told
    closing = json.loads(told["pieces"][0]["closing"])
    tail = {"from": HUGE, "length": 15, "sha256": hashlib.sha256(b"the last second").hexdigest()}
    assert closing["streams"] == {"li": tail} and told["gap"] == {"since": 2_000, "after": 1}


def test_a_hearing_is_closed_though_the_disk_takes_no_last_link(house: House) -> None:
    """What the order to close finds wrong with the recorder keeps nobody in: the piece gets the link of one that was cut off."""
    chain = house.recordings / "h1/0001/chain"
    shutil.copy(chain, chain.with_name("other"))
    chain.with_name("other").replace(chain)
    told = house.order("close").told
    assert [each["ended"] for each in told["pieces"]] == [1]
    assert json.loads(told["pieces"][0]["closing"])["kind"] == "cut"
    assert not house.media.state("h1").is_open and verify(house.recordings / "h1").holds


def test_a_piece_that_could_not_be_begun_is_none(folder: Path) -> None:
    """The disk took the folder and no first link: nothing is left of it, and its number begins once there is room again."""
    with opened(folder, LARGEST_FILE="10") as house:
        house.order("open")
        with pytest.raises(MediaRefused, match="EFBIG"):
            house.order("record", segment=1)
        assert not (house.recordings / "h1/0001").exists()
        house.kill()
        house.start()
        house.order("open")
        house.order("record", segment=1)
        house.order("close")
        assert verify(house.recordings / "h1").holds


@pytest.mark.parametrize("written", ["", '{"kind":"begin","hear'])
def test_a_piece_killed_before_its_first_link_breaks_no_chain(house: House, written: str) -> None:
    """The room was killed between the folder and the first link: nobody was heard in it, and what follows holds on to what was before."""
    house.kill()
    (house.recordings / "h1/0002").mkdir()
    (house.recordings / "h1/0002/chain").write_text(written)
    house.start()
    told = house.order("open").told
    assert told["used"] == [1] and told["gap"]["after"] == 1
    house.order("record", segment=2)
    house.order("close")
    report = verify(house.recordings / "h1")
    assert report.holds and [each.after for each in report.gaps] == [1], report
