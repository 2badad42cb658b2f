"""Four browsers hold a hearing in ordinary procedure from its opening to the judgment pronounced in it, by the court's pages and the
real media room: presiding judge, both sides and an interpreter, with the committed speech at the claimant's microphone; a witness, an
expert and a member of the panel come in a fifth, each for their part. What each received is counted.
"""

from __future__ import annotations

import base64
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from odr.docket.models import Role
from odr.ground.text import T
from odr.hearing.live import faults
from odr.hearing.live.media.reading import Kind, open_segment
from odr.hearing.live.media.verify import verify
from odr.hearing.live.models import LiveSegment
from odr.hearing.live.obeying import key_context
from odr.hearing.live.vocabulary import LiveStage
from odr.hearing.models import Witness
from odr.identity.models import Account
from tests.hearing.live.conftest import BEGINS, Live
from tests.hearing.live.media.house import House, until
from tests.hearing.live.panel_sits import ANN, BEN, draft, everything_shown, votes
from tests.hearing.live.test_interpreting import appointed
from tests.hearing.live.test_real_room import house, served, visitor
from tests.hearing.live.transcript.spoken import SPEECH
from tests.hearing.scene import CHEN, DING, HAIYUN, LI, WANG, Scene
from tests.patience import PATIENCE
from tests.peers.browser import answered

__all__ = ["house"]
LOCALES = ["en", "zh-Hans"] if os.environ.get("ODR_PROVE") else ["en"]
SPEAKS = {"en": "late-parcel.opus", "zh-Hans": "zh-goods.opus"}
GAO, HUA = "Gao", "Hua"
TOLD_ALONE = {"in", "alive", "isolated"}
"""What a browser is told whose person waits alone; "in" is the answer to its ticket."""
COUNTS = """
const Peer = window.RTCPeerConnection;
window.peers = [];
window.RTCPeerConnection = class extends Peer {
  constructor(...given) { super(...given); window.peers.push(this); }
};
// Packets that this browser got, by person and kind, over every connection it ever had; of closed ones as they stood last.
window.got = {};
window.gotAtAll = 0;
// What the media room told this browser, by kind.
window.told = [];
const Socket = window.WebSocket;
window.WebSocket = class extends Socket {
  constructor(...given) { super(...given); this.addEventListener("message", (each) => window.told.push(JSON.parse(each.data).type)); }
};
const counted = new Map();
async function count() {
  for (const peer of window.peers) {
    if (peer.connectionState === "closed") continue;
    for (const report of (await peer.getStats()).values()) {
      if (report.type !== "inbound-rtp") continue;
      const total = counted.get(report.id + "/of all") ?? 0;
      window.gotAtAll += report.packetsReceived - total;
      counted.set(report.id + "/of all", report.packetsReceived);
      const tile = [...document.querySelectorAll("[data-person]")].find((one) => (one.querySelector("video")?.srcObject?.getTracks() ?? []).some((track) => track.id === report.trackIdentifier));
      if (!tile) continue;
      const before = counted.get(report.id + report.trackIdentifier) ?? 0;
      const key = tile.dataset.person + "/" + report.kind;
      window.got[key] = (window.got[key] ?? 0) + report.packetsReceived - before;
      counted.set(report.id + report.trackIdentifier, report.packetsReceived);
    }
  }
}
const again = () => count().catch(() => {}).finally(() => setTimeout(again, 200));
again();
window.connected = () => window.peers.filter((peer) => peer.connectionState === "connected").length;
"""
SPEECH_AS_MICROPHONE = """
const asked = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  if (!wanted.audio) return asked(wanted);
  const data = Uint8Array.from(atob("SPEECH"), (each) => each.charCodeAt(0));
  const context = new AudioContext();
  const source = new AudioBufferSourceNode(context, { buffer: await context.decodeAudioData(data.buffer), loop: true });
  const out = context.createMediaStreamDestination();
  source.connect(out);
  source.start();
  return out.stream;
};
"""


class Seat:
    """Somebody at their browser, and what reaches them."""

    def __init__(self, page: Page, name: str, me: str) -> None:
        self.page, self.name, self.me = page, name, me

    def got(self, of: Seat, kind: str = "audio") -> int:
        """Packets of somebody that came in so far."""
        return int(self.page.evaluate("key => window.got[key] ?? 0", f"{of.me}/{kind}"))

    def got_at_all(self) -> int:
        """Packets of anybody that came in so far, with a tile or without."""
        return int(self.page.evaluate("window.gotAtAll"))

    def hears(self, of: Seat, kind: str = "audio", more: int = 40) -> None:
        """Wait until packets of somebody go on coming in."""
        before = self.got(of, kind)
        until(lambda: self.got(of, kind) > before + more, f"{self.name} gets {kind} of {of.name}")

    def is_out(self) -> None:
        """Wait until no connection of theirs is left."""
        until(lambda: self.page.evaluate("window.connected()") == 0, f"{self.name} is out")


@pytest.fixture
def held(sqlite_url: str, tmp_path: Path, house: House) -> Iterator[Live]:
    """A court with that room, and a hearing before a panel fixed in it."""
    with served(sqlite_url, tmp_path, house, panel=True) as live:
        yield live


@pytest.mark.parametrize("locale", LOCALES)
def test_four_browsers_hold_a_whole_hearing(held: Live, house: House, browser: Browser, locale: str) -> None:
    """Opened before a panel, each given the floor, interpreted, a part sealed, deliberated and voted on, the judgment pronounced,
    closed: whoever is out gets not one packet, the interpreter is heard by who chose it, nobody's deliberation is recorded, every
    piece of the recording holds who was in it, and everybody in the room reads the judgment.
    """
    scene = held.scene
    appointed(scene)
    to_be_heard(scene)
    scene.clock.set(BEGINS)
    for name in (ANN, BEN):
        held.comes(name)
    held.all_come(DING)
    scene.act(CHEN, "open_live_hearing")
    seats = {}
    for who in (CHEN, LI, HAIYUN, DING):
        if who != CHEN:
            held.does(CHEN, "admit", who)
        seats[who] = seated(held, house, browser, who, locale)
    judge, li, wu, ding = seats.values()
    for seat in seats.values():
        for other in seats.values():
            if other is not seat:
                seat.hears(other, "video", 5)

    # Each has the floor in turn; without it nothing of a side's microphone goes on.
    give = T("Give the floor").render(locale)
    for speaker in (li, wu):
        judge.page.get_by_role("button", name=f"{give} {speaker.name}").click()
        for seat in (judge, li, wu, ding):
            if seat is not speaker:
                seat.hears(speaker)
    quiet = {seat: seat.got(li) for seat in (judge, wu, ding)}
    wu_heard = li.got(wu)
    until(lambda: li.got(wu) > wu_heard + 100, "two seconds in which only the other side is heard")
    assert all(seat.got(li) <= before + 25 for seat, before in quiet.items()), "muted as the floor goes on"

    # Who chose it hears the interpreter; nobody else does.
    li.page.get_by_label(T("The interpretation, with what is said quietly beneath").render(locale)).check()
    li.hears(ding)
    assert wu.got(ding) == judge.got(ding) == 0

    # A witness, then somebody with special knowledge: nothing reaches them while they wait alone, before and after they are heard.
    for name in (GAO, HUA):
        held.enters(name)
        held.does(CHEN, "isolate", name)
        held.does(CHEN, "floor", LI)
        heard = seated(held, house, browser, name, locale)
        until(lambda one=heard: "isolated" in one.page.evaluate("window.told"), f"{name} is told to wait alone")
        judge.hears(li, more=100)
        assert heard.got_at_all() == 0 and not set(heard.page.evaluate("window.told")) - TOLD_ALONE
        assert all(seat.got(heard) == seat.got(heard, "video") == 0 for seat in seats.values())
        held.does(CHEN, "call", name)
        until(lambda one=heard: one.got_at_all() > 40, f"{name} hears what is asked")
        held.does(CHEN, "floor", name)
        for seat in seats.values():
            seat.hears(heard)
        expect(heard.page.locator("[data-person]")).to_have_count(1, timeout=PATIENCE * 1000)
        held.does(CHEN, "isolate", name)
        heard.is_out()
        had, told = heard.got_at_all(), len(heard.page.evaluate("window.told"))
        held.does(CHEN, "floor", LI)
        judge.hears(li, more=100)
        assert heard.got_at_all() == had
        assert not set(heard.page.evaluate("window.told")[told:]) - TOLD_ALONE
        heard.page.context.close()

    # A part is sealed: the other side is out of it, without one packet.
    held.does(CHEN, "floor", LI)
    scene.act(CHEN, "seal_part", reason="secret", outside=[wu.me], words="A secret is shown.")
    wu.is_out()
    before = {(of, kind): wu.got(of, kind) for of in (judge, li, ding) for kind in ("audio", "video")}
    judge.hears(li, more=100)
    assert {key: wu.got(*key) for key in before} == before
    assert wu.page.evaluate("window.connected()") == 0
    scene.act(CHEN, "end_sealed_part")
    wu.hears(li)

    # Nothing is decided before everybody's last words.
    for stage in LiveStage:
        if stage is not LiveStage.OPENING:
            step = T("Next stage: %(stage)s", stage=stage.label)
            judge.page.get_by_role("button", name=step.render(locale)).click()
        if stage is LiveStage.INVESTIGATION:
            expect(judge.page.locator("[data-part=bar]")).to_contain_text(stage.label.render(locale))
            everything_shown(held)
    pronounce = T("Pronounce the judgment in the hearing").render(locale)
    expect(judge.page.locator("[data-part=bar]")).to_contain_text(LiveStage.FINAL.label.render(locale))
    assert judge.page.get_by_role("link", name=re.compile(re.escape(pronounce))).count() == 0

    # A deliberation: whoever does not decide is out, a member hears the presiding judge, and the recorder writes nothing.
    ann = seated(held, house, browser, ANN, locale)
    for of in (judge, li):
        ann.hears(of, "video", 5)
    assert ann.page.locator("button[name=do]:visible").count() == 0, "a member of the panel steers nothing"
    for seat in (li, wu, ding):
        expect(seat.page.locator(f"[data-person='{judge.me}'] figcaption")).to_contain_text(
            T("presiding judge").render(locale)
        )
        expect(seat.page.locator(f"[data-person='{ann.me}'] figcaption")).to_contain_text(
            Role.ASSESSOR.label.render(locale)
        )
    held.does(CHEN, "deliberate")
    for seat in (li, wu, ding):
        seat.is_out()
    recordings = house.recordings / held.hearing().reference
    assert scene.court.ports.media.state(held.hearing().reference).recorder.running_since is None
    sizes = {path: path.stat().st_size for path in recordings.rglob("*.rtp")}
    had_so_far = {seat: seat.got_at_all() for seat in (li, wu, ding)}
    ann.hears(judge)
    judge.hears(ann)
    assert {seat: seat.got_at_all() for seat in had_so_far} == had_so_far
    secret = deliberated(held, ann, locale)
    held.does(CHEN, "reassemble")
    assert all(path.stat().st_size == size for path, size in sizes.items()), "the pieces before it stay what they were"
    for name in (LI, HAIYUN, WANG, DING):
        assert not any(scene.reads(name, number) for number in secret), f"{name} reads nothing of the deliberation"
    held.does(CHEN, "floor", HAIYUN)
    for seat in (judge, li, ding):
        seat.hears(wu)
    assert judge.got(ding) == wu.got(ding) == 0

    # The judgment is pronounced in open court, in the hearing: everybody in the room reads what was spoken.
    with judge.page.context.expect_page() as beside:
        judge.page.get_by_role("link", name=re.compile(re.escape(pronounce))).click()
    beside.value.locator("textarea[name=grounds]").fill("The label was not true.")
    with answered(beside.value):
        beside.value.get_by_role("button", name=T("Pronounce the judgment").render(locale), exact=True).click()
    beside.value.close()
    for seat in (judge, ann, li, wu, ding):
        spoken = seat.page.locator("section", has=seat.page.locator("#h-judgment"))
        expect(spoken).to_contain_text(T("The judgment is pronounced").render(locale), timeout=PATIENCE * 1000)
        expect(spoken).to_contain_text("The label was not true.")
        expect(spoken).to_contain_text("8,000")
        expect(spoken).not_to_contain_text("I would dismiss it.")

    scene.act(CHEN, "close_live_hearing", goes_on="no")
    for seat in (li, wu):
        expect(seat.page.locator("[data-part=alarms]")).to_contain_text(
            T("The hearing is closed").render(locale), timeout=PATIENCE * 1000
        )
    until(lambda: faults.watch(scene.court) >= 0 and held.hearing().recording_sha256, "the closing link is kept")
    assert verify(recordings).holds
    counted = {number: packets(held, recordings / f"{number:04d}", number) for number in range(1, 5)}
    assert {judge.me, li.me, wu.me, ding.me} <= set(counted[1])
    for name in (GAO, HUA):
        assert counted[1][held.person(name).reference][Kind.AUDIO] >= 40, f"{name} is recorded while heard"
    assert wu.me not in counted[2] and counted[2][li.me][Kind.AUDIO] >= 90
    assert counted[3][wu.me][Kind.VIDEO] > 0 and counted[4][wu.me][Kind.AUDIO] >= 40
    for seat in (*seats.values(), ann):
        seat.page.context.close()


def deliberated(held: Live, ann: Seat, locale: str) -> list[int]:
    """The panel decides by two of three, Ann on the page of the panel's own room; gives the numbers of its secret entries."""
    scene = held.scene
    scene.act(CHEN, "draft_decision", **draft(scene))
    with ann.page.context.expect_page() as beside:
        ann.page.get_by_role("link", name=re.compile(re.escape(T("Vote in the panel").render(locale)))).click()
    room = beside.value
    room.locator("textarea[name=view]").fill("I would dismiss it.")
    room.locator("input[name=vote][value=against]").check()
    room.locator("form", has=room.locator("input[name=vote]")).locator("button[type=submit]").last.click()
    expect(room.locator("section[aria-labelledby=minutes]")).to_contain_text(
        "I would dismiss it.", timeout=PATIENCE * 1000
    )
    room.close()
    for name in (BEN, CHEN):
        votes(scene, name)
    with scene.look() as (court, _):
        return [entry.number for entry in scene.docket(court) if entry.act == "vote_on_decision"]


def to_be_heard(scene: Scene) -> None:
    """The judge gives Li leave for a witness, and Haiyun for somebody with special knowledge; both have taken their place."""
    for asks, kind, name in ((LI, "witness", GAO), (HAIYUN, "expert", HUA)):
        scene.registers(name)
        email = f"{name}@x.example".lower()
        scene.act(
            asks, "ask_leave_for_witness", kind=kind, name=name, email=email, about="Saw the parcel.", manner="live"
        )
        with scene.look() as (court, _):
            asked = court.session.scalars(select(Witness.reference).where(Witness.name == name)).one()
        scene.act(CHEN, "rule_on_witness", witness=asked, answer="allow", reasons="It is material.")
        scene.act(name, "give_undertaking", promise="yes")


def seated(held: Live, house: House, browser: Browser, who: str, locale: str) -> Seat:
    """Somebody opens the hearing's page in a browser of their own; Li's microphone says the committed speech."""
    context, page, base = visitor(held.scene, browser, house, who)
    with held.scene.court.database.write() as session:
        session.get_one(Account, held.scene.accounts[who]).locale = locale
    context.add_init_script(COUNTS)
    if who == LI:
        speech = base64.b64encode((SPEECH / SPEAKS[locale]).read_bytes()).decode()
        context.add_init_script(SPEECH_AS_MICROPHONE.replace("SPEECH", speech))
    page.goto(f"{base}/live/room")
    return Seat(page, who, held.person(who).reference)


def packets(live: Live, folder: Path, number: int) -> dict[str, Counter[Kind]]:
    """How many packets of each are in a piece of the recording, by kind; a sealed one opened with its key."""
    with live.scene.court.database.read() as session:
        piece = session.scalars(select(LiveSegment).where(LiveSegment.number == number)).one()
        assert (piece.key is not None) == (number == 2)
        vault = live.scene.court.notary.vault
        key = vault.unseal(piece.key, key_context(live.room().reference, number)) if piece.key is not None else None
    segment = open_segment(folder)
    return {person: Counter(each.kind for each in segment.packets(person, key)) for person in segment.persons}
