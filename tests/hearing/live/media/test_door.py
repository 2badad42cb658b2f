"""Who gets into the media room: a ticket opens one door, once, within a minute, to one device."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from hypothesis import given, strategies as st

from odr.hearing.live.media.control import Do, Media, MediaAway, MediaRefused, Rank, Ticket, issue, segment_key
from tests.hearing.live.media.house import ROOT, SECRET, House, until
from tests.hearing.live.media.knock import Knock, Said, talk
from tests.patience import PATIENCE

Opens = Callable[..., Awaitable[Knock]]


def enters(house: House, ticket: str, device: str = "one") -> Said:
    """What the room says to somebody who comes with this ticket."""

    async def how(opens: Opens) -> Said:
        return await (await opens()).enter(ticket, device)

    return talk(house, how)


def test_a_ticket_opens_once_and_within_a_minute(house: House) -> None:
    """Used, expired, from the future, foreign, changed, of a hearing that is not open: each is refused with its reason,
    and the court learns of those it signed itself.
    """
    now = datetime.now(UTC)
    good = house.ticket("li")
    assert enters(house, good)["type"] == "in"
    for ticket, why in (
        (good, "used"),
        (house.ticket("li", now=now - timedelta(seconds=61)), "expired"),
        (house.ticket("li", now=now + timedelta(seconds=30)), "expired"),
        (house.ticket("li", hearing="another"), "not_open"),
        (issue(b"another court's secret, also long", Ticket("h1", "li", "party", "hall", now), now), "foreign"),
        (good.split(".")[0] + ".", "foreign"),
        ("", "foreign"),
        ("a.b.c", "foreign"),
    ):
        assert enters(house, ticket) == {"type": "refused", "why": why}
    refused = [each for each in house.media.events("h1") if each.kind == "refused"]
    assert [each.told["why"] for each in refused] == ["used", "expired", "expired"]
    assert {each.person for each in refused} == {"li"}


def test_nobody_fills_the_journal_by_knocking_or_by_their_hand(house: House) -> None:
    """Whoever comes again and again with a ticket that is used, or raises their hand without end, is told of twenty times a minute: the
    court writes each down, and hears of the others what it has to.
    """
    ticket = house.ticket("li")

    async def how(opens: Opens) -> None:
        li = await opens()
        await li.enter(ticket)
        for _ in range(50):
            await (await opens()).enter(ticket, "another")
        house.order("admit", person="li")
        for turn in range(50):
            await li.say(type="hand", up=turn % 2 == 0)
        await li.say(type="listen", to="the end")
        await li.hear("listens")

    talk(house, how)
    kinds = house.kinds()
    assert kinds.count("refused") <= 40 and kinds.count("hand") + kinds.count("hand_down") <= 40, (
        "a minute may end meanwhile"
    )
    assert kinds.count("refused") >= 20 and kinds.count("hand") >= 10


def test_a_device_that_does_not_read_is_let_go(house: House) -> None:
    """It goes on talking and takes nothing: what waits for it does not grow without end, and it is lost."""

    async def how(opens: Opens) -> None:
        li = await opens(answers=False)
        await li.enter(house.ticket("li"))
        house.order("admit", person="li")
        for turn in range(3_000):
            house.order("tell", kind="line", data={"words": "x" * 16_000})
            if turn % 20 == 0:
                await li.say(type="listen", to=str(turn))
            if turn % 100 == 0 and "lost" in house.kinds():
                return

    talk(house, how)
    lost = [each.told["why"] for each in house.media.events("h1") if each.kind == "lost"]
    assert lost == ["too_slow"]


def test_captions_reach_who_was_in_when_it_was_said(house: House) -> None:
    """Not whoever waits at the door or is isolated, not a witness who is called afterwards, and of a sealed part only who
    stayed in it, also when the line comes after its end.
    """
    house.ranks["witness"] = Rank.WITNESS

    def line(words: str, segment: int, at: int) -> None:
        said = {"person": "li", "from": at, "language": "en", "words": words}
        house.order("caption", segment=segment, lines=[said])

    def now() -> int:
        """A millisecond that lies after all that came before, and is over before anything comes after."""
        at = house.media.state("h1").media_ms + 1
        until(lambda: house.media.state("h1").media_ms > at, "the millisecond is over")
        return at

    async def how(opens: Opens) -> dict[str, list[str]]:
        knocks = {name: await opens() for name in ("li", "wu", "door", "witness")}
        house.order("isolate", person="witness")
        for name, knock in knocks.items():
            await knock.enter(house.ticket(name), name)
        house.order("admit", person="li")
        house.order("admit", person="wu")
        line("open", 1, now())
        before = now()
        house.order("release", person="witness")
        house.order("admit", person="witness")
        line("before the witness", 1, before)
        line("to everybody", 1, now())
        house.order("seal", stay=["li"], segment=2, key=segment_key())
        said = now()
        line("sealed", 2, said)
        house.order("unseal", segment=3)
        line("late out of the sealed part", 2, said)
        line("of no piece", 9, now())
        line("open again", 3, now())
        house.order("tell", kind="end", data=None)
        heard: dict[str, list[str]] = {}
        for name in ("li", "wu", "witness"):
            heard[name] = []
            while (told := await knocks[name].hear("caption", "tell"))["type"] == "caption":
                heard[name].append(told["words"])
        house.order("close")
        heard["door"] = []
        while (told := await knocks["door"].hear("caption", "closed"))["type"] == "caption":
            heard["door"].append(told["words"])
        return heard

    assert talk(house, how) == {
        "li": ["open", "before the witness", "to everybody", "sealed", "late out of the sealed part", "open again"],
        "wu": ["open", "before the witness", "to everybody", "open again"],
        "witness": ["to everybody", "open again"],
        "door": [],
    }


def test_whether_captions_are_written_is_said(house: House) -> None:
    """None until the program speaks up; from then on they are, also while nobody says anything."""

    async def how(opens: Opens) -> list[Any]:
        knock = await opens()
        await knock.enter(house.ticket("li"))
        house.order("admit", person="li")
        first = await knock.hear("captions")
        house.order("caption", segment=1, lines=[])
        return [first["on"], (await knock.hear("captions"))["on"]]

    assert talk(house, how) == [False, True]


def test_a_second_device_of_one_person_stays_out(house: House) -> None:
    """While a device of theirs is in, another one is refused; the same browser may come in again by a new connection."""

    async def how(opens: Opens) -> list[Said]:
        first, second, again = await opens(), await opens(), await opens()
        return [
            await first.enter(house.ticket("li"), "phone"),
            await second.enter(house.ticket("li"), "desk"),
            await again.enter(house.ticket("li"), "phone"),
            await first.hear("refused"),
        ]

    said = talk(house, how)
    assert [each.get("why", each["type"]) for each in said] == ["in", "second_device", "in", "replaced"]


def test_who_was_removed_stays_out_until_admitted_again(house: House) -> None:
    """Removed by the court: shown out with the reason, and no new ticket helps."""

    async def how(opens: Opens) -> list[Said]:
        knock = await opens()
        await knock.enter(house.ticket("li"))
        house.order("remove", person="li", why="ordered_out")
        out = await knock.hear("removed")
        again = await (await opens()).enter(house.ticket("li"), "another")
        house.order("admit", person="li")
        return [out, again, await (await opens()).enter(house.ticket("li"), "another")]

    out, again, back = talk(house, how)
    assert (out["why"], again["why"], back["type"]) == ("ordered_out", "removed", "in")


def test_other_pages_and_programs_that_do_not_speak_its_language_are_shown_out(house: House) -> None:
    """Another page of the same browser gets no connection; noise, floods and silence end one."""

    async def how(opens: Opens) -> list[Any]:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await opens(origin="https://elsewhere.example")
        noise, flood = await opens(), await opens()
        await noise.socket.send_str("{")
        heard = [await noise.hear()]
        await flood.enter(house.ticket("li"))
        for _ in range(200):
            await flood.say(type="hand", up=True)
        while said := await flood.hear():
            assert said
        return [*heard, noise.socket.close_code, flood.socket.close_code]

    assert talk(house, how) == [{}, 1008, 1008]
    until(lambda: house.media.health()["people"] == 0, "they are gone")


def test_a_device_that_falls_silent_is_lost(house: House) -> None:
    """Its place is kept, and it is back with the seconds it was away."""

    async def how(opens: Opens) -> float:
        silent = await opens(answers=False)
        await silent.enter(house.ticket("li"), "phone")
        house.order("admit", person="li")
        while "lost" not in house.kinds():
            await silent.socket.receive(timeout=PATIENCE)
        assert not house.person("li").present and house.person("li").admitted
        back = await opens()
        assert (await back.enter(house.ticket("li"), "phone"))["admitted"]
        return 0

    talk(house, how)
    (back,) = [each for each in house.media.events("h1") if each.kind == "back"]
    assert back.person == "li" and back.told["seconds"] > 0


def test_a_witness_never_gets_the_list_and_a_party_sees_who_is_in_the_hall(house: House) -> None:
    """The bench sees everybody, also at the door and isolated; a party those in the hall; a witness nobody."""
    house.ranks.update(judge=Rank.BENCH, zhao=Rank.WITNESS)

    async def how(opens: Opens) -> dict[str, list[str] | None]:
        knocks = {name: await opens() for name in ("judge", "li", "zhao", "qian", "sun")}
        for name, knock in knocks.items():
            await knock.enter(house.ticket(name), name)
        for name in ("judge", "li", "zhao", "qian"):
            house.order("admit", person=name)
        house.order("isolate", person="qian")
        house.order("tell", kind="end", data=None)
        seen: dict[str, list[str] | None] = {}
        for name in ("judge", "li", "zhao"):
            seen[name] = None
            while (said := await knocks[name].hear("people", "tell"))["type"] == "people":
                seen[name] = sorted(each["person"] for each in said["people"])
        return seen

    assert talk(house, how) == {
        "judge": ["judge", "li", "qian", "sun", "zhao"],
        "li": ["judge", "li", "zhao"],
        "zhao": None,
    }


def test_orders_come_from_the_court_alone(house: House) -> None:
    """Without the court's secret nothing is answered; what cannot be done is refused by a word; no room is no answer."""
    with pytest.raises(MediaAway, match="403"):
        Media(f"unix:{house.folder}/c", b"another secret of somebody else").health()
    for do, what, why in (
        (Do.FLOOR, {"person": "nobody"}, "unknown_person"),
        (Do.PAGE, {"exhibit": "../etc", "page": 1}, "no_page"),
        (Do.TELL, {"kind": "caption", "data": "x" * 20_000}, "no_message"),
        (
            Do.CAPTION,
            {"segment": 1, "lines": [{"person": "li", "from": 1, "language": "en", "words": "x" * 1_001}]},
            "no_lines",
        ),
        (
            Do.CAPTION,
            {"segment": 1, "lines": [{"person": "<b>", "from": 1, "language": "en", "words": "x"}]},
            "no_lines",
        ),
    ):
        with pytest.raises(MediaRefused, match=why):
            house.order(do, **what)
    with pytest.raises(MediaRefused, match="not_open"):
        house.media.state("another")
    with pytest.raises(MediaRefused, match="segment_used"):
        house.order("stop_recording")
        house.order("record", segment=1)
    with pytest.raises(MediaRefused, match="no_recorder"):
        house.order("resume")
    until(lambda: house.media.state("h1").recorder.running_since is None, "it stopped")
    with pytest.raises(MediaAway):
        Media(f"unix:{house.folder}/none", SECRET.encode()).health()


def test_an_order_whose_answer_was_lost(house: House) -> None:
    """Asked again it is done once: no piece is ended or begun twice. Who missed a last link is given it on opening and closing."""
    key = segment_key()
    for do, what, segment in (
        ("record", {"segment": 2}, 2),
        ("seal", {"segment": 3, "stay": ["judge"], "key": key}, 3),
        ("unseal", {"segment": 4}, 4),
        ("deliberate", {"persons": ["judge"]}, None),
    ):
        first, again = house.order(do, **what), house.order(do, **what)
        assert first.segment == again.segment == segment and "ended" in first.told and "ended" not in again.told
    for _ in range(2):
        house.order("reassemble")
    house.order("seal", segment=5, stay=["judge"], key=key)
    assert house.order("seal", segment=6, stay=["judge", "li"], key=segment_key()).told["ended"] == 5
    known = house.order("open", persons=[]).told["pieces"]
    assert [each["ended"] for each in known] == [1, 2, 3, 4, 5]
    assert [each["ended"] for each in house.order("close").told["pieces"]] == [1, 2, 3, 4, 5, 6]
    read = {each["ended"]: each["head"] for each in house.order("open", persons=[]).told["pieces"]}
    assert list(read) == [1, 2, 3, 4, 5, 6] and all(read[each["ended"]] == each["head"] for each in known)


def test_an_answer_is_to_one_offer_of_one_connection(house: House) -> None:
    """Two connections of one device, one after the other: what answers an offer of the first is no answer to the second's."""

    async def how(opens: Opens) -> list[int]:
        li = await opens()
        await li.enter(house.ticket("li"))
        house.order("admit", person="li")
        first = await li.hear("offer")
        house.order("isolate", person="li")
        house.order("release", person="li")
        return [first["turn"], (await li.hear("offer"))["turn"]]

    first, second = talk(house, how)
    assert first != second


def test_the_page_waits_for_no_connection_that_is_closed() -> None:
    """A browser never answers what a connection was asked that is closed meanwhile: each such question of the page ends with the
    connection, so that nothing waits behind it for ever.
    """
    asks = re.compile(
        r"\b(setRemoteDescription|setLocalDescription|addIceCandidate|replaceTrack|setParameters|getStats)\("
    )
    lines = [line for line in (ROOT / "static/live/room.js").read_text("utf-8").splitlines() if asks.search(line)]
    assert len(lines) >= 5 and [line for line in lines if "this.#ofPeer(" not in line] == []


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_name_that_could_be_a_path_is_no_name(person: str, room: str) -> None:
    """A ticket is signed only for names of letters, figures, dash and underscore, and for the rooms there are."""
    now = datetime.now(UTC)
    try:
        issue(SECRET.encode(), Ticket("h1", person, "party", room, now), now)
    except ValueError:
        return
    assert set(person) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") and person
    assert room in ("hall", "bench") or room.startswith("consult:")
