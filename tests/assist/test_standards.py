"""One versioned evidence standard for registry, exchange, findings and review: the same facts to each of them, and open to everybody."""

from __future__ import annotations

import html
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select

from odr.app import create_app
from odr.assist.standards.meter import Meter, meter_for
from odr.docket.models import Case, Role
from odr.evidence.exhibits.checklist import by_standard, label_for
from odr.evidence.models import Exhibit, ExhibitState
from odr.filing.models import FactAnswer, FactStance
from odr.filing.registry.review import helpful_of
from odr.judgment.decision.file_before_judge import case_file
from odr.judgment.draft.by_standard import Found, found_by_standard, reviewed
from odr.judgment.models import Decision
from odr.judgment.vocabulary import DecisionKind
from odr.procedure.rules.pack import PackError, RulePack
from odr.procedure.rules.registry import PACKAGED, PackRegistry
from odr.procedure.rules.standards import Bearer, Brought, covered, items_of, since, standard_of, versions
from tests.judgment.bench import Bench
from tests.judgment.web import ORIGIN, Visitor

PACKS = PackRegistry.load()
EVERY = [(pack, cause) for key in PACKS.ids() for pack in PACKS.versions(key) for cause in pack.causes.list]
CHANGED = """
[standards.list.online_shopping.facts.paid]
provisional = { en = "Changed for a test.", zh = "为测试而改。" }
"""


def words(page: str) -> str:
    """What stands on a page, without its marks."""
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", page)).split())


@pytest.mark.parametrize(("pack", "cause"), EVERY, ids=[f"{pack.named}/{cause}" for pack, cause in EVERY])
def test_every_cause_has_a_standard_that_covers_its_checklist(pack: object, cause: str) -> None:
    """Each side bears at least one fact; each fact names its rule, and everything of the checklist shows some fact."""
    standard = standard_of(pack, cause)  # type: ignore[arg-type]
    assert standard is not None
    for bearer in Bearer:
        facts = standard.of(bearer).values()
        named = {key for fact in facts for key in fact.shown_by}
        assert facts and named == set(items_of(pack.cause(cause), bearer))  # type: ignore[attr-defined]
        for fact in facts:
            assert pack.cite(fact.article).render("zh-Hans") and fact.fact.render("en") != fact.fact.render("zh-Hans")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ('shown_by = ["payment"]', 'shown_by = ["no_such_thing"]', "has no no_such_thing"),
        ('shown_by = ["return_exclusion"]', 'shown_by = ["performance"]', "is shown by return_exclusion"),
        ('applies_to = "filed_from"', 'applies_to = "acts_from"', "keeps the standard"),
        ("[standards.list.road_traffic", "[standards.list.road_accident", "a standard for each cause"),
    ],
)
def test_a_standard_that_does_not_fit_its_cause_is_refused(tmp_path: Path, old: str, new: str, wrong: str) -> None:
    """A thing no checklist has, one that shows nothing, one that changes in the middle of a case, a cause that is none."""
    folder = tmp_path / "cn" / "2024-01-01"
    shutil.copytree(PACKAGED / "cn" / "2024-01-01", folder)
    text = (folder / "standards.toml").read_text("utf-8")
    assert old in text
    (folder / "standards.toml").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(PackError, match=wrong):
        PackRegistry.load(tmp_path)


def changed(tmp_path: Path) -> PackRegistry:
    """The packaged rules with a later version that changes one standard alone."""
    folder = tmp_path / "cn" / "2026-02-01"
    folder.mkdir(parents=True)
    (folder / "pack.toml").write_text(
        f'id = "cn"\nversion = 2026-02-01\neffective_from = 2026-02-01\nbased_on = 2025-11-01\n{CHANGED}', "utf-8"
    )
    return PackRegistry.load(tmp_path)


def test_a_version_begins_when_a_standard_changes_and_a_case_keeps_its_own(tmp_path: Path) -> None:
    """New rules that leave a standard as it was make no new version of it; a case filed before keeps the old one for acts after."""
    packs = changed(tmp_path)
    early, late = packs.in_force("cn", date(2026, 1, 31)), packs.in_force("cn", date(2026, 2, 1))
    assert (since(packs, early, "online_shopping"), since(packs, late, "online_shopping")) == (
        date(2024, 1, 1),
        date(2026, 2, 1),
    )
    assert since(packs, late, "online_service") == date(2024, 1, 1)
    assert [day for day, _ in versions(packs, "cn", "online_shopping")] == [date(2026, 2, 1), date(2024, 1, 1)]
    assert [day for day, _ in versions(packs, "cn", "online_data")] == [date(2025, 11, 1)]
    kept = packs.for_case("cn", date(2026, 1, 31), date(2026, 6, 1))
    assert standard_of(kept, "online_shopping") == standard_of(early, "online_shopping")


BROUGHT = st.lists(
    st.builds(
        Brought,
        st.text("ABC123-", min_size=1, max_size=4),
        st.sampled_from([Role.CLAIMANT, Role.RESPONDENT, Role.THIRD_PARTY]),
        st.sets(st.sampled_from(["order", "payment", "performance", "chat", "nothing"])),
        st.sets(st.integers(1, 9)),
    ),
    max_size=8,
)


@given(BROUGHT)
def test_what_is_brought_counts_for_its_own_side_and_only_for_what_it_is_said_to_be(brought: list[Brought]) -> None:
    """Each exhibit stands at each thing it is said to be, on its party's side; a third party's on either; nothing is lost or made up."""
    pack = PACKS.in_force("cn", date(2026, 3, 1))
    standard, cause = standard_of(pack, "online_shopping"), pack.cause("online_shopping")
    assert standard is not None
    found = covered(standard, cause, brought)
    assert [one.key for one in found] == list(standard.facts)
    for one in found:
        expected = [
            each
            for each in brought
            if each.role in (one.fact.bears.role, Role.THIRD_PARTY)
            and not set(one.fact.shown_by).isdisjoint(each.meets)
        ]
        assert {each.label for each in one.brought} == {each.label for each in expected}
        assert one.is_bare == (not expected)
        assert {item.key for item in one.missing} == {
            key for key in one.fact.shown_by if not any(key in each.meets for each in expected)
        }


def test_registry_exchange_findings_and_review_read_the_same_standard(bench: Bench) -> None:
    """An exhibit said to be the order stands at the same fact for each of them; the finding on the fact it shows stands there too."""
    with bench.court.database.write() as session:
        case = session.get_one(Case, bench.case_id)
        parties = {party.label: party.id for party in case.parties}
        mine = session.scalars(
            select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.party_id == parties["claimant/1"])
        ).first()
        assert mine is not None and mine.state is ExhibitState.SUBMITTED
        mine.meets, mine.facts, label = ["order"], [1], mine.label
    bench.findings()
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        needed = by_standard(look, case)
        registry = {one.needed.key for one in helpful_of(look, case, needed) if one.needed.brought}
        desk = found_by_standard(look, case, case_file(look, case))
        assert (
            registry
            == {one.needed.key for one in desk if label in {e.label for e in one.needed.brought}}
            == {"contract"}
        )
        assert [fact.label for one in desk if one.findings for fact in one.told] == ["1"]
        assert reviewed(look, case) is None
        pack = look.pack(case)
        order = items_of(pack.cause(case.cause), Bearer.CLAIMANT)["order"]
        offered = label_for(look, case, order, Role.CLAIMANT).render("en")
        assert "The contract was made" in offered and order.label.render("en") in offered


FOUND = {"en": ("Found on", "once it has decided"), "zh-Hans": ("已有认定", "作出裁判后")}


def brought(bench: Bench) -> None:
    """The claimant's first exhibit is said to be the order and to show the first fact."""
    with bench.court.database.write() as session:
        exhibit = session.scalars(select(Exhibit).where(Exhibit.case_id == bench.case_id)).first()
        assert exhibit is not None
        exhibit.meets, exhibit.facts = ["order"], [1]


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_findings_stay_with_the_bench_until_the_decision(bench: Bench, locale: str) -> None:
    """The page of a case is for both sides and the court; before the decision only the bench reads on it what was found."""
    brought(bench)
    bench.findings()
    found, later = FOUND[locale]
    app = create_app(court=bench.court)
    seen = words(Visitor(app, bench, "li", locale).get("/standard"))
    assert later in seen and found not in seen
    assert found in words(Visitor(app, bench, "judge", locale).get("/standard"))


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_after_the_decision_both_sides_read_what_was_found(bench: Bench, locale: str) -> None:
    """The review of the decision by the standard; and nothing is told to be missing any more."""
    brought(bench)
    bench.effective()
    found, later = FOUND[locale]
    party = Visitor(create_app(court=bench.court), bench, "li", locale)
    seen = words(party.get("/standard"))
    assert found in seen and later not in seen
    told = party.client.get(f"/api/v1{party.base}/evidence-gaps", base_url=ORIGIN).get_json()
    assert (told["open"], told["facts"], told["not_there_yet"]) == (False, [], [])


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_everybody_reads_the_standards_with_their_versions(bench: Bench, locale: str) -> None:
    """A list by kind of case, each standard with its version and what is not settled, and the same as data."""
    client = create_app(court=bench.court).test_client()
    at = {"Accept-Language": locale}
    pack = bench.court.packs.in_force("cn", date(2026, 3, 1))
    listed = client.get("/standards", headers=at).get_data(as_text=True)
    cause, standard = pack.cause("online_shopping"), standard_of(pack, "online_shopping")
    assert standard is not None and cause.title.render(locale) in words(listed)
    page = words(client.get("/standards/online_shopping", headers=at).get_data(as_text=True))
    for fact in standard.facts.values():
        assert fact.fact.render(locale) in page
        if fact.provisional is not None:
            assert fact.provisional.render(locale) in page
    told = client.get("/api/v1/standards/online_shopping/2024-01-01").get_json()
    assert [one["key"] for one in told["facts"]] == list(standard.facts) and told["until"] is None
    every = client.get("/api/v1/standards").get_json()["standards"]
    assert told["cause"] in {one["cause"] for one in every} and "product_liability" not in {
        one["cause"] for one in every
    }
    for wrong in (
        "/standards/no_such",
        "/standards/online_shopping/2025-11-01",
        "/standards/online_shopping/yesterday",
    ):
        assert client.get(wrong).status_code == client.get(f"/api/v1{wrong}").status_code == 404


def test_a_party_reads_as_data_what_its_facts_lack(bench: Bench) -> None:
    """The same as its page says, for its own facts alone; the judge is refused."""
    app = create_app(court=bench.court)
    party = Visitor(app, bench, "li", "en")
    at = f"/api/v1/cases/{bench.case().reference}/evidence-gaps"
    told = party.client.get(at, base_url=ORIGIN).get_json()
    page = words(party.get("/exhibits/gaps"))
    assert told["open"] and told["standard_since"] == "2024-01-01" and told["facts"]
    for one in told["facts"]:
        assert one["what"] in page and all(each["en"] in page for each in one["lacks"])
    assert all(one["words"]["en"] in page for one in told["not_there_yet"])
    assert Visitor(app, bench, "judge", "en").client.get(at, base_url=ORIGIN).status_code == 403


def stances(bench: Bench, stance: FactStance, meets: list[str], facts: list[int], *, only: bool = False) -> None:
    """Every answer to a fact says this; the claimant's first exhibit is said to be these things and to show these facts."""
    with bench.court.database.write() as session:
        for answer in session.scalars(select(FactAnswer)):
            answer.stance = stance
        for at, exhibit in enumerate(session.scalars(select(Exhibit).where(Exhibit.case_id == bench.case_id))):
            exhibit.meets, exhibit.facts = (meets, facts) if at == 0 else ([], [])
            if only and at:
                exhibit.state = ExhibitState.EXCLUDED


def read(bench: Bench) -> tuple[dict[str, Found], Meter]:
    """The standard of the case as a party reads it before the decision, and what its facts lack."""
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        found = [one.before_decision() for one in found_by_standard(look, case, case_file(look, case))]
        meter = meter_for(look, case, bench.actor("claimant/1"))
        assert meter is not None
        return {one.needed.key: one for one in found}, meter


def test_what_is_admitted_needs_no_proof_and_lacks_nothing(bench: Bench) -> None:
    """An exhibit ties the first fact to the contract: denied, other things that show it are missing; admitted, nothing is (EV 3)."""
    stances(bench, FactStance.DENIED, ["order"], [1])
    found, meter = read(bench)
    assert "contract" in {one.key for one in meter.uncovered} and not found["contract"].is_admitted
    stances(bench, FactStance.ADMITTED, ["order"], [1])
    found, meter = read(bench)
    assert found["contract"].is_admitted and found["contract"].state.render("en") == "Admitted, needs no proof"
    assert "contract" not in {one.key for one in meter.uncovered}


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_a_fact_admitted_or_shown_otherwise_never_reads_as_nothing_brought(bench: Bench, locale: str) -> None:
    """Without an exhibit of its kind the told facts that are admitted stand beside it, and those that testimony is said to show; a fact
    that is denied and has nothing does not.
    """
    told = {"en": ("Fact 1 (admitted", "Nothing brought"), "zh-Hans": ("事实1 （对方已承认", "尚无证据")}[locale]
    app = create_app(court=bench.court)
    stances(bench, FactStance.DENIED, [], [], only=True)
    found, meter = read(bench)
    assert {one.state.render(locale) for one in found.values()} == {told[1]} and not meter.admitted
    stances(bench, FactStance.DENIED, [], [1], only=True)
    found, _ = read(bench)
    assert [one.label for one in found["contract"].beside] == ["1"] and not found["performed"].beside
    stances(bench, FactStance.ADMITTED, [], [], only=True)
    found, meter = read(bench)
    assert "1" in [one.label for one in found["contract"].beside] and "1" in [one.label for one in meter.admitted]
    page = words(Visitor(app, bench, "li", locale).get("/standard"))
    assert told[0] in page and told[1] not in page
    gaps = words(Visitor(app, bench, "li", locale).get("/exhibits/gaps"))
    assert {"en": "are admitted and need no proof", "zh-Hans": "无须举证"}[locale] in gaps


def test_a_finding_alone_puts_no_fact_on_a_partys_page_before_the_decision(bench: Bench) -> None:
    """The bench sees a fact that was found without any exhibit; a party that read it there would know that it was found (CPL 45)."""
    stances(bench, FactStance.ADMITTED, ["order"], [1])
    bench.findings()
    stances(bench, FactStance.DENIED, [], [], only=True)
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        desk = {one.needed.key: one for one in found_by_standard(look, case, case_file(look, case))}
        assert any(one.finding is not None for one in desk["contract"].beside)
    assert not read(bench)[0]["contract"].beside


def test_a_partial_judgment_opens_no_finding_on_the_rest(bench: Bench) -> None:
    """What was found by then on what is not decided yet is part of the deliberation (CPL 45, 156)."""
    brought(bench)
    bench.effective()
    with bench.court.database.write() as session:
        session.scalars(select(Decision).where(Decision.case_id == bench.case_id)).one().kind = DecisionKind.PARTIAL
    found, later = FOUND["en"]
    seen = words(Visitor(create_app(court=bench.court), bench, "li", "en").get("/standard"))
    assert later in seen and found not in seen


@pytest.mark.parametrize(("pack", "cause"), EVERY, ids=[f"{pack.named}/{cause}" for pack, cause in EVERY])
def test_a_standard_says_that_its_facts_were_read_in_no_law(pack: RulePack, cause: str) -> None:
    """The law texts at hand say who bears a fact and none says which facts a claim needs: each standard says so on its page."""
    standard = standard_of(pack, cause)
    assert standard is not None and standard.provisional is not None
    for fact in standard.facts.values():
        assert fact.article in ("CPI 91", "CPI 114", "COURT standards") or fact.provisional is not None
