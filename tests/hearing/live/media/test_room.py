"""What the media room does in real browsers, by each of its drivers: people meet, and what the court orders holds against any client."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from odr.hearing.live.media.control import BENCH, MediaRefused, Rank, segment_key
from odr.hearing.live.media.reading import Kind, NotReadable, open_segment, segments
from tests.hearing.live.media.house import BOTH, HANGS, House, Visitor, until

pytestmark = BOTH
Visitors = Callable[..., Visitor]
DISOBEYS = """
const replace = RTCRtpSender.prototype.replaceTrack;
RTCRtpSender.prototype.replaceTrack = function (track) { return track ? replace.call(this, track) : Promise.resolve(); };
RTCPeerConnection.prototype.close = function () {};
window.sockets = [];
const Socket = window.WebSocket;
window.WebSocket = class extends Socket { constructor(...given) { super(...given); window.sockets.push(this); } };
setInterval(() => window.sockets.forEach((each) => each.readyState === 1 && window.insists &&
  ["microphone", "camera"].forEach((type) => each.send(JSON.stringify({ type, on: true })))), 200);
"""
"""A client that ignores every order: it never stops sending, keeps its connections, and says again and again that it is on."""

DEAF = """
const parse = JSON.parse;
JSON.parse = (...given) => Object.assign(parse(...given), { muted: false });
"""
"""A client to which no word of a mute comes through."""

UNSEEN = """
const state = Object.getOwnPropertyDescriptor(RTCPeerConnection.prototype, "connectionState").get;
let wrong;
Object.defineProperty(RTCPeerConnection.prototype, "connectionState", {
  get() { wrong ??= this; return this === wrong && state.call(this) === "connected" ? "connecting" : state.call(this); },
});
"""
"""A device whose first connection stands for the room alone: the room's last word of the handshake did not come."""

SLOW_TO_ENTER = """
const Socket = window.WebSocket;
window.sockets = [];
window.swallows = 1;
window.WebSocket = class extends Socket {
  constructor(...given) { super(...given); window.sockets.push(this); }
  send(message) { if (JSON.parse(message).type !== "enter" || window.swallows-- <= 0) super.send(message); }
};
"""
"""A network so slow that the room waits in vain for as many tickets as ``swallows`` says."""

ASKS = """
const take = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
window.asked = [];
navigator.mediaDevices.getUserMedia = (wanted) => new Promise((given, refused) => window.asked.push({
  kind: Object.keys(wanted)[0],
  yes: () => take(wanted).then(given, refused),
  no: () => refused(new DOMException("no", "NotAllowedError")),
}));
"""
"""A browser whose question, may this page use the microphone, stands there until ``asked`` is answered."""

LOST_MEANWHILE = """
const apply = RTCPeerConnection.prototype.setRemoteDescription;
const Socket = window.WebSocket;
let last, lost = false;
window.WebSocket = class extends Socket { constructor(...given) { super(...given); last = this; } };
RTCPeerConnection.prototype.setRemoteDescription = function (offer) {
  const asked = apply.call(this, offer);
  if (!lost) {
    lost = true;
    this.close();
    last.close();
  }
  return asked;
};
"""
"""A device whose first connection ends while it takes up the first offer: what its browser was asked is never answered."""


def together(house: House, *people: Visitor) -> None:
    """Everybody admitted, and each gets the first one's sound and picture."""
    for each in people:
        each.enter()
        house.order("admit", person=each.name)
    for each in people[1:]:
        each.hears(people[0].name, "audio")
        each.hears(people[0].name, "video")
        people[0].hears(each.name, "audio")


def recorded(
    house: House, person: str, *, since: int = 0, kinds: tuple[Kind, ...] = (Kind.AUDIO,), segment: int = 1
) -> int:
    """Packets of somebody in the recording from a moment of the segment on."""
    found = open_segment(house.recordings / "h1" / f"{segment:04}").packets(person)
    return sum(each.ms >= since and each.kind in kinds for each in found)


def test_two_who_are_admitted_see_and_hear_each_other(house: House, visitor: Visitors) -> None:
    """Nobody at the door gets anything; once admitted, sound and picture go both ways and into the recording."""
    li, haiyun = visitor("li").enter(), visitor("haiyun").enter()
    li.saw("door")
    haiyun.saw("door")
    assert li.page.evaluate("window.peers.length") == 0
    assert [each["type"] for each in li.seen()].count("people") == 0
    house.order("admit", person="li")
    house.order("admit", person="haiyun")
    for one, other in ((li, "haiyun"), (haiyun, "li")):
        one.saw("admitted")
        one.hears(other, "audio")
        one.hears(other, "video")
    until(lambda: li.received()["frames"].get("haiyun/video"), "a picture is decoded")
    until(lambda: house.person("li").audio and house.person("li").video, "the room sees that it arrives")
    li.page.evaluate("window.room.raiseHand()")
    haiyun.saw("hands", persons=["li"])
    house.order("page", exhibit="C-1", page=3)
    shown = haiyun.saw("page", exhibit="C-1", page=3)
    haiyun.page.evaluate("number => window.room.pageShown(number)", shown["number"])
    until(lambda: (page := house.media.state("h1").page) and page.shown_by == ("haiyun",), "the device is counted")
    page = house.media.state("h1").page
    assert page is not None and page.expected == 2
    assert house.kinds().count("entered") == 2 and house.kinds().count("hand") == 1
    house.order("floor", person="li")
    haiyun.saw("hands", persons=[])
    closing = house.order("close")
    li.saw("closed")
    assert closing.told["ended"] == 1
    assert recorded(house, "li") > 20 and recorded(house, "haiyun", kinds=(Kind.VIDEO,)) > 10
    assert recorded(house, "li", kinds=(Kind.VIDEO_REPORT,)) >= 1
    (segment,) = segments(house.recordings / "h1")
    assert {"do": "page", "exhibit": "C-1", "page": 3}.items() <= next(
        m for m in segment.marks if m["do"] == "page"
    ).items()


LATE = """
const real = RTCPeerConnection.prototype.setLocalDescription;
let first = true;
RTCPeerConnection.prototype.setLocalDescription = async function (...given) {
  if (first) { first = false; await new Promise((done) => setTimeout(done, 12_000)); }
  return real.apply(this, given);
};
"""
"""A device that thinks for twelve seconds before its first answer."""


def test_an_answer_that_comes_late_is_an_answer(house: House, visitor: Visitors) -> None:
    """The room asks again after ten seconds and takes what comes then: who is slow sees and hears, and is seen and heard."""
    judge, li = visitor("judge").enter(), visitor("li", LATE)
    house.order("admit", person="judge")
    # Nothing more comes that would have to be offered anew: the first offer is the only one.
    until(lambda: house.person("judge").audio and house.person("judge").video, "all of the judge is there")
    li.enter()
    house.order("admit", person="li")
    judge.hears("li", "video")
    li.hears("judge", "video")
    assert "lost" not in house.kinds() and li.page.evaluate("window.peers.length") == 1, "by its first connection"


def test_who_is_muted_by_the_court_stays_muted_with_any_client(house: House, visitor: Visitors) -> None:
    """From the court's mute on no packet is forwarded or recorded, however a changed client goes on sending; the bench
    learns of it.
    """
    judge, li = visitor("judge"), visitor("li", DISOBEYS)
    together(house, judge, li)
    li.page.evaluate("window.insists = true")
    muted = house.order("mute", person="li", lock=True)
    assert judge.saw("people")["people"]
    house.order("floor", person="li")
    got = judge.hears_no_more(li)
    judge.hears("li", "video")
    li.sends(50)
    assert judge.packets("li", "audio") == got
    until(lambda: house.person("li").held_back > 50, "what it sends is counted")
    assert house.person("li").locked and "held_back" in house.kinds()
    unmuted = house.order("unmute", person="li")
    judge.hears("li", "audio")
    house.order("stop_recording")
    during = [
        each
        for each in open_segment(house.recordings / "h1/0001").packets("li")
        if each.kind is Kind.AUDIO and muted.media_ms < each.ms < unmuted.media_ms
    ]
    assert during == []
    assert recorded(house, "li", since=unmuted.media_ms) > 10


def test_who_comes_in_muted_is_not_heard_for_a_moment(house: House, visitor: Visitors) -> None:
    """The order that lets somebody in says how their microphone stands: nothing of it goes on before the mute that follows."""
    judge = visitor("judge").enter()
    visitor("li", DEAF).enter()
    house.order("admit", person="judge")
    house.order("admit", person="li", muted=True)
    judge.hears("li", "video")
    until(lambda: house.person("li").held_back > 20, "its microphone sends")
    assert judge.packets("li", "audio") == 0
    house.order("stop_recording")
    assert recorded(house, "li") == 0 < recorded(house, "li", kinds=(Kind.VIDEO,))


def test_what_is_asked_late_undoes_nothing(house: House, visitor: Visitors) -> None:
    """Two processes of the court ask for the same line; the slower one comes when the other has gone on: who was muted since stays
    muted, the floor stays where it is, and the recorder goes on.
    """
    judge, li = visitor("judge"), visitor("li")
    together(house, judge, li)
    house.order("unmute", person="li", place=(5, 0))
    house.order("floor", person="li", place=(5, 1))
    house.order("mute", person="li", place=(6, 0))
    house.order("floor", person="judge", place=(6, 1))
    for do, what in (("unmute", {"person": "li"}), ("floor", {"person": "li"}), ("stop_recording", {})):
        assert house.order(do, **what, place=(5, 1)).told == {"past": True}
    state = house.media.state("h1")
    assert house.person("li").muted and state.floor == "judge" and state.recorder.running_since is not None
    house.order("floor", person="judge", place=(6, 1))
    house.order("unmute", person="li", place=(6, 2))
    assert not house.person("li").muted, "what is asked again, or comes after, is done"
    for wrong in ([1], [1, -1], ["a", 1], 7):
        with pytest.raises(MediaRefused, match="no_place"):
            house.order("floor", person="li", place=wrong)


def test_what_a_muted_microphone_hears_goes_nowhere(house: House, visitor: Visitors) -> None:
    """Who turns their own microphone off is not heard and not recorded, even where their browser goes on sending."""
    judge, li = visitor("judge"), visitor("li", DISOBEYS)
    together(house, judge, li)
    li.page.evaluate("window.room.setMicrophone(false)")
    li.saw("microphone", on=False)
    since = house.media.state("h1").media_ms
    judge.hears_no_more(li)
    judge.hears("li", "video")
    assert house.person("li").held_back == 0 and not house.person("li").microphone
    house.order("pause", why="break")
    judge.saw("state", paused="break")
    paused = house.media.state("h1").media_ms
    judge.hears_no_more(li, "video")
    until(lambda: house.media.state("h1").media_ms > paused + 1_000, "a second of the break is over")
    house.order("resume")
    judge.hears("li", "video")
    house.order("stop_recording")
    assert recorded(house, "li", since=since + 50) == 0
    still = [e for e in open_segment(house.recordings / "h1/0001").packets("li") if paused <= e.ms < paused + 900]
    assert still == []


def test_an_interpreter_is_heard_by_whoever_chose_it_until_the_floor_is_theirs(house: House, visitor: Visitors) -> None:
    """Beside the hearing no packet of them goes to anybody else, though it is recorded; with the floor it goes to all. Who
    chose it hears the others too.
    """
    house.roles["mei"] = "interpreter"
    judge, li, mei = visitor("judge"), visitor("li"), visitor("mei")
    for each in (judge, li, mei):
        each.enter()
        house.order("admit", person=each.name)
    judge.hears("mei", "video")
    judge.hears("li")
    mei.hears("li")
    assert judge.packets("mei", "audio") == li.packets("mei", "audio") == 0
    li.page.evaluate("window.room.listen('mei')")
    li.saw("listens", to="mei")
    li.hears("mei")
    li.hears("judge")
    assert judge.packets("mei", "audio") == 0
    li.page.evaluate("window.room.listen(null)")
    li.saw("listens", to=None)
    li.hears_no_more(mei)
    house.order("floor", person="mei")
    judge.hears("mei")
    li.hears("mei")
    house.order("floor", person="li")
    judge.hears_no_more(mei)
    house.order("stop_recording")
    assert recorded(house, "mei") > 50


def test_an_isolated_witness_gets_no_byte_by_any_channel(house: House, visitor: Visitors) -> None:
    """With any client: no media, no list, no page, no caption reaches an isolated witness, and nothing of theirs goes out;
    called in, they take part.
    """
    house.ranks["zhao"] = Rank.WITNESS
    judge, zhao = visitor("judge"), visitor("zhao", DISOBEYS)
    together(house, judge, zhao)
    zhao.page.evaluate("window.insists = true")
    since = house.order("isolate", person="zhao")
    zhao.saw("isolated")
    zhao.gets_no_byte(judge)
    before, said, got = zhao.received(), len(zhao.seen()), judge.received()
    house.order("tell", kind="caption", data={"text": "What the witness must not read"})
    judge.saw("tell", kind="caption")
    house.order("page", exhibit="C-2", page=1)
    house.order("floor", person="judge")
    judge.saw("floor", person="judge")
    judge.sends(100)
    after = zhao.received()
    assert (after["bytes"], after["transport"]) == (before["bytes"], before["transport"])
    assert zhao.seen()[said:] == []
    for kind in ("audio", "video"):
        assert judge.packets("zhao", kind) == got["packets"][f"zhao/{kind}"]
    assert not any(each["type"] == "people" for each in zhao.seen())
    released = house.order("release", person="zhao")
    zhao.saw("released")
    zhao.saw("page", exhibit="C-2")
    judge.hears("zhao", "audio")
    zhao.hears("judge", "audio")
    house.order("stop_recording")
    packets = [each.ms for each in open_segment(house.recordings / "h1/0001").packets("zhao")]
    assert not any(since.media_ms < ms < released.media_ms for ms in packets)


def test_a_sealed_part_is_for_those_who_stay_and_deliberation_for_no_recorder(house: House, visitor: Visitors) -> None:
    """The sealed part has a segment and key of its own and reaches nobody else; of the deliberation there is no
    recording at all.
    """
    judge, li, press = visitor("judge"), visitor("li"), visitor("press", DISOBEYS)
    together(house, judge, li, press)
    key = segment_key()
    with pytest.raises(MediaRefused, match="no_key"):
        house.order("seal", stay=["judge", "li"], segment=2)
    ended = house.order("seal", stay=["judge", "li"], segment=2, key=key)
    assert ended.told["ended"] == 1 and ended.segment == 2
    press.saw("state", sealed=True, out=True)
    press.gets_no_byte(judge)
    before = press.received()
    judge.hears("li", "audio")
    judge.sends(50)
    after = press.received()
    assert (after["bytes"], after["transport"]) == (before["bytes"], before["transport"])
    house.order("unseal", segment=3)
    press.hears("judge", "audio")
    house.order("deliberate", persons=["judge"])
    li.saw("state", deliberating=True, out=True)
    assert house.media.state("h1").recorder.running_since is None
    with pytest.raises(MediaRefused, match="deliberation"):
        house.order("record", segment=4)
    house.order("reassemble")
    house.order("record", segment=4)
    li.hears("judge", "audio")
    house.order("close")
    first, sealed, third, fourth = segments(house.recordings / "h1")
    assert (first.is_sealed, sealed.is_sealed, third.is_sealed) == (False, True, False)
    assert sealed.persons == ["judge", "li"]
    with pytest.raises(NotReadable):
        list(sealed.packets("li"))
    with pytest.raises(NotReadable):
        list(sealed.packets("li", segment_key()))
    assert len(list(sealed.packets("li", key))) > 20
    assert fourth.began_ms - (third.began_ms + third.length_ms) > 0


def test_the_judges_room_and_a_sides_own_room_have_no_recorder(house: House, visitor: Visitors) -> None:
    """Two in the judges' room hear each other and nobody else; nothing of it is on the disk."""
    one, two, li = visitor("judge"), visitor("assessor"), visitor("li").enter()
    house.order("admit", person="li")
    one.enter(BENCH)
    two.enter(BENCH)
    one.hears("assessor", "audio")
    two.hears("judge", "video")
    assert li.received()["packets"] == {}
    house.order("stop_recording")
    assert open_segment(house.recordings / "h1/0001").persons in ([], ["li"])


def test_who_comes_back_is_seen_and_heard_again(house: House, visitor: Visitors) -> None:
    """A page that is opened anew gets everybody again, and everybody gets it, by the ways they had."""
    judge, li = visitor("judge"), visitor("li")
    together(house, judge, li)
    li.page.evaluate("window.room.leave()")
    until(lambda: "left" in house.kinds(), "the room knows")
    back = Visitor(house, li.page.context, "li", li.page).enter()
    back.hears("judge", "audio")
    back.hears("judge", "video")
    judge.hears("li", "audio")
    judge.hears("li", "video")
    ways = judge.page.evaluate("window.peers.at(-1).getTransceivers().length")
    assert ways == 4, "two for what one sends and two for the other, however often they come"


def test_devices_are_tested_before_anybody_enters(visitor: Visitors) -> None:
    """Camera and microphone are really opened, and named."""
    said: dict[str, Any] = visitor("li").page.evaluate("window.testDevices()")
    assert said["audio"] and said["video"] and said["microphones"] and said["cameras"]


def test_everybody_comes_at_once(house: House, visitor: Visitors) -> None:
    """Eight at the same moment, as after a fault: each is connected, and hears all the others."""
    names = [f"p{number}" for number in range(8)]
    people = [visitor(name) for name in names]
    for each in people:
        given = {"url": house.url, "ticket": {"person": each.name, "room": "hall"}}
        each.page.evaluate(
            "given => { window.goIn(given) }", {**given, "microphone": {"on": True}, "camera": {"on": False}}
        )
    until(lambda: len(house.media.state("h1").people) == len(names), "all are at the door")
    for name in names:
        house.order("admit", person=name)
    for each in people:
        others = {f"{name}/audio" for name in names if name != each.name}
        until(
            lambda one=each, of=others: all(one.received()["packets"].get(key, 0) > 10 for key in of),
            lambda one=each: (
                f"{one.name} hears all: got {one.received()}, was told {one.seen()[-12:]}; {house.media.state('h1').people}"
            ),
        )


def test_whoever_is_lost_while_the_connection_is_made_hears_when_back(house: House, visitor: Visitors) -> None:
    """What the browser leaves unanswered of the connection that ended keeps nobody from taking up the next."""
    judge, li = visitor("judge").enter(), visitor("li", LOST_MEANWHILE).enter()
    for each in (judge, li):
        house.order("admit", person=each.name)
    li.saw("back")
    li.hears("judge")
    judge.hears("li")
    assert house.kinds().count("lost") == house.kinds().count("back") == 1


def test_whoever_the_room_waits_for_in_vain_comes_with_another_ticket(house: House, visitor: Visitors) -> None:
    """A slow network keeps a ticket longer than the room waits for it: neither the first time nor on the way back is anybody sent home."""
    judge, li = visitor("judge").enter(), visitor("li", SLOW_TO_ENTER).enter()
    for each in (judge, li):
        house.order("admit", person=each.name)
    li.hears("judge")
    assert "refused" not in [each["type"] for each in li.seen()]
    li.page.evaluate("window.swallows = 1; window.sockets.at(-1).close()")
    li.saw("lost")
    li.saw("back")
    li.hears("judge")
    judge.hears("li")
    assert len(li.page.evaluate("window.sockets")) == 4, "each of the four ways in was needed"
    assert "refused" not in [each["type"] for each in li.seen()]


def test_a_way_in_that_fails_each_time_ends_with_its_reason(house: House, visitor: Visitors) -> None:
    """Tickets that come too late, and a court that gives none: five times each, then the page is told; a court that says no is
    asked once.
    """
    li, wu, zhao = visitor("li"), visitor("haiyun"), visitor("zhao")
    house.spoiled = lambda ticket: house.ticket("li", now=datetime.now(UTC) - timedelta(seconds=61))
    li.enter()
    wu.page.route("**/ticket?*", lambda route: route.abort())
    wu.enter()
    zhao.page.evaluate(
        "url => window.enter({ url, ticket: async () => { throw Object.assign(new Error('no'), { forbidden: true }) }, on: (event) => window.seen.push(event) })",
        house.url,
    )
    zhao.saw("refused", why="no_ticket")
    li.saw("refused", why="expired")
    wu.saw("refused", why="no_ticket")
    tries = {each.name: [said["type"] for said in each.seen()] for each in (li, wu, zhao)}
    assert tries == {
        "li": ["connecting"] * 5 + ["refused"],
        "haiyun": ["connecting"] * 5 + ["refused"],
        "zhao": ["connecting", "refused"],
    }
    assert house.kinds().count("refused") == 5
    house.spoiled = lambda ticket: ticket
    li.enter().saw("door")


def test_whoever_is_still_asked_for_their_microphone_hears_the_others(house: House, visitor: Visitors) -> None:
    """The browser's question waits for its answer as long as it takes, and nobody waits for it: who is asked hears and sees; what they
    allow goes out then, and what they refuse is said.
    """
    judge, li = visitor("judge").enter(), visitor("li", ASKS).enter()
    for each in (judge, li):
        house.order("admit", person=each.name)
    li.hears("judge")
    li.hears("judge", "video")
    assert sorted(li.page.evaluate("window.asked.map((each) => each.kind)")) == ["audio", "video"], (
        "asked once for each"
    )
    assert "own" not in [each["type"] for each in li.seen()]
    li.page.evaluate("window.asked.forEach((each) => each.kind === 'audio' ? each.yes() : each.no())")
    judge.hears("li")
    li.saw("device", kind="video", why="NotAllowedError")
    li.saw("own", kind="audio")


def test_a_way_in_that_never_opens_is_given_up_for_another(house: House, visitor: Visitors) -> None:
    """Somebody between takes the connection and says nothing: a browser would wait for minutes."""
    li = visitor("li")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        first = f"ws://127.0.0.1:{silent.getsockname()[1]}/"
        li.page.evaluate(
            """([silent, url, ticket]) => {
              let ways = 0;
              const get = async () => ({ ticket: await (await fetch("/ticket?" + new URLSearchParams(ticket))).text(), url: ways++ ? url : silent });
              window.enter({ url, ticket: get, microphone: null, camera: null, on: (event) => window.seen.push(JSON.parse(JSON.stringify(event))) });
            }""",
            [first, house.url, {"person": "li", "room": "hall"}],
        )
        li.saw("door")
    assert [each["type"] for each in li.seen()].count("connecting") == 2


ONLY_CONNECTED = """async (given) => {
  const ticket = await (await fetch("/ticket?" + new URLSearchParams(given.ticket))).text();
  window.way = new WebSocket(given.url);
  window.way.onopen = () => window.way.send(JSON.stringify({ type: "enter", ticket, device: "raw" }));
  await new Promise((came) => (window.way.onmessage = came));
}"""
"""A device that never gives the room up; its browser answers what keeps a connection alive."""


def test_a_room_that_stood_still_calls_nobody_lost(house: House, visitor: Visitors) -> None:
    """Stopped for longer than a device may be silent, it goes on with everybody: the journal names nobody, neither as lost nor as no
    longer heard.
    """
    judge, li = visitor("judge"), visitor("li")
    together(house, judge, li)
    until(lambda: all(house.person(name).audio and house.person(name).video for name in ("judge", "li")), "all arrives")
    stands_still(house, lambda: seconds_pass(li, 4.5))
    judge.hears("li")
    li.hears("judge")
    events = house.media.events("h1")
    assert [each for each in events if each.kind == "lost" or each.told.get("arrives") is False] == []
    # On a slow machine a page may have come back by another connection meanwhile: it is one of the two all the same.
    assert {each.person for each in events if each.kind == "entered"} == {"judge", "li"}


def test_whoever_gave_up_a_room_that_stood_still_was_not_away(house: House, visitor: Visitors) -> None:
    """Stopped for so long that the page comes back by another connection, the room names nobody as lost; who does not come
    back is named as soon as that is certain.
    """
    judge, li, wu, gone = visitor("judge"), visitor("li"), visitor("haiyun"), visitor("gone").enter()
    together(house, judge, li)
    wu.page.evaluate(ONLY_CONNECTED, {"url": house.url, "ticket": {"person": "haiyun", "room": "hall"}})
    gone.saw("door")

    def goes() -> None:
        li.saw("lost")
        gone.page.context.close()

    stands_still(house, goes)
    li.saw("back")
    judge.hears("li")
    until(lambda: "lost" in house.kinds(), "who is gone is named")
    events = house.media.events("h1")
    assert [each.person for each in events if each.kind in ("lost", "back")] == ["gone"]
    assert house.person("haiyun").present and wu.page.evaluate("window.way.readyState") == 1


def stands_still(house: House, meanwhile: Callable[[], None]) -> None:
    """The room's process does nothing while something happens, as on a host that is paused."""
    assert house.process is not None
    house.process.send_signal(signal.SIGSTOP)
    try:
        meanwhile()
    finally:
        house.process.send_signal(signal.SIGCONT)


def seconds_pass(visitor: Visitor, seconds: float) -> None:
    """So much time passes on somebody's page."""
    ends = visitor.page.evaluate("performance.now()") + seconds * 1_000
    visitor.page.wait_for_function("ends => performance.now() > ends", arg=ends)


@pytest.mark.parametrize("way", [HANGS, UNSEEN], ids=["neither sees it", "the device does not see it"])
def test_a_connection_that_never_stands_is_begun_anew(house: House, visitor: Visitors, way: str) -> None:
    """A handshake has no end of its own: after some seconds the room or the device ends it, the person is told that sound and picture
    are being connected again, and nobody is lost for it.
    """
    judge, li = visitor("judge").enter(), visitor("li", way).enter()
    for each in (judge, li):
        house.order("admit", person=each.name)
    li.saw("media", connected=False, tries=0)
    li.saw("media", connected=False, tries=1)
    li.saw("media", connected=True)
    li.hears("judge", "video")
    judge.hears("li", "video")
    assert li.page.evaluate("window.peers.length") == 2 and "lost" not in house.kinds()
    assert "lost" not in [each["type"] for each in li.seen()]
