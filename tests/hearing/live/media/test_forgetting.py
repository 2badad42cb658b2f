"""A media room that runs for months remembers the hearings that the court still asks about, and no other."""

from __future__ import annotations

import json
import subprocess

import pytest

from odr.hearing.live.media import serve
from odr.hearing.live.media.control import MediaRefused
from odr.hearing.live.media.verify import verify
from tests.hearing.live.media.house import BOTH, House
from tests.patience import PATIENCE

MANY = 30


def held(house: House, name: str) -> dict[str, object]:
    """A hearing that is opened, recorded and closed; the last link of its piece."""
    house.media.command(name, "open", persons=["li"])
    house.media.command(name, "record", segment=1)
    (piece,) = house.media.command(name, "close").told["pieces"]
    return dict(piece)


@BOTH
def test_what_is_closed_and_handed_over_is_remembered_no_more(house: House) -> None:
    """However many hearings there were, the room holds those that go on and those whose last links the court has not yet; told
    that it has one of them, the room still gives them out from its disk; and one that goes on is never forgotten.
    """
    links = {f"h{number}": held(house, f"h{number}") for number in range(MANY)}
    house.media.command("going-on", "open", persons=["li"])
    assert house.media.health()["remembered"] == MANY + 1
    for name in [*links][1:]:
        house.media.command(name, "forget")
        house.media.command(name, "forget")
    assert house.media.health()["remembered"] == 2 and house.media.health()["hearings"] == 1
    with pytest.raises(MediaRefused, match="still_open"):
        house.media.command("going-on", "forget")
    with pytest.raises(MediaRefused, match="not_open"):
        house.media.state("h5")
    told = house.media.command("h5", "open", persons=[]).told
    assert told["used"] == [1] and [piece["head"] for piece in told["pieces"]] == [links["h5"]["head"]]
    (again,) = house.media.command("h5", "close").told["pieces"]
    assert again["head"] == links["h5"]["head"] and verify(house.recordings / "h5").holds
    house.media.command("h5", "forget")
    assert house.media.health()["remembered"] == 2


LATER = """
const { forgetOld, LOOKED_FOR } = await import(process.argv[1]);
const one = (closed, closedAt) => ({ closed, closedAt, orders: Promise.resolve() });
const hearings = new Map([["old", one(true, 1000)], ["young", one(true, 2000)], ["open", one(false, null)]]);
await forgetOld({ hearings }, 1500 + LOOKED_FOR);
console.log(JSON.stringify([...hearings.keys()]));
"""


def test_what_the_court_looks_for_no_more_is_forgotten_without_its_word() -> None:
    """The word that everything is handed over was lost on the way: after the time in which the court asks, it is not needed."""
    control = (serve.ROOM.parent / "control.mjs").as_uri()
    command = ["node", "--input-type=module", "-e", LATER, control]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE)
    assert json.loads(done.stdout) == ["young", "open"]
