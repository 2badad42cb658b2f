"""The real media room, its recorder and the public’s pages: what a sealed part holds is in no piece; a side is alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from odr.hearing.live import faults
from odr.hearing.live.media.derive import read_rtp, vp8_payload
from odr.hearing.live.media.reading import Kind, open_segment
from odr.hearing.live.models import LiveAck, LiveLine, LiveRoom, LiveSegment
from odr.hearing.live.obeying import key_context
from odr.hearing.live.seen import making
from odr.hearing.live.seen.cut import SETTLES
from odr.hearing.live.seen.models import ShownPiece, Watcher
from odr.hearing.live.vocabulary import What
from odr.identity.models import Account, AccountState
from odr.register.calendar.attending.models import PlaceRequest, PlaceState, Tie
from odr.register.calendar.attending.places import places_of
from tests.hearing.live.conftest import BEGINS, Live
from tests.hearing.live.media.house import House, until
from tests.hearing.live.media.knock import Knock, Said, talk
from tests.hearing.live.test_real_room import held, house, visitor
from tests.hearing.scene import CHEN, HAIYUN, LI, WANG
from tests.patience import PATIENCE

__all__ = ["held", "house"]
SHORTEST = 40
"""Bytes from which on what a packet carries is nobody else's by chance."""


def grows(live: Live, segment: int, person: str) -> None:
    """Wait until a second or two of somebody are in a piece of the recording."""
    path = live.scene.court.settings.recordings_folder / live.hearing().reference / f"{segment:04d}/{person}.rtp"
    until(lambda: path.is_file() and path.stat().st_size > 60_000, f"{person} is recorded in piece {segment}")


def carried(live: Live, number: int, person: str) -> Iterator[bytes]:
    """What the packets of somebody in a piece carry of sound and picture, as a player would get it."""
    return (part for _, _, part in packets(live, number, person))


def packets(live: Live, number: int, person: str) -> Iterator[tuple[datetime, Kind, bytes]]:
    """The same, each with the moment it came and what it is."""
    folder = live.scene.court.settings.recordings_folder / live.hearing().reference / f"{number:04d}"
    with live.scene.court.database.read() as session:
        room = session.scalars(select(LiveRoom)).one()
        piece = session.scalars(select(LiveSegment).where(LiveSegment.number == number)).one()
        sealed = piece.key
        vault = live.scene.court.notary.vault
        key = vault.unseal(sealed, key_context(room.reference, number)) if sealed is not None else None
    segment = open_segment(folder)
    began = datetime.fromtimestamp(segment.began_ms / 1000, UTC)
    for each in segment.packets(person, key):
        packet = read_rtp(each.data) if each.kind in (Kind.AUDIO, Kind.VIDEO) else None
        if packet is None:
            continue
        part = vp8_payload(packet[4]) if each.kind is Kind.VIDEO else (True, packet[4])
        if part is not None and len(part[1]) >= SHORTEST:
            yield began + timedelta(milliseconds=each.ms), each.kind, part[1]


def settled(live: Live, number: int, person: str) -> Iterator[bool]:
    """Whether something that may be shown is on the disk: seconds after what settles once the doors are open again."""
    folder = live.scene.court.settings.recordings_folder / live.hearing().reference / f"{number:04d}"
    yield any(each.ms > 8_000 for each in open_segment(folder).packets(person))


def comes_in(live: Live, house: House, browser: Browser) -> tuple[Page, str]:
    """Li is seen and heard in an open hearing; her page, and what the room calls her."""
    scene = live.scene
    scene.clock.set(BEGINS)
    live.comes(CHEN)
    live.comes(WANG)
    live.enters(LI)
    live.enters(HAIYUN)
    _, li, base = visitor(scene, browser, house, LI)
    scene.act(CHEN, "open_live_hearing")
    me = live.person(LI).reference
    live.does(CHEN, "admit", LI)
    live.does(CHEN, "floor", LI)
    li.goto(f"{base}/live/room")
    return li, me


def test_no_byte_of_a_sealed_part_is_in_any_piece(held: Live, house: House, browser: Browser) -> None:
    """Li speaks before, in and after a part that is sealed. What is shown afterwards holds of what she said openly, and of
    the sealed part nothing: its packets, opened with its key, are in no file.
    """
    _, me = comes_in(held, house, browser)
    scene = held.scene
    with scene.court.database.write() as session:
        session.add(Watcher(hearing_id=held.hearing().id, account_id=10**6, seat=1, device=1, since=scene.clock.now()))
    grows(held, 1, me)
    scene.act(CHEN, "seal_part", reason="secret", outside=[], words="A secret is shown.")
    grows(held, 2, me)
    scene.act(CHEN, "end_sealed_part")
    grows(held, 3, me)
    until(lambda: any(settled(held, 3, me)), "what settles is over")
    held.does(CHEN, "admit", HAIYUN)
    scene.act(CHEN, "close_live_hearing", goes_on="no")
    faults.follow(scene.court, held.room().id)
    shown = b""
    # A minute after the end, however long this machine took: the hour of the court stands still here.
    with scene.court.database.read() as session:
        closing = session.scalars(select(LiveLine).where(LiveLine.what == What.CLOSED)).one().facts["clock"]
        unsealed = select(LiveAck.at).join(LiveLine).where(LiveLine.what == What.UNSEALED)
        again = session.scalars(unsealed).one() + SETTLES
    ended = datetime.fromisoformat(closing)
    making.make(scene.court, held.room().id, ended + timedelta(seconds=62))
    for path in making.folder_of(scene.court, held.hearing()).glob("*.webm"):
        shown += path.read_bytes()
    # The tone of Chromium's own microphone comes again and again as the same bytes: what was also sent openly says nothing.
    openly = {*carried(held, 1, me), *carried(held, 3, me)}
    sealed = [part for part in carried(held, 2, me) if part not in openly]
    assert len(sealed) > 20
    assert not [part for part in sealed if part in shown]
    heard = [part for at, kind, part in packets(held, 3, me) if kind is Kind.AUDIO and again < at < ended]
    assert len(heard) > 100 and all(part in shown for part in heard), "what is open again is shown, to its last word"
    before = {part for at, kind, part in packets(held, 3, me) if at < ended} | {*carried(held, 1, me)}
    late = [part for at, kind, part in packets(held, 3, me) if at >= ended and part not in before]
    assert not [part for part in late if part in shown]
    with scene.court.database.read() as session:
        assert {row.segment for row in session.scalars(select(ShownPiece))} <= {1, 3}


def seated(live: Live) -> str:
    """Ann, whom the court knows, has the first place; the address of her seat."""
    with live.scene.court.database.write() as session:
        now = live.clock.now()
        ann = Account(
            email="ann@people.example",
            name="Ann",
            state=AccountState.ACTIVE,
            created_at=now,
            confirmed_at=now,
            identity_verified_at=now,
            locale="en",
        )
        session.add(ann)
        session.flush()
        live.scene.accounts["Ann"] = ann.id
        asked = {"name": "Ann", "tie": Tie.NONE, "comes_first": False, "is_minor": False, "asked_at": now}
        place = PlaceRequest(hearing_id=live.hearing().id, account_id=ann.id, state=PlaceState.GIVEN, number=1, **asked)
        session.add(place)
        pack = live.scene.court.packs.in_force("cn", now.date())
        session.add(places_of(session, live.hearing(), pack))
    return f"/attending/{live.hearing().reference}/watch"


AT_ONCE = """
const real = window.fetch;
window.fetch = async (...asked) => {
  const answer = await real(...asked);
  if (!String(asked[0]).includes("/watch/now")) return answer;
  const said = await answer.json();
  if (said.pieces.length) window.behind ??= said.clock - said.pieces[0].from;
  return new Response(JSON.stringify({ ...said, behind: window.behind ?? said.behind }), { status: 200 });
};
"""
"""A browser that does not wait for the minute to pass: it shows the first piece there is at once."""


def test_somebody_of_the_public_sees_and_can_send_nothing(held: Live, house: House, browser: Browser) -> None:
    """Ann takes her seat: Li is seen in her browser. Whatever that browser sends, no ticket is given for it, the media room
    refuses what it makes up, and in the hall nobody came in.
    """
    watch = seated(held)
    _, me = comes_in(held, house, browser)
    context, ann, base = visitor(held.scene, browser, house, "Ann")
    ann.add_init_script(AT_ONCE)
    ann.goto(f"{house.origin}{watch}")
    ann.get_by_role("button", name="Take my seat").click()
    expect(ann.get_by_text("60 seconds behind")).to_be_visible(timeout=PATIENCE * 1000)
    grows(held, 1, me)
    until(lambda: any(settled(held, 1, me)), "pieces can be made")
    assert making.make(held.scene.court, held.room().id, datetime.now(UTC) + timedelta(seconds=75)) > 0
    seen = "[...document.querySelectorAll('#seen video')].some((film) => film.videoWidth > 0 && film.currentTime > 0)"
    until(lambda: ann.evaluate(seen), "the hearing is seen")
    assert "Seat 1, Ann" in (ann.locator(".court-mark").first.text_content() or "")
    before = {p.person for p in held.scene.court.ports.media.state(held.hearing().reference).people}
    asked = "async (at) => (await fetch(at, { method: 'POST', headers: { 'X-CSRF-Token': 'any' } })).status"
    assert ann.evaluate(asked, f"{base}/live/room/ticket") == 404

    async def knocks(opened: Callable[..., Awaitable[Knock]]) -> Said:
        return await (await opened()).enter("e30.AAAA")

    assert talk(house, knocks) == {"type": "refused", "why": "foreign"}
    state = held.scene.court.ports.media.state(held.hearing().reference)
    assert {p.person for p in state.people} == before
    context.close()


def test_a_side_is_alone_and_nothing_of_it_is_recorded(held: Live, house: House, browser: Browser) -> None:
    """Before the hearing Li opens the room of her side: she is in, the other side in its own gets no packet of hers, and
    the recorder, which runs once the hearing is opened, has nothing of it.
    """
    scene = held.scene
    scene.clock.set(BEGINS)
    held.all_come()
    _, li, base = visitor(scene, browser, house, LI)
    context, wu, _ = visitor(scene, browser, house, HAIYUN)
    wu.add_init_script(
        "const P = RTCPeerConnection; window.peers = []; window.RTCPeerConnection = class extends P { constructor(...g) { super(...g); window.peers.push(this); } }"
    )
    li.goto(f"{base}/live/alone")
    wu.goto(f"{base}/live/alone")
    expect(li.locator("[data-part=state]")).to_contain_text("You are in", timeout=PATIENCE * 1000)
    expect(wu.locator("[data-part=state]")).to_contain_text("You are in", timeout=PATIENCE * 1000)
    people = {p.person: p for p in scene.court.ports.media.state(held.hearing().reference).people}
    mine, theirs = held.person(LI).reference, held.person(HAIYUN).reference
    until(lambda: _sends(held, mine) and _sends(held, theirs), "both send")
    assert people[mine].room != people[theirs].room
    got = wu.evaluate(
        "(async () => { let n = 0; for (const p of window.peers) for (const r of (await p.getStats()).values()) if (r.type === 'inbound-rtp') n += r.packetsReceived; return n; })()"
    )
    assert got == 0
    assert wu.locator("#alone .court-tile").count() == 1
    assert not list(house.recordings.rglob("*.rtp"))
    scene.act(CHEN, "open_live_hearing")
    li.wait_for_url(f"{base}/live", timeout=PATIENCE * 1000)
    assert not list((house.recordings / held.hearing().reference).rglob("*.rtp"))
    context.close()


def _sends(held: Live, person: str) -> bool:
    people = held.scene.court.ports.media.state(held.hearing().reference).people
    return any(p.person == person and p.audio for p in people)
