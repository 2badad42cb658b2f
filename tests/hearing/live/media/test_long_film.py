"""An hour of a hearing as it is played: everything where it was, and never more than some seconds of it in memory."""

from __future__ import annotations

import os
import random
import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

from odr.hearing.live.media.derive import derive
from odr.hearing.live.media.reading import Kind, open_segment
from odr.hearing.live.media.webm import AUDIO, VIDEO
from tests.hearing.live.media.sender import KEY_FRAME, Sender, Sent, blocks, recorded

PROVE = bool(os.environ.get("ODR_PROVE"))
MINUTES = 60 if PROVE else 6
WRONG = 1e-6 * 60 / MINUTES
"""A millionth by which a clock goes wrong; a shorter hour goes as far wrong as a whole one."""
EVERY = 10_000
"""Milliseconds from one flash and tone to the next."""
MARK = re.compile(rb"<(\d+)>")


def talks(sender: Sender, minutes: int, out: list[tuple[int, int]], reconnects: list[int]) -> Iterator[Sent]:
    """Somebody sends all the time but in breaks; a flash and a tone each ten seconds, which say their moment."""
    for ms in range(0, minutes * 60_000, 20):
        if ms in reconnects:
            sender.connect()
        if any(since <= ms < until for since, until in out):
            continue
        marked = b"<%d>" % ms if ms % EVERY == 0 else b""
        yield from sender.sends(Kind.AUDIO, ms, b"\xfc" + (marked or b"s" * 40), sure=bool(marked))
        if ms % 100 == 0:
            payload = KEY_FRAME if ms % 2_000 == 0 else b"\x01\x00\x00"
            yield from sender.sends(Kind.VIDEO, ms, b"\x10" + payload + (marked or b"p" * 60), sure=bool(marked))
        if ms % 5_000 == 0:
            yield from sender.reports(ms)


def test_tone_and_flash_stay_together_for_an_hour_with_breaks_and_new_connections(tmp_path: Path) -> None:
    """Two people whose clocks run apart by a third of a second in an hour, and whose sound and picture run apart by more: with breaks
    and new connections each flash stands within a tenth of a second of its tone, of the other person's, and of the moment it was.
    """
    length = MINUTES * 60_000
    out = [(length // 4 + 7_000, length // 4 + 67_000), (length // 2 + 3_000, length // 2 + 23_000)]
    again = [length // 4 + 67_000, length * 2 // 3 // 20 * 20, length * 5 // 6 // 20 * 20]
    lot = random.Random(23)
    people = {
        "li": Sender(lot, wall=60 * WRONG, cards={Kind.AUDIO: 150 * WRONG, Kind.VIDEO: -90 * WRONG}),
        "wu": Sender(lot, wall=-40 * WRONG, cards={Kind.AUDIO: -120 * WRONG, Kind.VIDEO: 30 * WRONG}),
    }
    folder = tmp_path / "0001"
    recorded(folder, {name: talks(one, MINUTES, out, again) for name, one in people.items()}, length)
    segment, expected = (
        open_segment(folder),
        {ms for ms in range(0, length, EVERY) if not any(a <= ms < b for a, b in out)},
    )
    stands: dict[tuple[str, int], dict[int, int]] = {}
    for name in people:
        assert derive(segment, name, tmp_path / "film.webm") > length / 25
        for ms, track, data in blocks((tmp_path / "film.webm").read_bytes()):
            if found := MARK.search(data):
                stands.setdefault((name, track), {})[int(found[1])] = ms
    assert all(set(stands[name, track]) == expected for name in people for track in (AUDIO, VIDEO))
    apart = [
        max(each[moment] for each in (*stands.values(), {moment: moment}))
        - min(each[moment] for each in (*stands.values(), {moment: moment}))
        for moment in expected
    ]
    assert max(apart) <= 100, sorted(apart)[-5:]


def test_a_film_is_made_without_holding_it(tmp_path: Path) -> None:
    """Of a recording of some forty million bytes a film is made in a tenth of that memory: everything is in it, in order."""
    minutes = 20 if PROVE else 5
    sender = Sender(random.Random(5), wall=0, cards={Kind.AUDIO: 0, Kind.VIDEO: 0})

    def sent() -> Iterator[Sent]:
        for ms in range(0, minutes * 60_000, 20):
            yield from sender.sends(Kind.AUDIO, ms, b"\xfc" + b"s" * 100, sure=True)
            if ms % 40 == 0:
                payload = KEY_FRAME if ms % 4_000 == 0 else b"\x01\x00\x00"
                yield from sender.sends(Kind.VIDEO, ms, b"\x10" + payload + b"p" * 5_000, sure=True)
            if ms % 5_000 == 0:
                yield from sender.reports(ms)

    recorded(tmp_path / "0001", {"li": sent()}, minutes * 60_000)
    written = (tmp_path / "0001/li.rtp").stat().st_size
    segment = open_segment(tmp_path / "0001")
    assert written > 30_000_000
    tracemalloc.start()
    try:
        count = derive(segment, "li", tmp_path / "li.webm")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == minutes * 60 * (50 + 25)
    assert peak < written / 5 / (4 if PROVE else 1), (peak, written)
    made = [ms for ms, _, _ in blocks((tmp_path / "li.webm").read_bytes())]
    assert len(made) == count and made == sorted(made)
