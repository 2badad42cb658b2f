"""Rule packs: what may be a rule, which version governs, and what is still missing."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import holidays
import pytest

from odr.ground.errors import Cited
from odr.ground.text import Money, T
from odr.procedure.rules.base import OnLapse, Unit
from odr.procedure.rules.citation import places
from odr.procedure.rules.court_rules import ALWAYS_KEPT, Invariant
from odr.procedure.rules.pack import NoSuchRule, PackError
from odr.procedure.rules.registry import PACKAGED, ChangeKind, PackRegistry, pack_diff
from odr.procedure.time.calendar import DayKind
from odr.procedure.time.written_working import bilingual, text_from_json, text_to_json

PACKS = PackRegistry.load()
CN = PACKS.for_case("cn", date(2026, 1, 1))
EW = PACKS.for_case("ew", date(2026, 1, 1))


@pytest.fixture
def workbench(tmp_path: Path) -> Path:
    """A folder of a court's own, with a copy of a whole Chinese version to spoil."""
    folder = tmp_path / "own" / "zz" / "2024-01-01"
    shutil.copytree(PACKAGED / "cn" / "2024-01-01", folder)
    edit(folder / "pack.toml", 'id = "cn"', 'id = "zz"')
    return folder


def edit(path: Path, old: str, new: str) -> None:
    """Replace the first ``old``, which must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def own(workbench: Path) -> PackRegistry:
    """Load the packaged rules and the court's own."""
    return PackRegistry.load(workbench.parent.parent)


def test_an_unspoilt_copy_is_accepted(workbench: Path) -> None:
    """A court may keep packs of its own beside those that come with the program."""
    assert own(workbench).ids() == ["cn", "ew", "zz"]


SPOILT = [
    ("windows.toml", "amount = 7\n", "amout = 7\n", "windows.rules.registry_review", "missing or unknown key"),
    (
        "windows.toml",
        'article = "CPL 126; REG 8"\n',
        "",
        "windows.rules.registry_review.article",
        "a figure without citation",
    ),
    ("windows.toml", '"CPL 126; REG 8"', '"as the law says"', "windows.rules.registry_review.article", "no citation"),
    (
        "windows.toml",
        '"CPL 126; REG 8"',
        '"XYZ 126"',
        "windows.rules.registry_review.article",
        "a source the pack does not have",
    ),
    ("windows.toml", "amount = 7\n", "amount = 0\n", "windows.rules.registry_review.amount", "no length"),
    ("windows.toml", "amount = 7\n", "amount = 9000\n", "windows.rules.registry_review.amount", "absurd length"),
    ("windows.toml", 'unit = "days"', 'unit = "moons"', "windows.rules.registry_review.unit", "unknown unit"),
    ("windows.toml", "at_least = 15\n", "at_least = 16\n", "windows.rules.evidence", "shorter than its own least"),
    (
        "windows.toml",
        'window = "evidence"',
        'window = "eloquence"',
        "windows.rules.jurisdiction_objection.effects",
        "effect on nothing",
    ),
    (
        "windows.toml",
        "by_track.simple]",
        "by_track.simpel]",
        "windows.rules.answer.by_track.simpel",
        "variant of no track",
    ),
    ("tariff.toml", 'rate = "2%"', 'rate = "200%"', "tariff.scales.property.bands.2", "rate above the claim"),
    ("tariff.toml", 'rate = "2%"', "rate = 0.02", "tariff.scales.property.bands.2.rate", "inexact rate"),
    ("tariff.toml", "to = 200_000_00", "to = 90_000_00", "tariff.scales.property", "bands that fall"),
    ("tariff.toml", 'rate = "2%"', "flat = 2_000_00", "tariff.scales.property", "marginal scale that jumps"),
    ("tariff.toml", 'rate = "2%"', 'rate = "2%", flat = 1', "tariff.scales.property.bands.2", "two prices"),
    ("tariff.toml", "set = 300_00", "set = 600_00", "tariff.kinds.personality.base", "outside the range of the law"),
    ("tariff.toml", "flat = 50_00", "flat = -1", "tariff.scales.property.bands.0.flat", "negative fee"),
    ("tariff.toml", 'scale = "property"', 'scale = "feelings"', "tariff", "kind without scale"),
    (
        "causes.toml",
        'fee_kind = "property"',
        'fee_kind = "feelings"',
        "causes.list.online_shopping.fee_kind",
        "no such fee",
    ),
    ("causes.toml", 'zh = "网络购物合同纠纷"', 'zh = ""', "causes.list.online_shopping.title", "untranslated title"),
    ("causes.toml", 'kind = "line"', 'kind = "song"', "causes.list.online_shopping.fields.0.kind", "unknown field"),
    ("procedure.toml", 'plan = "short"', 'plan = "shortest"', "tracks.list.small_claims.plan", "no such plan"),
    (
        "procedure.toml",
        "consent_per_stage",
        "consent_to_everything",
        "invariants.on.consent_to_everything",
        "unknown strategy",
    ),
    ("procedure.toml", 'applies_to = "filed_from"\ndefault', "default", "tracks.applies_to", "from when is not said"),
    (
        "procedure.toml",
        '"whereabouts_unknown"',
        '"wherabouts_unknown"',
        "tracks.list.small_claims.bars.3",
        "unknown bar",
    ),
    ("pack.toml", '"Asia/Shanghai"', '"Asia/Atlantis"', "zone", "no such zone"),
    ("pack.toml", '"CNY"', '"yuan"', "currency", "no currency"),
    ("pack.toml", "{number}号", "{nummer}号", "case_numbers", "a number that cannot be written"),
    ("abroad.toml", ", checked = 2026-11-25", "", "abroad.states.CA", "compared, nobody knows when"),
    ("calendar.toml", "weekend = [5, 6]", "weekend = [5, 7]", "calendar.weekend.1", "an eighth day"),
    ("calendar.toml", "[calendar.years.2024]", "[calendar.years.MMXXIV]", "calendar.years.MMXXIV", "no year"),
]


@pytest.mark.parametrize(("file", "old", "new", "path", "why"), SPOILT, ids=[row[4] for row in SPOILT])
def test_what_cannot_be_a_rule_is_refused_with_its_path(
    workbench: Path, file: str, old: str, new: str, path: str, why: str
) -> None:
    """The court does not open with a pack it cannot read, and says which key is wrong."""
    edit(workbench / file, old, new)
    with pytest.raises(PackError) as refused:
        own(workbench)
    assert refused.value.path.startswith(path), why
    assert refused.value.pack == "zz 2024-01-01"
    assert refused.value.path in str(refused.value)


def test_files_that_disagree_are_refused(workbench: Path) -> None:
    """A section in two files, broken TOML, and a folder with another name are all refused."""
    extra = workbench / "more.toml"
    extra.write_text("[windows]\n", encoding="utf-8")
    with pytest.raises(PackError, match="two files"):
        own(workbench)
    extra.write_text("[windows\n", encoding="utf-8")
    with pytest.raises(PackError, match=r"more\.toml"):
        own(workbench)
    extra.unlink()
    workbench.rename(workbench.parent / "2024-02-01")
    with pytest.raises(PackError, match="must agree with the folder"):
        own(workbench)


def test_a_new_version_writes_only_what_it_changes(workbench: Path) -> None:
    """A version based on another changes, adds and removes single keys, and the diff shows exactly these."""
    later = workbench.parent / "2027-01-01"
    later.mkdir()
    (later / "pack.toml").write_text(
        'id = "zz"\nversion = 2027-01-01\neffective_from = 2027-01-01\nbased_on = 2024-01-01\nremoved = ["windows.rules.offer"]\n'
        '[windows.rules.fee_payment]\namount = 10\n[calendar.years.2027]\narticle = "HOL 2027"\n',
        encoding="utf-8",
    )
    packs = own(workbench)
    changes = {
        change.path: change for change in pack_diff(packs.get("zz", "2024-01-01"), packs.get("zz", date(2027, 1, 1)))
    }
    amount = changes.pop("windows.rules.fee_payment.amount")
    assert (amount.kind, amount.before, amount.after) == (ChangeKind.CHANGED, "7", "10")
    assert changes.pop("calendar.years.2027.article").kind is ChangeKind.ADDED
    removed = {path for path in changes if path.startswith("windows.rules.offer.")}
    assert removed
    assert all(changes[path].kind is ChangeKind.REMOVED for path in removed)
    assert set(changes) - removed == {"version", "effective_from"}
    with pytest.raises(NoSuchRule):
        packs.get("zz", date(2027, 1, 1)).window("offer")


@pytest.mark.parametrize(
    "line",
    ["based_on = 2023-01-01", "based_on = 2028-01-01", 'based_on = 2024-01-01\nremoved = ["windows.rules.nothing"]'],
)
def test_a_version_without_ground_is_refused(workbench: Path, line: str) -> None:
    """A version cannot be based on one that is not there or not earlier, nor remove what is not there."""
    later = workbench.parent / "2027-01-01"
    later.mkdir()
    (later / "pack.toml").write_text(
        f'id = "zz"\nversion = 2027-01-01\neffective_from = 2027-01-01\n{line}\n', encoding="utf-8"
    )
    with pytest.raises(PackError):
        own(workbench)


def test_a_case_keeps_some_rules_and_comes_under_others(workbench: Path) -> None:
    """Sections that apply from filing stay; those that apply to acts are taken as of the act."""
    later = workbench.parent / "2027-01-01"
    later.mkdir()
    (later / "pack.toml").write_text(
        'id = "zz"\nversion = 2027-01-01\neffective_from = 2027-01-01\nbased_on = 2024-01-01\n'
        "[windows.rules.fee_payment]\namount = 10\n[tariff.kinds.labour]\nbase = { low = 20_00, high = 20_00, set = 20_00 }\n",
        encoding="utf-8",
    )
    packs = own(workbench)
    pending = packs.for_case("zz", date(2026, 5, 1), on=date(2027, 3, 1))
    assert pending.window("fee_payment").amount == 10
    kept, new = pending.tariff.kinds["labour"].base, packs.for_case("zz", date(2027, 3, 1)).tariff.kinds["labour"].base
    assert kept is not None
    assert new is not None
    assert (kept.set, new.set) == (10_00, 20_00)
    assert pending.version == date(2024, 1, 1)


def test_the_list_of_causes_changed_on_the_first_of_november_2025() -> None:
    """What may be filed depends on the day; a pending case keeps a cause that has since gone."""
    before = set(PACKS.for_case("cn", date(2025, 10, 31)).causes_on(date(2025, 10, 31)))
    after = set(PACKS.for_case("cn", date(2025, 11, 1)).causes_on(date(2025, 11, 1)))
    assert before - after == {"online_copyright", "online_personality", "online_loan", "product_liability"}
    assert after - before == {"online_unfair_competition", "online_data"}
    assert CN.cause("online_loan").filed_until == date(2025, 10, 31)


def test_every_cause_asks_questions_and_shows_both_checklists() -> None:
    """Both sides see what usually matters, and every label is in both languages."""
    for pack in (CN, EW):
        for cause in pack.causes.list.values():
            assert cause.fields
            assert cause.claimant
            assert cause.respondent
            for label in (
                cause.title,
                cause.description,
                *(one.label for one in cause.fields),
                *(one.label for one in (*cause.claimant, *cause.respondent)),
            ):
                assert label.render("en") != label.render("zh-Hans")


NEEDED = [
    "registry_review",
    "correction",
    "fee_payment",
    "fee_topup",
    "serve_claim",
    "join_platform",
    "answer",
    "evidence",
    "forward_answer",
    "jurisdiction_objection",
    "counterclaim_fee",
    "appeal_judgment",
    "appeal_ruling",
    "appeal_answer",
    "cooling_off",
    "performance",
    "enforcement_application",
    "relief_documents",
    "complaint_reply",
    "costs_review",
    "refund_execution",
    "recusal_decision",
    "preservation_ruling",
    "mandate",
    "summons",
    "mediation",
    "confirmation_application",
    "late_relief",
]


@pytest.mark.parametrize("key", NEEDED)
def test_the_windows_of_the_procedure_are_there(key: str) -> None:
    """Every time limit the procedure opens has a rule, a title and an article that can be looked up."""
    rule = CN.window(key)
    assert rule.title.render("en") != rule.title.render("zh-Hans")
    assert "《" in CN.cite(rule.article).render("zh-Hans")


def test_every_article_a_time_limit_rests_on_is_told_in_both_languages() -> None:
    """Whatever law a time limit cites, the page can say what it provides; the practice of a court is told by its name."""
    untold = []
    for pack in (CN, EW):
        for key, rule in pack.windows.rules.items():
            cited = [
                rule.article,
                *(v.article for v in rule.by_track.values()),
                *(e.article for e in rule.effects),
                rule.abroad.article if rule.abroad else "",
            ]
            for tag, place in places(
                pack.sources,
                *filter(None, cited),
                rule.extendable or pack.reckoning.article,
                pack.reckoning.roll_article,
            ):
                told = pack.law_of(f"{tag} {place}")
                if tag != "COURT" and (not told or told[0][1].render("en") == told[0][1].render("zh-Hans")):
                    untold.append(f"{pack.id}: {key} cites {tag} {place}: tell what it says in law.toml")
    assert untold == []
    assert len(CN.law_of("CPL 165; CPI 271", "CPL 165", "COURT plan")) == 2
    assert str(EW.law_of("CPR 11(4)")[0][0]).endswith("11(4)") and CN.law_of("EV 55(1)") == CN.law_of("EV 55")


def test_every_invariant_is_a_switch_that_some_act_asks_or_is_always_kept() -> None:
    """None is only words in a pack: the program asks it where it refuses, or it is built in and cannot be switched off."""
    asked = set(
        re.findall(
            r"Invariant\.([A-Z_]+)",
            "".join(
                path.read_text()
                for room in ("hearing", "judgment")
                for path in (PACKAGED.parent.parent / room).rglob("*.py")
            ),
        )
    )
    assert {one.name for one in Invariant} == asked | {one.name for one in ALWAYS_KEPT}
    assert not asked & {one.name for one in ALWAYS_KEPT}
    assert {one for one in Invariant if CN.keeps(one)} == set(Invariant) - {Invariant.DEFAULT_ON_REQUEST}
    assert EW.keeps(Invariant.DEFAULT_ON_REQUEST) and not EW.keeps(Invariant.JUDGMENT_RECORDS_NO_SETTLEMENT)


def test_what_the_clock_may_not_do_is_a_ruling() -> None:
    """An unpaid fee never ends a case by itself: a ruling is prepared (CPI 213)."""
    assert CN.window("fee_payment").on_lapse is OnLapse.RULING
    assert CN.window("answer").on_lapse is OnLapse.AUTOMATIC
    assert CN.window("serve_claim").on_lapse is OnLapse.NONE


@pytest.mark.parametrize(
    ("article", "english", "chinese"),
    [
        ("CPL 128", "Civil Procedure Law, art. 128", "《中华人民共和国民事诉讼法》第一百二十八条"),
        ("CPL 100", "Civil Procedure Law, art. 100", "《中华人民共和国民事诉讼法》第一百条"),
        ("CPL 205", "Civil Procedure Law, art. 205", "《中华人民共和国民事诉讼法》第二百零五条"),
        ("CPL 210", "Civil Procedure Law, art. 210", "《中华人民共和国民事诉讼法》第二百一十条"),
        ("CPL 10", "Civil Procedure Law, art. 10", "《中华人民共和国民事诉讼法》第十条"),
        ("CPL 15", "Civil Procedure Law, art. 15", "《中华人民共和国民事诉讼法》第十五条"),
        ("OLR 4(3)", "Online Litigation Rules, art. 4(3)", "《人民法院在线诉讼规则》第四条第（三）项"),
        (
            "CPL 103-111",
            "Civil Procedure Law, arts. 103-111",
            "《中华人民共和国民事诉讼法》第一百零三条至第一百一十一条",
        ),
        (
            "CPL 236, 238",
            "Civil Procedure Law, arts. 236, 238",
            "《中华人民共和国民事诉讼法》第二百三十六条、第二百三十八条",
        ),
        (
            "COURT cooling-off",
            "Practice of this court: a decision rests for a day before it is pronounced",
            "《本院规程》：裁判宣告前的冷静期",
        ),
    ],
)
def test_citations_read_as_titles_and_articles(article: str, english: str, chinese: str) -> None:
    """A citation becomes what a reader can look up, in both languages."""
    assert CN.cite(article).render("en") == english
    assert CN.cite(article).render("zh-Hans") == chinese


def test_english_rules_are_cited_as_rules() -> None:
    """The second pack has its own sources and its own way of citing; an unknown source is refused."""
    assert EW.cite("CPR 15.4").render("en") == "Civil Procedure Rules 1998, rule 15.4"
    assert EW.cite("CPR 2.8(5); LA 5").render("zh-Hans") == "《1998年民事诉讼规则》第2.8(5)条；《1980年时效法》：第5条"
    with pytest.raises(NoSuchRule):
        EW.cite("CPL 128")


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_make_up_days_agree_with_an_independent_table(year: int) -> None:
    """The State Council's make-up days stand in the pack as the library of holidays has them."""
    table = holidays.country_holidays("CN", years=year)
    calendar = CN.working_calendar
    day = date(year, 1, 1)
    while day.year == year:
        assert calendar.is_working(day) is table.is_working_day(day), day
        day += timedelta(days=1)
    assert {day for day in calendar.make_up if day.year == year} == {
        day for day in table.weekend_workdays if day.year == year
    }


def test_the_courts_own_table_goes_before_the_library(workbench: Path) -> None:
    """An override closes a day the library calls working, and opens one it calls off."""
    edit(
        workbench / "calendar.toml",
        'article = "HOL 2026"',
        'article = "HOL 2026"\nclosed = [2026-03-04]\nopen = [2026-05-05]',
    )
    calendar = own(workbench).get("zz", "2024-01-01").working_calendar
    assert calendar.kind(date(2026, 3, 4)) is DayKind.HOLIDAY
    assert calendar.kind(date(2026, 5, 5)) is DayKind.WORKING
    assert calendar.kind(date(2026, 2, 14)) is DayKind.MAKE_UP
    assert calendar.kind(date(2026, 3, 7)) is DayKind.WEEKEND


def test_a_missing_next_year_is_an_alarm() -> None:
    """From November on the next year's calendar is asked for, and after June last year's wage."""

    def said(year: int, month: int) -> list[str]:
        return [str(text) for text in CN.missing(datetime(year, month, 15, tzinfo=UTC))]

    assert not any("calendar" in text for text in said(2026, 10))
    assert any("calendar of 2027" in text for text in said(2026, 11))
    assert any("calendar of 2027" in text for text in said(2027, 3))
    assert not any("wage of 2025" in text for text in said(2026, 6))
    assert any("wage of 2025" in text for text in said(2026, 7))
    assert any("stands in" in text for text in said(2026, 3))
    assert EW.missing(datetime(2026, 11, 15, tzinfo=UTC)) == []


def test_the_wage_figure_in_force_is_the_latest_published() -> None:
    """Until the new figure is published the older one governs (CPI 272)."""
    before, after = CN.wage_on(date(2025, 5, 15)), CN.wage_on(date(2025, 5, 16))
    assert before is not None
    assert after is not None
    assert (before[0], after[0]) == ("2023", "2024")
    assert CN.wage_on(date(2024, 1, 1)) is None


def test_plans_numbers_deciders_and_refusals() -> None:
    """The full plan lasts 42 working days at most, the short one 16; matters without a rule are refused."""
    assert CN.plan_for("ordinary").length() == 42
    assert CN.plan_for("small_claims").length() == 16
    assert CN.case_number("first_instance", year=2026, number=12, court="0491") == "(2026)0491民初12号"
    assert CN.decider("recusal_president") == "committee"
    for ask in (CN.window, CN.cause, CN.track, CN.decider):
        with pytest.raises(NoSuchRule):
            ask("weather")
    with pytest.raises(NoSuchRule):
        PACKS.get("cn", "1999-01-01")
    with pytest.raises(NoSuchRule):
        PACKS.versions("atlantis")


def test_the_second_country_shares_no_figures() -> None:
    """England has another currency, zone, closing hour and answer period, all in data."""
    assert (EW.currency, EW.zone, EW.window("answer").amount) == ("GBP", "Europe/London", 28)
    assert EW.reckoning.day_closes is not None
    assert EW.window("registry_review").unit is Unit.WORKING_DAYS


def test_texts_of_a_pack_keep_their_translations_when_stored() -> None:
    """What is stored of a text reads the same in both languages, with money and days inside."""
    text = T("Not open: %(why)s.", why=bilingual("spring", "春天"))
    kept = text_from_json(text_to_json(text))
    assert kept == text
    assert kept.render("zh-Hans") == "不得适用：春天。"
    other = T("%(a)s %(b)s %(c)s", a=Money(100, "CNY"), b=date(2026, 1, 1), c=datetime(2026, 1, 1, tzinfo=UTC))
    assert text_from_json(text_to_json(other)) == other


class _LetGo(dict[tuple[str, ...], Cited | None]):
    """What is kept of citations, where the request of another thread always lets go of it in that moment."""

    def __setitem__(self, articles: tuple[str, ...], words: Cited | None) -> None:
        self.clear()


def test_what_is_cited_is_told_though_another_request_lets_go_of_it() -> None:
    """All threads of a process ask the same rules."""
    pack = CN.model_copy()
    pack._cited = _LetGo()
    assert pack.cited("CPL 130", "CPR 11") == "CPL 130"
    assert pack.cited("CPR 11") is None
