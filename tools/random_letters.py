"""A hundred letters whole, drawn with a seed, to be read with fresh eyes: ``tools/random_letters.py zh-Hans 3``.

Mail, text message or paper, of every occasion on which the court writes, composed as they go out, with a day, an hour or
neither where the occasion has words for it. The frame that all letters share is written at its first letter only, so that
what is particular to each is what is read. ``--whole`` writes it every time.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from odr.docket.models import PartyKind
from odr.ground.text import LOCALES, T, Text
from odr.procedure.acts.letter import PaperKind
from odr.procedure.time.written_working import bilingual, text_to_json
from odr.service.models import Packet, ServiceAddress, ServiceAttempt
from odr.service.packet.occasions import Occasion
from odr.service.sending.compose import compose
from odr.service.sending.letters import Letterhead
from odr.service.vocabulary import AddressClass, Channel, PacketState
from tests.service.test_what_letters_say import every_occasion

COUNT, ZONE = 100, ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
CHANNELS = (Channel.EMAIL, Channel.SMS, Channel.POST)


def packet_of(occasion: Occasion, locale: str, dice: random.Random) -> Packet:
    """A packet of an occasion: with a day where there are words for one, else an hour, the hour put off, or neither."""
    packet = Packet(
        reference="a" * 26,
        case_id=1,
        party_id=1,
        entry_ids=[7],
        documents=[],
        kind=occasion.kind,
        occasion=occasion.key,
        title=text_to_json(occasion.title),
        what_next=text_to_json(occasion.what_next) if occasion.what_next is not None else None,
        letter="decision_served" if occasion.kind is PaperKind.DECISION else "notice",
        recipient_name="李文 Li Wen",
        recipient_kind=PartyKind.PERSON,
        locale=locale,
        code="K7M2-9XQD-4V3TH",
        first_contact=False,
        queued_at=NOW,
        case_number="(2026)浙0192民初4471号",
        state=PacketState.OUT,
    )
    day = (NOW + timedelta(days=dice.randint(3, 20))).astimezone(ZONE)
    if occasion.when_due is not None and dice.random() < 0.7:
        packet.limit_kind, packet.due_at = occasion.runs, day
        packet.what_next = text_to_json(_filled(occasion.when_due, day=day.date(), limits=T("The last day is named.")))
    elif occasion.when_held is not None:
        packet.held_at = day
        where = T("%(place)s (%(mode)s)", place="第三法庭", mode=T("in the courtroom"))
        packet.what_next = text_to_json(_filled(occasion.when_held, at=day, off=day - timedelta(days=1), where=where))
    elif occasion.when_off is not None:
        packet.off_at = day
        packet.what_next = text_to_json(_filled(occasion.when_off, off=day))
    return packet


def _filled(words: Text, **facts: object) -> Text:
    return Text(words.msgid, {**words.params, **{name: v for name, v in facts.items() if f"%({name})s" in words.msgid}})


def drawn(locale: str, seed: int, count: int = COUNT) -> Iterator[tuple[str, str, str]]:
    """Occasion, channel and whole text of letters drawn at random."""
    dice, every = random.Random(f"{locale}/{seed}"), sorted(every_occasion(), key=lambda one: (one.key, str(one.title)))
    head = Letterhead(bilingual("Internet Court", "互联网法院"), "court.example", "12368", T("1 Court Road"), "12348")
    for _ in range(count):
        occasion, channel = dice.choice(every), dice.choice(CHANNELS)
        packet = packet_of(occasion, locale, dice)
        address = ServiceAddress(channel=channel, value="li@parties.example", standing=AddressClass.GIVEN)
        attempt = ServiceAttempt(id=1, packet=packet, channel=channel, address=address)
        sent = compose(attempt, head, at=NOW, zone=ZONE, progress="7K2M-9XQD").dispatch
        yield occasion.key, channel.value, f"{sent.subject}\n{sent.text}" if channel is not Channel.SMS else sent.text


if __name__ == "__main__":
    locale, seed, known = sys.argv[1], int(sys.argv[2]), set()
    if locale not in LOCALES:
        raise SystemExit(f"one of {', '.join(LOCALES)}")
    for number, (key, channel, text) in enumerate(drawn(locale, seed), 1):
        sys.stdout.write(f"\n{number}. {key}, {channel}\n")
        for line in text.splitlines():
            if line.strip() and (line not in known or "--whole" in sys.argv):
                sys.stdout.write(f"   {line}\n")
                known.add(line)
