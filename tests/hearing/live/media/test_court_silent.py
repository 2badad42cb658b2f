"""A media room that the court cannot reach, though browsers can: it goes on for some seconds, and not without the court's word."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from odr.hearing.live.media.control import MediaRefused
from odr.hearing.live.media.reading import open_segment
from odr.hearing.live.media.verify import verify
from tests.hearing.live.media.house import BOTH, House, Visitor, opened, until
from tests.hearing.live.media.knock import Knock, Said, talk
from tests.patience import PATIENCE

PATIENT = 4
"""Seconds for which these rooms go on without the court."""


@pytest.fixture
def house(folder: Path, driver: dict[str, str]) -> Iterator[House]:
    """A room of little patience, one hearing open and its recorder running."""
    with opened(folder, **driver, ODR_COURT_PATIENCE=str(PATIENT)) as there:
        there.order("open")
        there.order("record", segment=1)
        yield there


@contextmanager
def asked(house: House) -> Iterator[None]:
    """The court asks how the hearing stands, several times a second."""
    over = threading.Event()

    def asks() -> None:
        while not over.wait(0.3):
            house.media.state("h1")

    asking = threading.Thread(target=asks)
    asking.start()
    try:
        yield
    finally:
        over.set()
        asking.join()


def last_link(house: House, segment: int = 1) -> dict[str, Any]:
    """The newest link of a piece, as it lies on the disk."""
    said: dict[str, Any] = json.loads((house.recordings / f"h1/{segment:04d}/chain").read_text().splitlines()[-1])
    return said


@BOTH
def test_without_the_courts_word_a_room_ends_its_piece_and_sends_everybody_away(
    house: House, visitor: Callable[..., Visitor]
) -> None:
    """As long as it is asked it goes on; then nothing passes, the piece says why it ends, and nobody comes in before the court
    opens the hearing again. Its next piece names the gap, and everybody is back by themselves.
    """
    judge, li = visitor("judge"), visitor("li")
    with asked(house):
        for each in (judge, li):
            each.enter()
            house.order("admit", person=each.name)
        judge.hears("li")
        until(lambda: house.media.state("h1").media_ms > 2_000 * PATIENT, "twice its patience is over")
        assert "court_silent" not in house.kinds()
        judge.hears("li")
    # From here on nobody asks about the hearing; that the process lives is no word about it.
    judge.saw("lost")
    li.saw("lost")
    until(lambda: last_link(house)["kind"] == "end", "the piece has its last link")
    ended = last_link(house)
    assert ended["why"] == "court_silent" and house.media.health()["recording"] == 0
    judge.saw("lost")
    assert judge.received()["packets"] == {}, "no connection is left"
    assert not house.media.state("h1").is_open
    with pytest.raises(MediaRefused, match="not_open"):
        house.order("resume")
    (silent,) = [each for each in house.media.events("h1") if each.kind == "court_silent"]
    assert silent.told["seconds"] > PATIENT and silent.segment == 1 and "lost" not in house.kinds()

    again = house.order("open", persons=["judge", "li"], admitted=["judge", "li"])
    assert [piece["ended"] for piece in again.told["pieces"]] == [1]
    with asked(house):
        house.order("record", segment=2)
        judge.saw("back")
        li.saw("back")
        judge.hears("li")
        begun = json.loads((house.recordings / "h1/0002/chain").read_text().splitlines()[0])
        assert begun["gap"]["since"] == ended["at"] and begun["gap"]["after"] == 1
        house.order("close")
    assert verify(house.recordings / "h1").holds
    assert all(each.ms <= ended["ms"] for each in open_segment(house.recordings / "h1/0001").packets("li"))


def test_a_program_of_somebodys_own_is_told_and_shown_out(house: House) -> None:
    """Whoever is connected is told plainly to come again, an isolated witness too; a caption is no word of the court."""

    async def hears(knock: Knock) -> tuple[Said, Said]:
        return await knock.hear("again"), await knock.hear()

    async def how(opens: Callable[..., Any]) -> list[tuple[Said, Said]]:
        knocks: list[Knock] = [await opens() for _ in range(2)]
        for name, knock in zip(("li", "witness"), knocks, strict=True):
            assert (await knock.enter(house.ticket(name), name))["type"] == "in"
        house.order("isolate", person="witness")
        over = threading.Event()

        def writes() -> None:
            while not over.wait(0.3):
                with suppress(MediaRefused):  # the hearing has just ended there
                    house.media.command("h1", "caption", segment=1, lines=[])

        writing = threading.Thread(target=writes, daemon=True)
        writing.start()
        try:
            # Side by side: whoever does not listen answers no ping, and is lost before.
            return list(await asyncio.gather(*map(hears, knocks)))
        finally:
            over.set()
            # What it still asks is answered before the room is stopped.
            writing.join(PATIENCE)

    assert talk(house, how) == [({"type": "again", "why": "court_silent"}, {})] * 2


def test_where_nobody_is_heard_the_court_need_not_ask(house: House) -> None:
    """Before it is opened somebody waits at the door for longer than that: they are not sent away."""
    house.media.command("h2", "open")

    async def how(opens: Callable[..., Any]) -> str:
        knock: Knock = await opens()
        await knock.enter(house.ticket("li", hearing="h2"))
        # h1 is recorded: that it ends shows that the time of both is over.
        while house.media.health()["recording"]:
            await knock.hear("alive")
        await knock.hear("alive")
        return (await knock.hear("alive"))["type"]

    assert talk(house, how) == "alive"
    assert house.media.state("h2").is_open
