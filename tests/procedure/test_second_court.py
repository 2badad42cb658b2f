"""A court of another country is data and chosen strategies: an online money claim of England and Wales walked by the
real acts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Stage
from odr.docket.queries import entries_of
from odr.filing.agenda.agenda import calendar_of
from odr.filing.models import Claim
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import ActNotOpen
from odr.ground.text import LOCALES, ShortDay, T, applies, last_day, sits_in, write
from odr.hearing.models import Hearing
from odr.identity.models import Account
from odr.identity.sign_in.sessions import open_session
from odr.judgment.models import Decision
from odr.judgment.payment_order.inputs import PaymentOrderInput
from odr.judgment.payment_order.opening import open_payment_order
from odr.payments.fee.assessment import assessments_of
from odr.procedure.acts.availability import acts_for
from odr.procedure.case.overview import words_in
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.registry import PackRegistry
from odr.procedure.time.written_working import text_from_json, text_to_json
from odr.service.sending.asked import asked_by
from odr.web.presence import session_cookie_name
from odr.web.reader_language import COOKIE
from tests.filing.visitor import Visitor
from tests.judgment.test_payment_order import ASKED
from tests.judgment.test_whole import draft, gate, posted
from tests.scene import Scene, claim, open_court

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def london(sqlite_url: str, tmp_path: Path) -> Iterator[Scene]:
    """A court that sits by the rules of England and Wales, with a claim for 1,200 pounds issued."""
    database = Database(sqlite_url, synchronous="OFF")
    scene = open_court(
        database,
        FixedClock(datetime(2026, 3, 2, 9, tzinfo=LONDON)),
        tmp_path / "court",
        pack="ew",
        zone="Europe/London",
    )
    told = {"agreement": "Thirty bottles for 1,200 pounds.", "breach": "They never came."}
    relief = [{"kind": "money", "what": "The price back", "amount": "GBP 1,200.00"}]
    scene.lodge(claim(matter={"cause": "online_money_claim"}, particulars=told, relief=relief))
    scene.accept()
    scene.later(hours=1)
    yield scene
    database.dispose()
    sits_in(ZoneInfo("Asia/Shanghai"))  # where every other court of the tests sits
    applies(PackRegistry.load().versions("cn")[-1])


def window(scene: Scene, kind: str) -> Window:
    """The only window of a kind."""
    with scene.court.database.read() as session:
        return session.scalars(select(Window).where(Window.case_id == scene.case_id, Window.kind == kind)).one()


def first_page(scene: Scene) -> str:
    """What a stranger reads first."""
    return unescape(re.sub(r"<[^>]+>", "", create_app(court=scene.court).test_client().get("/").text))


def test_the_first_page_promises_what_the_law_of_the_court_does(london: Scene) -> None:
    """Fees and times are those of the rules that apply here: nothing of China's, and nothing left out."""
    page = first_page(london)
    for words in (
        "Small claims track: 210 days",
        "Multi-track: 12 months",
        "At most 5 working days.",
        "Sent within 4 months of acceptance; they have 28 days from receiving it.",
        "GBP\xa010,000.00GBP\xa0455.00",
    ):
        assert words in page
    for words in ("Ordinary procedure", "belong to other courts", "president may add"):
        assert words not in page


def test_the_first_page_of_a_court_in_china(small_scene: Scene) -> None:
    """By its own rules, with what it hears no more."""
    page = first_page(small_scene)
    for words in (
        "Small claims: 2 months",
        "Ordinary procedure: 6 months",
        "At most 7 days.",
        "Sent within 5 days of acceptance; they have 15 days from receiving it.",
        "may add to it: Small claims: 1 month; Simple procedure: 1 month; Ordinary procedure: 6 months.",
        "1\xa0November 2025 these belong to other courts: Online copyright",
    ):
        assert words in page


def links_of(page: str) -> set[str]:
    """Where a page leads within the court."""
    return {unescape(link) for link in re.findall(r'href="(/[^"#?]*)', page)}


MOST_PAGES = 60
ABOUT_ALL_COURTS = re.compile(r"/(rules|periods|static|decisions/citing)\b")
"""Pages that show the rules of every country there are."""


@pytest.mark.parametrize("who", ["li", "haiyun", "clerk", "judge", "president"])
def test_nobody_is_told_the_law_of_another_country(london: Scene, who: str) -> None:
    """Every page that a party, the registry or a judge can reach in this court, in both languages."""
    own, other = (london.court.packs.versions(pack)[-1].sources for pack in ("ew", "cn"))
    foreign = [
        source.title.render(locale) for tag, source in other.items() if tag not in own for locale in ("en", "zh-Hans")
    ]
    london.join()
    client = create_app(court=london.court).test_client()
    now = london.clock.machine_now()
    with london.court.database.write() as session:
        account = session.get_one(Account, london.people[who])
        token, _ = open_session(session, account, now, device="test", address="::1", two_factor=True)
    client.set_cookie(session_cookie_name(False), token)
    for locale in ("en", "zh-Hans"):
        client.set_cookie(COOKIE, locale)
        todo, seen, told = ["/home"], set(), []
        while todo and len(seen) < MOST_PAGES:
            address = todo.pop()
            if address in seen or ABOUT_ALL_COURTS.match(address):
                continue
            seen.add(address)
            answer = client.get(address)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                told += [f"{address}: {title}" for title in foreign if title in unescape(answer.text)]
                todo += sorted(links_of(answer.text) - seen)
        assert told == []
        assert len(seen) > 20


def test_a_defence_within_28_days_of_service_by_who_acknowledged(london: Scene) -> None:
    """The band's fee is in pounds; fourteen days to acknowledge or defend; who acknowledges has until four o'clock of
    the twenty-eighth day.
    """
    with london.court.database.read() as session:
        (fee,) = assessments_of(session, session.get_one(Case, london.case_id))
        assert (fee.amount_minor, fee.currency) == (80_00, "GBP")
    london.join()
    assert (
        window(london, "answer").due_at
        == window(london, "acknowledgement").due_at
        == datetime(2026, 3, 16, 16, tzinfo=LONDON)
    )
    with pytest.raises(ActNotOpen, match="Acknowledge service first"):
        london.do("object_to_jurisdiction", "haiyun", ground="place", words="We sit in Leeds.", court="Leeds")
    london.later(days=13)
    london.do("acknowledge_service", "haiyun", intends="defend")
    assert window(london, "acknowledgement").state is WindowState.MET
    due = window(london, "answer").due_at
    assert due is not None and due == datetime(2026, 3, 30, 16, tzinfo=LONDON)
    assert window(london, "answer").working["article"] == "CPR 15.4"
    assert window(london, "jurisdiction_objection").due_at == datetime(2026, 3, 30, 16, tzinfo=LONDON)
    with pytest.raises(ActNotOpen):
        london.do("acknowledge_service", "haiyun", intends="defend")
    london.clock.set(due - timedelta(minutes=1))
    london.do("file_answer", "haiyun", position="defend", statement="It was delivered.")
    assert window(london, "answer").state is WindowState.MET
    assert window(london, "jurisdiction_objection").state is WindowState.ENDED
    with pytest.raises(ActNotOpen):
        london.do("file_answer", "haiyun", position="defend", statement="Once more.")


def test_without_acknowledgement_fourteen_days_and_a_late_one_is_marked(london: Scene) -> None:
    """Silence ends the time for the defence after fourteen days; a late acknowledgement is marked and gives what is
    left of twenty-eight.
    """
    london.join()
    london.later(days=15)
    assert {window(london, kind).state for kind in ("acknowledgement", "answer")} == {WindowState.LAPSED}
    receipt = london.do("acknowledge_service", "haiyun", intends="defend_part")
    with london.court.database.read() as session:
        (entry,) = entries_of(session, session.get_one(Case, london.case_id), "acknowledge_service")
        assert entry.number == receipt.number and '"late":true' in entry.payload
    answer = window(london, "answer")
    assert answer.state is WindowState.OPEN and answer.due_at == datetime(2026, 3, 30, 16, tzinfo=LONDON)
    london.later(days=16)
    assert window(london, "answer").state is WindowState.LAPSED


def test_who_defends_at_once_need_not_acknowledge(london: Scene) -> None:
    """A defence within fourteen days ends the time to acknowledge; and a court without that rule knows no such act."""
    london.join()
    london.do("file_answer", "haiyun", position="defend", statement="It was delivered.")
    assert window(london, "acknowledgement").state is WindowState.ENDED
    with pytest.raises(ActNotOpen):
        london.do("acknowledge_service", "haiyun", intends="defend")


def test_a_court_that_knows_no_payment_orders_opens_none(london: Scene) -> None:
    """Under the rules of England and Wales nobody applies for one, and none of its acts is listed."""
    given = PaymentOrderInput.model_validate(
        ASKED
        | {
            "cause": "online_money_claim",
            "demands": [{"what": "The price", "amount": "GBP 1,200.00", "due_on": "2026-01-10"}],
        }
    )
    with pytest.raises(ActNotOpen, match="know no payment orders"):
        open_payment_order(london.court, london.account("li"), given)
    with london.court.database.read() as session:
        offered = acts_for(london.court.look(session), session.get_one(Case, london.case_id), london.actor("clerk"))
    assert not any("payment_o" in one.act.name for one in offered)


def test_a_court_that_knows_no_acknowledgement_offers_none(small_scene: Scene) -> None:
    """Under the rules of China the act is neither open nor listed, and the answer runs from service at once."""
    small_scene.lodge()
    small_scene.accept()
    small_scene.work()
    small_scene.join()
    with pytest.raises(ActNotOpen, match="know no such step"):
        small_scene.do("acknowledge_service", "haiyun", intends="defend")
    with small_scene.court.database.read() as session:
        offered = acts_for(
            small_scene.court.look(session), session.get_one(Case, small_scene.case_id), small_scene.actor("haiyun")
        )
        assert "acknowledge_service" not in {each.act.name for each in offered}


def heard(scene: Scene) -> None:
    """Three weeks' notice by post, the hour, an empty chair, the record."""
    scene.do("open_examination", "judge", mode="offline")
    day = (scene.clock.now() + timedelta(days=23)).date()
    scene.do("summon", "clerk", mode="offline", on=day.isoformat(), at="10:30", place="Courtroom 1")
    scene.later(hours=2)
    scene.later(days=2)
    posted(scene, "summons")
    scene.clock.set(datetime(day.year, day.month, day.day, 14, tzinfo=LONDON))
    with scene.court.database.read() as session:
        hearing = session.scalars(select(Hearing.reference).where(Hearing.case_id == scene.case_id)).one()
        claimant, respondent = (party.reference for party in session.get_one(Case, scene.case_id).parties)
    there = [{"who": claimant, "presence": "courtroom"}, {"who": respondent, "presence": "absent"}]
    scene.do(
        "record_hearing",
        "clerk",
        hearing=hearing,
        begun="10:32",
        ended="11:00",
        attendance=there,
        debated="yes",
        last_words="yes",
        minutes="Nobody came for the respondent.",
    )
    scene.do("close_hearing", "judge", reasons="Everything was heard.")
    for _ in range(20):
        if scene.case().stage is Stage.DELIBERATION:
            return
        scene.later(days=1)


def test_judgment_in_default_only_on_request(london: Scene) -> None:
    """Served, silent for 14 days, summoned and heard: without the claimant's request the gate is shut; with it the
    judge alone signs (CPR 12.4).
    """
    scene = london
    scene.later(days=3)
    posted(scene, "claim")
    with scene.court.database.read() as session:
        assert (
            session.scalars(select(Window).where(Window.case_id == scene.case_id, Window.kind == "evidence")).all()
            == []
        )
    scene.later(days=16)
    assert window(scene, "answer").state is WindowState.LAPSED
    heard(scene)
    (missing,) = gate(scene)
    assert "has not asked" in missing
    scene.do("ask_for_default", "li", respondent="respondent/1")
    assert gate(scene) == []
    with scene.court.database.read() as session:
        key = f"{session.scalars(select(Claim.reference).where(Claim.case_id == scene.case_id)).one()}/1"
    found = [
        {"subject": f"fact/{n}", "result": "adopted", "reasons": "Told at the hearing and not denied.", "rests_on": []}
        for n in (1, 2)
    ]
    scene.do("record_findings", "judge", adopt_undisputed=False, findings=found)
    pay = {"kind": "pay", "relief": key, "debtor": "respondent/1", "creditor": "claimant/1", "amount": "GBP 1,200.00"}
    scene.do(
        "draft_decision",
        "judge",
        language="en",
        claims="The price back.",
        reasons=[{"text": "See fact 1 and fact 2."}],
        orders=[pay],
    )
    reference = draft(scene)
    scene.do("send_for_signing", "judge", decision=reference)
    scene.later(hours=26)
    scene.do(
        "issue_decision",
        "judge",
        decision=reference,
        case_number=scene.case().number,
        premise=scene.premise("issue_decision", "judge"),
    )
    assert scene.case().stage is Stage.PRONOUNCED
    with scene.court.database.read() as session:
        decision = session.scalars(select(Decision).where(Decision.case_id == scene.case_id)).one()
        assert (
            decision.by_default
            and len(entries_of(session, session.get_one(Case, scene.case_id), "countersign_decision")) == 0
        )


def test_hours_are_told_as_they_are_where_the_court_sits(london: Scene) -> None:
    """In the docket, which is kept for ever, and so in letters and on pages, in summer time too: whatever another court that
    this process has opened would say.
    """
    morning, summer = (datetime(2026, month, 20, 10, 30, tzinfo=LONDON) for month in (3, 7))
    told = [T("Hearing fixed for %(at)s", at=at).render(locale)[-5:] for at in (morning, summer) for locale in LOCALES]
    assert told == ["10:30"] * 4
    sits_in(ZoneInfo("Asia/Shanghai"))
    london.join()
    london.later(days=15)
    london.do("open_examination", "judge", mode="offline")
    day = (london.clock.now() + timedelta(days=23)).date()
    london.do("summon", "clerk", mode="offline", on=day.isoformat(), at="10:30", place="Courtroom 1")
    with london.court.database.read() as session:
        (entry,) = entries_of(session, session.get_one(Case, london.case_id), "summon")
        words = words_in(entry.payload)
    assert all("10:30" in words[locale] and "18:30" not in words[locale] for locale in LOCALES), words


def test_a_day_that_closes_at_four_is_told_with_its_hour(london: Scene) -> None:
    """Until four o'clock, and not to the end of the day: in the letter, in the calendar, and on the page of the case; a paper that
    came at six is late (CPR 2.8).
    """
    london.join()
    london.work()
    app = create_app(court=london.court)
    haiyun = Visitor(app, london, "haiyun")
    page = haiyun.get(f"/cases/{london.case().reference}").replace("\u00a0", " ")
    assert "By the end of Monday 16 March 2026, 16:00." in page
    with london.court.database.read() as session:
        look, account = london.court.look(session), london.account("haiyun")
        (event, *_) = Calendar.from_ical(calendar_of(look, account, "https://court.example")).walk("VEVENT")
    due = datetime(2026, 3, 16, 16, tzinfo=LONDON)
    assert event["dtstart"].dt == due
    last = last_day(due, LONDON)
    asked = text_from_json(text_to_json(asked_by(T("answer"), True, last)))
    assert asked.render("en").replace("\u00a0", " ") == "Please answer by the end of Monday 16 March 2026, 16:00."
    assert (
        "2026年3月16日（星期一）16:00" in asked.render("zh-Hans") and write(ShortDay(last), "zh-Hans") == "3月16日16:00"
    )
    assert last == date(2026, 3, 16) and write(last + timedelta(days=1), "en").endswith("2026")
    assert type(last_day(datetime(2026, 3, 17, tzinfo=LONDON), LONDON)) is date
