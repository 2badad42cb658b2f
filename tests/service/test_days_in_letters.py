"""A letter names the last day of what it asks, and never sends its reader to the page of the case for it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from odr.docket.models import Party, Role
from odr.ground.text import LOCALES, Text, places
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import HearingState
from odr.procedure.models import Window
from odr.procedure.time.written_working import text_from_json
from odr.service.models import Packet
from odr.service.sending.letter_words import LetterWords
from odr.service.sending.text_messages import text_message
from tests.letter_days import days_missing
from tests.scene import Scene
from tests.service.test_served_acts import FACTS, MONEY
from tests.service.test_what_letters_say import HEAD, every_occasion
from tests.settlement.test_offers import OFFER

ELSEWHERE = {
    "en": r"days? shown|shown there|page of the case (shows|says|asks).{0,60}(until when|by when|the day|which time|when\b)"
    r"|page of the case shows your next step|(time limits|finds the day) on the page of the case|; the page of the case shows (it|when)",
    "zh-Hans": r"显示的(举证)?期限|页面所?[显所]示(的)?(日期|期限)|以案件页面(现在)?显示(的)?为准|期限以案件页面|截止(到什么时候|时间)|页面查看您的(各项)?期限",
}
"""Ways to say that a day stands elsewhere."""
BEFORE = {
    "en": (
        "You may answer it by the day shown on the page of the case.",
        "Accept or decline it in the private room by the day shown there.",
        "A new time for evidence may run for everybody; the page of the case shows it.",
        "The page of the case shows whether it is your turn and until when.",
        "The page of the case shows the day that now holds for you.",
        "Look at your time limits on the page of the case: they may have changed.",
    ),
    "zh-Hans": (
        "您可以在案件页面显示的期限内提交答辩状。",
        "各方的举证期限可能重新计算，以案件页面显示的期限为准。",
        "是否轮到您发表意见、截止到什么时候，以案件页面显示为准。",
        "您的期限以案件页面现在显示的为准。",
        "请在协商空间中查看，并在页面所示日期之前表明是否同意。",
    ),
}


def words_of_letters() -> list[tuple[str, Text]]:
    """All that letters say one does about them."""
    return [
        (occasion.key, words)
        for occasion in every_occasion()
        for words in (occasion.what_next, occasion.when_due, occasion.when_held, occasion.when_off)
        if words is not None
    ]


@pytest.mark.parametrize("locale", LOCALES)
def test_no_letter_sends_its_reader_elsewhere_for_a_day(locale: str) -> None:
    """Not one of them says that a day stands on the page of the case; what letters said before is refused."""
    assert [old for old in BEFORE[locale] if not re.search(ELSEWHERE[locale], old)] == []
    found = [(key, words.render(locale)) for key, words in words_of_letters()]
    assert [(key, said) for key, said in found if re.search(ELSEWHERE[locale], said)] == []


def test_words_for_a_time_limit_have_a_place_for_its_day() -> None:
    """What is said to whoever gets a time limit names the day, or all that is asked with each day; other words cannot."""
    due = [occasion for occasion in every_occasion() if occasion.when_due is not None]
    assert len(due) > 30
    assert [o.key for o in due if not places(o.when_due.msgid) & {"day", "limits"}] == []  # type: ignore[union-attr]
    others = [o for o in every_occasion() if o.what_next is not None]
    assert [o.key for o in others if places(o.what_next.msgid) & {"day", "limits"}] == []  # type: ignore[union-attr]


def test_what_calls_somebody_to_come_has_a_place_for_the_hour() -> None:
    """Every paper that is called a summons has words that name when and where; and no others have such places."""
    calls = [o for o in every_occasion() if re.search(r"\bsummons\b", o.title.render("en"), re.I) or o.key == "summons"]
    assert len(calls) == 2
    for o in calls:
        assert o.when_held is not None and {"at", "where"} <= places(o.when_held.msgid), o.title
    others = [o for o in every_occasion() if o.what_next is not None and o not in calls]
    assert [o.key for o in others if places(o.what_next.msgid) & {"at", "where"}] == []  # type: ignore[union-attr]


def test_whoever_is_told_not_to_come_reads_on_which_day() -> None:
    """No letter speaks of an old day or hour, or of a hearing put off, without having a place for it."""
    speaks = re.compile(r"\b(old|former) (day|hour)\b|\bput(ting)? off\b", re.I)
    found = [
        o
        for o in every_occasion()
        if any(
            words is not None and speaks.search(words.render("en"))
            for words in (o.title if "hearing" in o.title.render("en") else None, o.what_next, o.when_held, o.when_off)
        )
    ]
    assert {o.key for o in found} >= {"adjourn_hearing", "rule_on_adjournment", "summons"}
    for o in found:
        named = o.when_off or o.when_held
        assert named is not None and "off" in places(named.msgid), o.key


def test_a_hearing_that_is_put_off_names_its_old_day_wherever_it_is_read(small_scene: Scene) -> None:
    """The letter, its subject, the text to a telephone and the page of its code, in both languages (CPL 149)."""
    scene = small_scene
    day = fixed_hearing(scene)
    with scene.court.database.read() as session:
        hearing = session.scalars(select(Hearing.reference).where(Hearing.state == HearingState.SUMMONED)).one()
    scene.do(
        "adjourn_hearing", "judge", hearing=hearing, ground="evidence", reasons="The witness is ill until next week."
    )
    number = str(int(day[-2:]))
    for role in (Role.CLAIMANT, Role.RESPONDENT):
        packet, words = told(scene, "adjourn_hearing", role)
        said = LetterWords.of(packet, scene.court.settings.tz)
        assert packet.held_at is None and said.off_at is not None and said.held is not None
        for locale, text in words.items():
            short = [said.subject, said.held, said.heading(scene.clock.now().date())]
            brief = text_message(said, HEAD, locale, named=True)
            assert all("09:30" in one and number in one for one in [text, brief, *(t.render(locale) for t in short)])


def fixed_hearing(scene: Scene) -> str:
    """A hearing in fourteen days at half past nine; its day."""
    scene.pend()
    scene.pay()
    scene.do("file_answer", "haiyun", position="defend", statement="The goods were as described.")
    scene.later(days=30)
    scene.do("open_examination", "judge", mode="offline")
    day = (scene.clock.now() + timedelta(days=14)).date().isoformat()
    scene.do("summon", "clerk", mode="offline", on=day, at="09:30", place="Courtroom 3")
    return day


def told(scene: Scene, occasion: str, role: Role) -> tuple[Packet, dict[str, str]]:
    """The newest letter of an occasion to a party, and what it says one does."""
    with scene.court.database.read() as session:
        party = session.scalars(select(Party).where(Party.case_id == scene.case_id, Party.role == role)).first()
        assert party is not None
        packet = session.scalars(
            select(Packet)
            .where(Packet.occasion == occasion, Packet.party_id == party.id)
            .order_by(Packet.id.desc())
            .limit(1)
        ).one()
        session.expunge_all()
    return packet, {locale: text_from_json(packet.what_next or {}).render(locale) for locale in LOCALES}


def test_whoever_is_asked_reads_the_day_and_whoever_is_not_reads_that_nothing_is_to_be_done(small_scene: Scene) -> None:
    """An offer: to whom it is made, the last day in words, at its top and in its subject; in both languages."""
    small_scene.pend()
    small_scene.do("make_offer", "li", **OFFER | {"to": "respondent/1", "payer": "respondent/1"})
    packet, words = told(small_scene, "make_offer", Role.RESPONDENT)
    said = LetterWords.of(packet, small_scene.court.settings.tz)
    assert said.due_on is not None and said.asked is not None
    assert words["en"].startswith("Accept or decline the offer in the private room")
    assert re.search(r"by the end of \w+day \d+\s\w+ 2026\. If you do nothing", words["en"])
    assert re.search(r"^请在2026年\d+月\d+日（星期.）24时前到当事人协商空间接受或者拒绝", words["zh-Hans"])


def test_a_summons_names_its_hour_and_place_wherever_it_is_read(small_scene: Scene) -> None:
    """The letter, its subject, the text to a telephone; a hearing that is moved names the new hour (CPL 139; CPI 227)."""
    scene = small_scene
    day = fixed_hearing(scene)
    for hour in ("09:30", "14:00"):
        if hour == "14:00":
            with scene.court.database.read() as session:
                hearing = session.scalars(select(Hearing.reference).where(Hearing.state == HearingState.SUMMONED)).one()
            scene.do("move_hearing", "clerk", hearing=hearing, on=day, at=hour, place="Courtroom 1", reasons="A leak.")
        for role in (Role.CLAIMANT, Role.RESPONDENT):
            packet, words = told(scene, "summons", role)
            said = LetterWords.of(packet, scene.court.settings.tz)
            assert packet.held_at is not None and said.held_at is not None and f"{said.held_at:%H:%M}" == hour
            for locale, text in words.items():
                assert ("09:30" in text) == (packet.off_at is not None or hour == "09:30"), "a moved one names both"
                assert hour in text and ("Courtroom 1" if hour == "14:00" else "Courtroom 3") in text, text
                assert (
                    hour in said.subject.render(locale) and said.held is not None and hour in said.held.render(locale)
                )
                assert hour in said.heading(scene.clock.now().date()).render(locale)


def test_a_letter_about_a_time_limit_that_was_made_longer_names_the_new_day(small_scene: Scene) -> None:
    """The ruling on more time says the day that holds now, though an earlier act opened the time limit (EV 54)."""
    small_scene.pend()
    with small_scene.court.database.read() as session:
        (window,) = [
            w
            for w in session.scalars(select(Window).where(Window.kind == "evidence"))
            if session.get_one(Party, w.party_id).role is Role.RESPONDENT
        ]
        reference = window.reference
    small_scene.do("ask_extension", "haiyun", window=reference, days=5, words="The warehouse is closed.")
    with small_scene.court.database.read() as session:
        from odr.filing.models import Request

        request = session.scalars(select(Request).where(Request.subject == reference)).one().reference
    small_scene.do("rule_on_extension", "judge", request=request, answer="allow", days=5, reasons="A short time.")
    packet, words = told(small_scene, "rule_on_extension", Role.RESPONDENT)
    with small_scene.court.database.read() as session:
        now = session.scalars(select(Window).where(Window.reference == reference)).one()
        assert now.due_at is not None and packet.due_at == now.due_at and packet.limit_kind == "evidence"
    assert words["en"].startswith("Please bring your evidence by the end of ") and "The ruling says" in words["en"]
    assert words["zh-Hans"].startswith("请于2026年")


def test_a_letter_with_which_a_time_limit_begins_names_other_days_beside_it(small_scene: Scene) -> None:
    """A counterclaim: its answer is counted from service, and the new time for evidence is named with its day."""
    small_scene.pend()
    small_scene.do("file_counterclaim", "haiyun", facts=FACTS, relief=MONEY)
    packet, words = told(small_scene, "file_counterclaim", Role.CLAIMANT)
    assert packet.limit_kind == "counterclaim_answer" and packet.within is not None and packet.due_at is None
    assert "counted from the day after it is served on you" in words["en"]
    assert days_missing_of(small_scene) == []


def test_a_letter_that_goes_out_again_names_the_day_that_holds_now(small_scene: Scene) -> None:
    """Served once more while its time runs, with the day of today's record, once."""
    small_scene.pend()
    small_scene.do("make_offer", "li", **OFFER | {"to": "respondent/1", "payer": "respondent/1"})
    packet, first = told(small_scene, "make_offer", Role.RESPONDENT)
    small_scene.clock.advance(timedelta(hours=1))
    small_scene.work()
    small_scene.do("serve_again", "clerk", packet=packet.reference)
    again, words = told(small_scene, "make_offer", Role.RESPONDENT)
    assert again.id != packet.id and words == first and again.due_at == packet.due_at


def days_missing_of(scene: Scene) -> list[str]:
    """The letters of the case that do not name a day they should."""
    with scene.court.database.read() as session:
        return days_missing(session, scene.case_id)[1]
