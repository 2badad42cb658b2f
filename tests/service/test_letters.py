"""Letters people get."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from jinja2 import TemplateNotFound, UndefinedError
from sqlalchemy import select

from odr.docket.models import Case, Party, Role
from odr.filing.claim.case_without_claim import write_to
from odr.filing.parties.invitation import call_in, invite
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.text import LOCALES, Money, T
from odr.procedure.acts.letter import PaperKind
from odr.procedure.sitting import Sitting
from odr.service.channels import Dispatch
from odr.service.models import Packet
from odr.service.notices_to_appear import put_out_call
from odr.service.packet.packets import Recipient, note_address, queue_packet
from odr.service.sending.compose import compose
from odr.service.sending.letters import BETWEEN, FOLDER, letter_names, render, write_letter
from odr.service.vocabulary import Channel
from tests.scene import Scene
from tests.service.conftest import HEAD, PAPER

DATA = {
    "what_next": T("There is nothing you have to do. It is on the docket."),
    "head": HEAD,
    "code": "K7M2-9XQD-4V3TH",
    "recipient": "王丽",
    "kind": PaperKind.DECISION.label,
    "what": T("Decision of the court"),
    "case_number": "（2026）浙0192民初1号",
    "amount": Money(8800000, "CNY"),
    "held": T("Please attend on %(at)s.", at=datetime(2026, 4, 7, 6, 30, tzinfo=UTC)),
    "asked": T("Please %(ask)s by the end of %(day)s.", ask=T("appeal"), day=date(2026, 4, 7)),
    "by_mail": True,
    "on_paper": False,
    "sent_at": datetime(2026, 3, 9, tzinfo=UTC),
    "papers": ["claim.pdf"],
    "due_on": date(2026, 4, 7),
    "reckoned": None,
    "named": True,
    "called": [T("Please attend on %(at)s.", at=datetime(2026, 4, 7, 6, 30, tzinfo=UTC))],
    "endings": [(T("Answer to the claim"), "2026-17", date(2026, 4, 7))],
}
SUBJECT = T("decision of the court")


def test_the_letters_there_are() -> None:
    """Each letter has a text and an HTML form."""
    assert set(letter_names()) == {
        "invitation",
        "notice",
        "decision_served",
        "digest",
        "joinder",
        "call",
        "fellow",
        "co_claimant",
        "successor",
        "mediation",
        "confirmation",
        "payment_order",
        "preserved",
    }
    assert all((FOLDER / f"{name}.html").is_file() for name in letter_names())


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", letter_names())
def test_a_letter_has_no_link_and_no_foreign_language(name: str, locale: str) -> None:
    """No letter has a link to follow; each is wholly in the reader's language; text and HTML say the same."""
    letter = write_letter(name, locale, subject=SUBJECT, **DATA)
    assert not re.search(r"https?:|www\.|<a\b|href", letter.text + letter.html, re.IGNORECASE)
    words = re.sub(
        r"<[^>]+>|court\.example|claim\.pdf|（2026）浙0192民初1号|K7M2-9XQD-4V3TH|Internet Court|1 Court Road",
        " ",
        letter.text,
    )
    if locale == "zh-Hans":
        assert not re.search(r"[A-Za-z]{3}", words)
    else:
        assert not re.search("[\u4e00-\u9fff]", words.replace("王丽", ""))
    plain = re.sub(r"\s+", "", re.sub(r"<title>.*?</title>|<h1>.*?</h1>|<[^>]+>", "", letter.html, flags=re.DOTALL))
    assert re.sub(r"[\s-]+", "", letter.text) == plain.replace("-", "")


@pytest.mark.parametrize("name", sorted(set(letter_names()) - {"digest"}))
def test_a_notice_prints_its_code(name: str) -> None:
    """Every notice bears the code by which anybody can check it."""
    letter = write_letter(name, "en", subject=SUBJECT, **DATA)
    assert "K7M2-9XQD-4V3TH" in letter.text and "K7M2-9XQD-4V3TH" in letter.html


def test_a_first_contact_comes_in_both_languages_with_the_readers_first() -> None:
    """Nobody knows yet which language she reads; each part is marked as what it is."""
    letter = write_letter("invitation", "zh-Hans", subject=SUBJECT, both=True, **DATA)
    assert letter.text.index("有人提起诉讼") < letter.text.index("A claim has been made")
    assert letter.html.index('<section lang="zh-Hans">') < letter.html.index('<section lang="en">')
    assert "2026年4月7日" in letter.text and "7\u00a0April 2026" in letter.text


def test_what_a_party_wrote_is_text_and_never_markup() -> None:
    """A name that is markup is shown as it is written."""
    evil = "<script>alert(1)</script>"
    letter = write_letter(
        "notice", "en", subject=T("About %(x)s", x=evil), **{**DATA, "recipient": evil, "papers": [evil]}
    )
    assert "<script>" not in letter.html and letter.html.count("&lt;script&gt;") == 4


def test_a_missing_fact_stops_the_letter() -> None:
    """No letter goes out with a gap; an unknown letter does not exist."""
    with pytest.raises(UndefinedError):
        render("notice.txt", "en", head=HEAD)
    for name in ("../notice", "_check", "nothing"):
        with pytest.raises(TemplateNotFound):
            write_letter(name, "en", subject=SUBJECT, **DATA)


def composed(
    database: Database,
    clock: FixedClock,
    *,
    given: bool,
    channel: Channel = Channel.EMAIL,
    due_at: datetime | None = None,
) -> tuple[Dispatch, bool]:
    """What would be sent to one address."""
    with database.write() as session:
        note_address(
            session, party_id=1, channel=channel, value="wang@example.com", source="x", at=clock.now(), given=given
        )
        packet = queue_packet(
            session,
            case_id=1,
            party_id=1,
            entry_ids=[1],
            title=T("Claim in case %(n)s", n="4471"),
            first_contact=False,
            now=clock.now(),
            documents=[PAPER],
            recipient=Recipient("Wang Li", locale="en", original="en"),
            due_at=due_at,
        )
        packet_id = packet.id
    with database.read() as session:
        made = compose(
            session.get_one(Packet, packet_id).attempts[0], HEAD, at=clock.now(), zone=ZoneInfo("Asia/Shanghai")
        )
        return made.dispatch, made.takes_papers


def test_an_attributed_address_learns_nothing_of_the_case(database: Database, clock: FixedClock) -> None:
    """Somebody else may read there: no name, no case, no paper, only the code."""
    dispatch, takes_papers = composed(database, clock, given=False)
    everything = dispatch.subject + dispatch.text + dispatch.html + dispatch.recipient_name
    assert not takes_papers and not re.search("Wang|4471|Claim in", everything)
    assert dispatch.code in dispatch.text


def test_a_mail_has_no_attachment_and_names_the_papers(database: Database, clock: FixedClock) -> None:
    """Nobody gets used to opening what claims to come from a court: the papers lie in the inbox here (OLR 29)."""
    dispatch, takes_papers = composed(database, clock, given=True)
    assert not takes_papers and dispatch.subject == f"Claim in case 4471, letter code {dispatch.code}"
    assert "claim.pdf" in dispatch.text and "no link and no attachment" in dispatch.text


def test_a_text_message_is_short_and_names_nobody(database: Database, clock: FixedClock) -> None:
    """A text is a notice with the code and nothing else."""
    dispatch, takes_papers = composed(database, clock, given=True, channel=Channel.SMS)
    assert (
        not takes_papers and len(dispatch.text) < 200 and "Wang" not in dispatch.text and dispatch.code in dispatch.text
    )


@pytest.mark.parametrize("end", [datetime(2026, 4, 7, 16, 0, tzinfo=UTC), datetime(2026, 4, 7, 15, 59, 59, tzinfo=UTC)])
def test_the_day_in_the_letter_is_the_courts_day(database: Database, clock: FixedClock, end: datetime) -> None:
    """An end at midnight in Shanghai, or a second before, is written as the day that ends, not as the next or by UTC."""
    dispatch, _ = composed(database, clock, given=True, due_at=end)
    assert "Tuesday 7\u00a0April 2026" in dispatch.text


@pytest.mark.parametrize("name", sorted(letter_names()))
def test_a_letter_counts_in_the_language_of_its_case(name: str) -> None:
    """Who reads another language gets the original first, and theirs beside it marked as a translation; who reads that of
    the case gets the one letter, and no mark.
    """
    mark = {
        "en": "Translation. The letter in the language of the case",
        "zh-Hans": "译文。以前面以本案语言写成的信函为准",
    }
    for reader, original in (("en", "zh-Hans"), ("zh-Hans", "en")):
        alone = write_letter(name, original, subject=SUBJECT, **DATA)
        letter = write_letter(name, reader, subject=SUBJECT, original=original, **DATA)
        first, second = letter.text.split(BETWEEN)
        assert first.strip() == alone.text.strip() and mark[original] not in letter.text
        assert second.startswith(mark[reader]) and second.count(mark[reader]) == 1 == letter.html.count(mark[reader])
        assert letter.subject == write_letter(name, reader, subject=SUBJECT, **DATA).subject
        assert letter.html.index(f'<section lang="{original}">') < letter.html.index(f'<section lang="{reader}">')
        assert write_letter(name, original, subject=SUBJECT, original=original, **DATA) == alone
    assert write_letter(name, "en", subject=SUBJECT, original=None, **DATA) == write_letter(
        name, "en", subject=SUBJECT, **DATA
    )


def test_what_is_sent_knows_the_language_of_its_case(small_scene: Scene) -> None:
    """Every packet of a case, whoever reads it; a reader of another language is sent both in one message."""
    small_scene.lodge()
    with small_scene.court.database.write() as session:
        for party in session.scalars(select(Party)):
            party.locale = "zh-Hans"
    small_scene.accept()
    with small_scene.court.database.read() as session:
        packets = session.scalars(select(Packet)).all()
        assert packets and {p.original for p in packets} == {"en"}
        sent = [p for p in packets if p.locale == "zh-Hans"]
        assert sent and all(p.attempts for p in sent)


@pytest.mark.parametrize("builder", ["invite", "call_in", "write_to", "put_out_call"])
def test_letters_of_a_way_of_their_own_know_the_language_of_the_case_too(small_scene: Scene, builder: str) -> None:
    """Whoever takes a party's place, is brought in, is written to in a case without a claim, or is called as a witness."""
    small_scene.lodge()
    small_scene.accept()
    with small_scene.court.database.write() as session:
        sitting = Sitting(small_scene.court, session, small_scene.clock.now())
        case = session.get_one(Case, small_scene.case_id)
        party = next(one for one in case.parties if one.role is Role.RESPONDENT)
        party.locale = "zh-Hans"
        before = set(session.scalars(select(Packet.id)))
        match builder:
            case "invite":
                invite(sitting, case, party)
            case "call_in":
                call_in(sitting, case, party)
            case "write_to":
                write_to(
                    sitting, case, party, letter="invitation", title=SUBJECT, entry_number=1, occasion="application"
                )
            case _:
                put_out_call(sitting, case, 9_000_000, "Ding Mei", SUBJECT, entry_number=1)
        made = [one for one in session.scalars(select(Packet)) if one.id not in before]
        assert [one.original for one in made] == ["en"]


def test_nobody_can_be_written_to_without_the_language_of_the_case() -> None:
    """A letter that does not say in which language it counts is not made at all."""
    with pytest.raises(TypeError, match="original"):
        Recipient("Lee")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="recipient"):
        queue_packet(None, case_id=1, party_id=1, entry_ids=[], title=SUBJECT, first_contact=False, now=None)  # type: ignore[call-arg, arg-type]
