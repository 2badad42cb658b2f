"""Every message names what came, in which case, what is asked by which day, and the code; and the code's page says the same."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from odr.ground.text import LOCALES, Money, T, Text
from odr.operations.docs.letter_catalogue import occasions
from odr.procedure.acts.letter import PaperKind
from odr.procedure.acts.table import TABLE, Everyone
from odr.procedure.acts.windows import TIME_LIMITS, Nature
from odr.procedure.time.written_working import bilingual, text_from_json
from odr.service.models import NoticeCode, Packet
from odr.service.packet.notice_codes import new_code
from odr.service.packet.occasions import Occasion, occasion_of
from odr.service.sending.letter_words import LetterWords
from odr.service.sending.ports import message_folder
from odr.service.sending.text_messages import fits, text_message
from odr.wiring import ROOMS, declarations
from tests.scene import Scene
from tests.service.conftest import HEAD
from tests.service.test_pages import browser, read

CODE, CASE, DAY = "K7M2-9XQD-4V3TH", "（2026）浙0192民初4471号", date(2026, 12, 27)
HOUR = datetime(2026, 12, 28, 14, 30, tzinfo=UTC)
OURS = replace(HEAD, court=bilingual("Internet Court", "互联网法院"))
"""As a court of the country calls itself: its name in Chinese is short."""
ASKS = {limit.kind: limit for limit in TIME_LIMITS if limit.nature in (Nature.DUTY, Nature.REMEDY)}


def every_occasion() -> list[Occasion]:
    """What any act serves, and what the court sends of its own accord; every room has declared its acts before."""
    for room in ROOMS:
        declarations(room)
    return [occasion_of(act) for act in TABLE if act.serves is not Everyone.NOBODY] + occasions()


def words(what: Text, kind: PaperKind = PaperKind.NOTICE, **more: object) -> LetterWords:
    """A letter in words."""
    asked = {"ask": None, "is_duty": False, "due_on": None, "within": None, **more}
    return LetterWords(what, kind.label, DAY, CASE, CODE, Money(8800000, "CNY"), **asked)  # type: ignore[arg-type]


def every_message() -> Iterator[LetterWords]:
    """Every kind of letter: with nothing to do, with each time limit and its day, and with each length."""
    for occasion in every_occasion():
        yield words(occasion.title, occasion.kind)
        if occasion.when_held is not None:
            yield words(occasion.title, occasion.kind, held_at=HOUR)
        if occasion.when_off is not None:
            yield words(occasion.title, occasion.kind, off_at=HOUR)
    for limit in ASKS.values():
        duty = limit.nature is Nature.DUTY
        for day, within in ((DAY, None), (None, T("%(count)s days", count=15))):
            yield words(T("Claim"), ask=limit.ask, is_duty=duty, due_on=day, within=within)


def test_whatever_a_party_may_or_must_do_has_its_words() -> None:
    """A letter can name each time limit of a party, as short in Chinese as one text message needs it."""
    assert [kind for kind, limit in ASKS.items() if limit.ask is None] == []
    asked = {kind: limit.ask.render("zh-Hans") for kind, limit in ASKS.items() if limit.ask is not None}
    assert {kind: ask for kind, ask in asked.items() if len(ask) > 7} == {}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("named", [True, False])
def test_a_text_is_one_message_with_act_day_case_and_code(locale: str, named: bool) -> None:
    """Seventy signs of Chinese or 160 plain letters, whatever the occasion; no name, no link, nothing of hurry."""
    for one in every_message():
        text = text_message(one, HEAD, locale, named=named)
        assert fits(text), (len(text), text)
        assert CODE in text and not re.search(r"https?:|www|urgent|紧急|立即", text)
        if locale == "en":
            assert text.isascii(), text
        assert ("4471" in text) == named
        if one.ask is not None and one.due_on:
            assert ("27 December" if locale == "en" else "12月27日24时前") in text, text
            assert one.ask.render(locale).replace("’", "'") in text


@pytest.mark.parametrize("locale", LOCALES)
def test_whoever_hears_of_it_for_the_first_time_reads_where_the_code_is_typed(locale: str) -> None:
    """Their text names the court's site whatever is asked; and no text says twice that a paper came."""
    for one in every_message():
        text = text_message(one.bare(), OURS, locale, named=False)
        assert HEAD.site in text, text
        assert len(re.findall("paper|文书", text)) == 1, text


@pytest.mark.parametrize("locale", LOCALES)
def test_a_summons_by_text_names_day_and_hour(locale: str) -> None:
    """Whoever is called reads in the text itself when to come, known to the court's people or not."""
    for named in (True, False):
        one = words(T("Summons to a hearing"), held_at=HOUR)
        text = text_message(one if named else one.bare(), HEAD, locale, named=named)
        assert ("28 December, 14:30" if locale == "en" else "12月28日14:30") in text and fits(text), text
        assert ("28 December, 14:30" if locale == "en" else "12月28日14:30") in one.subject.render(locale)


def test_what_fits_one_message() -> None:
    """Signs of the second plane count twice, as do the few letters outside the basic alphabet."""
    assert fits("字" * 70) and not fits("字" * 71) and not fits("字" * 69 + "𠮷")
    assert fits("a" * 160) and not fits("a" * 161) and not fits("a" * 159 + "€") and not fits("a" * 70 + "字")


@pytest.mark.parametrize("locale", LOCALES)
def test_no_subject_is_vague(locale: str) -> None:
    """Each says what came in which case; where something is asked, what and by when."""
    for one in every_message():
        subject = one.subject.render(locale)
        assert CASE in subject and one.what.render(locale) in subject and len(subject) <= 300
        if one.ask is not None:
            assert one.ask.render(locale) in subject
            assert re.search("27 December|15 days" if locale == "en" else "12月27日|15日", subject)


@pytest.fixture
def served(small_scene: Scene) -> Scene:
    """A case whose first letters have gone out."""
    small_scene.lodge()
    small_scene.accept()
    small_scene.work()
    return small_scene


def packet_to(scene: Scene, occasion: str) -> Packet:
    """The packet of an occasion."""
    with scene.court.database.read() as session:
        found = session.scalars(select(Packet).where(Packet.occasion == occasion)).one()
        _ = found.attempts
        session.expunge_all()
        return found


def test_a_letter_knows_the_sum_and_the_day_of_what_its_act_made_due(served: Scene) -> None:
    """The fee notice names the fee and its last day; the claim its sum, and how the time to answer is counted."""
    zone = served.court.settings.tz
    fee = LetterWords.of(packet_to(served, "fee_notice"), zone)
    assert fee.amount is not None and fee.due_on is not None and fee.is_duty
    assert fee.subject.render("en").startswith("Please pay the court fee by ")
    claim = packet_to(served, "claim")
    said = LetterWords.of(claim, zone)
    assert said.amount == Money(800000, "CNY") and said.within is not None and said.is_duty
    assert re.match(r"Please answer the claim within 15 days: Claim against you", said.subject.render("en"))
    assert claim.reckoned and "the time ends with" in text_from_json(claim.reckoned).render("en")


def test_every_mail_of_a_case_has_no_link_and_no_attachment_and_names_it(served: Scene) -> None:
    """What really went out: to the firm's address the claim with addressee, case, sum and code; to the claimant theirs."""
    sent = message_folder(served.court.settings).messages()
    mails = [m for m in sent if m.channel == "email"]
    assert mails and not any(m.attachments for m in mails)
    for mail in mails:
        assert not re.search(r"https?:|www\\.|href", mail.text + mail.html) and "no attachment" in mail.text
        assert "Something new" not in mail.subject
    (claim,) = [m for m in mails if m.address == "post@haiyun.example"]
    for fact in ("Haiyun Information Technology Co., Ltd.", "8,000.00", served.code()):
        assert fact in claim.text, fact


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_page_behind_the_code_says_the_same_and_leads_on(served: Scene, language: str) -> None:
    """Kind, case, sum and day as in the letter, for whom it is, and a button to answer; at either door."""
    client, claim = browser(served, None), packet_to(served, "claim")
    said = LetterWords.of(claim, served.court.settings.tz)
    page = read(client, f"/check?code={claim.code.lower()}", language)
    assert said.amount is not None and claim.case_number
    for fact in (claim.recipient_name, claim.case_number, write_in(said.amount, language), said.what.render(language)):
        assert fact in page, fact
    assert f"/join?code={claim.code}" in page
    fee = packet_to(served, "fee_notice")
    page = client.get(f"/join?code={fee.code}", base_url="http://court.test", follow_redirects=True).get_data(
        as_text=True
    )
    asked = LetterWords.of(fee, served.court.settings.tz).asked
    assert asked is not None and asked.render(language) in page and "Li Wen" not in page and "/home" in page


def test_a_code_that_names_nothing_leads_on_too(served: Scene) -> None:
    """Whoever was told to enter it to read the document finds where to sign in, and where the first code goes."""
    code = new_code()
    with served.court.database.write() as session:
        session.add(NoticeCode(code=code, kind=PaperKind.NOTICE, issued_at=served.clock.now()))
    page = read(browser(served, None), f"/check?code={code}")
    assert "Nothing about what stands in it" in page
    main = page.split("<main")[1].split("</main>")[0]
    assert 'href="/home"' in main and 'href="/join"' in main


def write_in(money: Money, language: str) -> str:
    """A sum as a page writes it."""
    return "8,000.00元" if language == "zh-Hans" else "CNY\u00a08,000.00"


def test_the_first_letter_on_paper_has_the_code_the_rights_and_a_form_to_post(served: Scene) -> None:
    """Two sheets: the letter in both languages with its QR code, and a form that can be filled in and posted."""
    folder = served.court.settings.data_dir / "print-queue"
    letter = next(
        path for path in folder.glob("*/letter.pdf") if "Harbour" in (path.parent / "address.txt").read_text()
    )
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(letter.read_bytes())).pages]
    assert len(pages) == 2, [len(page) for page in pages]
    first, form = (re.sub(r"\s+", "", page) for page in pages)
    for fact in (served.code(), "12348", "Ratheronpaper?", "纸质方式", "Notyou?", "不是您", "8,000.00"):
        assert fact in first, fact
    for fact in (served.code(), "答复表", "Answerform", "8,000.00", "Signature", "交邮日期", "Writethecasenumber"):
        assert fact in form, fact
