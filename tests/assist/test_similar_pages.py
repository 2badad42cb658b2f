"""Pages of similar decisions, the search put on file, and the check that asks for an answer to a guiding case."""

from __future__ import annotations

import html
import json
import re

import pytest
from sqlalchemy import func, select

from odr.app import create_app
from odr.assist.similar.finding import Profile
from odr.docket.models import Case, DocketEntry
from odr.docket.queries import entries_of
from odr.docket.visibility import reads_entry
from odr.filing.claim.queries import facts_of
from odr.filing.models import Draft
from odr.ground.errors import ActNotOpen, Forbidden
from odr.identity.sign_in.rate_limits import LIMITS, Counted
from odr.procedure.acts.act_versions import input_of
from odr.procedure.rules.registry import PackRegistry
from tests.assist.test_similar import CITES, SHARED, found_for, laid
from tests.filing.test_linking import ready
from tests.judgment.bench import Bench
from tests.judgment.web import Visitor
from tests.scene import Scene
from tests.test_bad_input import signed_in

SEARCH = {
    "form": "report",
    "trigger": "no_rule",
    "question": "Does a wrong model number of the filter justify return?",
    "platform": "Published decisions of this court",
    "method": "Words of the claim, Civil Code, art. 577",
    "found": [
        {
            "decision": "(2026)浙0192民初1号",
            "gist": "Return of the price for a wrong filter.",
            "made_of_it": "considered",
            "why": "The same facts and the same article.",
        },
        {
            "decision": "Guiding case 17",
            "gist": "Fraud of a seller of a car.",
            "made_of_it": "different",
            "why": "Nobody says that anything was hidden on purpose.",
        },
    ],
    "conclusion": "The earlier decision is considered.",
}


def words(page: str) -> str:
    """What a page says, without its tags."""
    return html.unescape(" ".join(re.sub("<[^>]+>", " ", page).split()))


def told(scene: Scene, reference: str, what: str) -> None:
    """The draft tells this as its first fact."""
    with scene.court.database.write() as session:
        draft = session.scalars(select(Draft).where(Draft.reference == reference)).one()
        key = next(name for name in draft.values["facts"] if name.endswith("-what"))
        draft.values = {**draft.values, "facts": draft.values["facts"] | {key: what}}


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_beside_a_claim_nothing_is_said_of_few_cases_and_ranges_of_many(small_scene: Scene, locale: str) -> None:
    """Four cases are listed and not told together; of six the page tells how they ended and between what the sums lay."""
    reference = ready(small_scene)
    told(small_scene, reference, f"原告购买净水器，{SHARED}，被告拒绝退款。")
    small_scene.lodge()
    client, _ = signed_in(small_scene, create_app(court=small_scene.court), "li")
    client.set_cookie("locale", locale)
    where = f"/claim/{reference}/similar"

    def page() -> str:
        found = client.get(where, headers={"Accept-Language": locale})
        assert found.status_code == 200
        return words(found.text)

    laid(small_scene.court, small_scene.case_id, 4, f"经查，{SHARED}。{CITES}")
    before = rows(small_scene)
    few = page()
    assert ("too few to say anything" in few) or ("不作汇总" in few)
    laid(small_scene.court, small_scene.case_id, 2, f"经查，{SHARED}。{CITES}", first=5)
    many = page()
    assert ("6 of 6" in many and "from CNY" in many) or ("6件中的6件" in many and "居中的一半" in many)
    assert many.count("民初") >= 6
    link = client.get(f"/claim/{reference}/check-answers").text
    assert f'href="{where}"' in link
    assert rows(small_scene) == before, "looking leaves nothing behind"


def test_a_long_claim_is_told_how_much_is_looked_at_and_looks_are_counted(small_scene: Scene) -> None:
    """Only the beginning is looked at, and the page says so; who looks over and over waits, and reads that nothing is lost."""
    reference = ready(small_scene)
    told(small_scene, reference, f"原告购买净水器，{SHARED}，被告拒绝退款。")
    small_scene.lodge()
    laid(small_scene.court, small_scene.case_id, 2, f"经查，{SHARED}。{CITES}")
    client, _ = signed_in(small_scene, create_app(court=small_scene.court), "li")
    where, header = f"/claim/{reference}/similar", {"Accept-Language": "en"}
    assert "characters are looked at" not in words(client.get(where, headers=header).text)
    told(small_scene, reference, f"{SHARED}。" * 1_100)
    assert re.search("only the first 20,?000 characters are looked at", words(client.get(where, headers=header).text))
    tries = LIMITS[Counted.SIMILAR_BY].tries
    for _ in range(tries - 2):
        assert client.get(where).status_code == 200
    refused = client.get(where, headers=header)
    assert refused.status_code == 429 and "What you wrote is kept" in words(refused.text)
    small_scene.later(minutes=11)
    assert client.get(where).status_code == 200


def rows(scene: Scene) -> tuple[int, int]:
    """Entries of all dockets, and drafts."""
    with scene.court.database.read() as session:
        return (
            session.scalar(select(func.count()).select_from(DocketEntry)) or 0,
            session.scalar(select(func.count()).select_from(Draft)) or 0,
        )


def test_a_draft_of_somebody_else_is_not_looked_into(small_scene: Scene) -> None:
    """Another person's draft is not there."""
    reference = ready(small_scene)
    client, _ = signed_in(small_scene, create_app(court=small_scene.court), "haiyun")
    assert client.get(f"/claim/{reference}/similar").status_code == 404


@pytest.mark.parametrize(("locale", "expected"), [("en", "Decisions like this case"), ("zh-Hans", "与本案相似的裁判")])
def test_the_judge_finds_them_and_puts_the_search_on_file(bench: Bench, locale: str, expected: str) -> None:
    """The page tells the ranks and what is shared; the act keeps it, with which cases are published here; no party reads it."""
    laid(bench.court, bench.case_id, 2, f"经查，{bench_words(bench)}。{CITES}")
    app = create_app(court=bench.court)
    judge = Visitor(app, bench, "judge", locale)
    page = judge.get("/decision/similar")
    assert expected in page and page.count("民初") >= 2
    assert f"/cases/{bench.case().reference}/acts/record_similar_search" in page or "record_similar_search" in page
    bench.do("judge", "record_similar_search", SEARCH)
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        (entry,) = entries_of(session, case, "record_similar_search")
        assert input_of(entry)["found"][0]["made_of_it"] == "considered"
        assert list(json.loads(entry.payload)["result"]["published_here"]) == ["(2026)浙0192民初1号"]
        assert reads_entry(bench.actor("judge"), entry)
        assert not reads_entry(bench.actor("claimant/1"), entry) and not reads_entry(bench.actor("respondent/1"), entry)
    assert ("On file" if locale == "en" else "已归入案卷") in judge.get("/decision/similar")


def test_the_judge_s_looks_are_counted_too(bench: Bench) -> None:
    """Every look reads many decisions, whoever looks; later it goes on."""
    judge = Visitor(create_app(court=bench.court), bench, "judge")
    for _ in range(LIMITS[Counted.SIMILAR_BY].tries):
        judge.get("/decision/similar")
    assert "You have looked very often" in words(judge.get("/decision/similar", 429))
    bench.wait(minutes=11)
    judge.get("/decision/similar")


def bench_words(bench: Bench) -> str:
    """The facts of the case, so that a decision shares them."""
    with bench.court.database.read() as session:
        return " ".join(one.fact.what for one in facts_of(session, session.get_one(Case, bench.case_id)))


def test_a_party_puts_no_search_on_file_and_sees_no_page(bench: Bench) -> None:
    """It is the judge's; the file's closed part opens to no party."""
    with pytest.raises(Forbidden):
        bench.do("claimant/1", "record_similar_search", SEARCH)
    app = create_app(court=bench.court)
    Visitor(app, bench, "li").get("/decision/similar", 403)


def test_where_the_rules_know_no_such_search_there_is_none(bench: Bench) -> None:
    """Under rules without the section the act is refused and the page is not there."""
    packs = PackRegistry.load()
    without = [pack.model_copy(update={"similar": None}) for pack in packs.versions("cn")]
    bench.court.packs = PackRegistry(without)
    with pytest.raises(ActNotOpen):
        bench.do("judge", "record_similar_search", SEARCH)
    Visitor(create_app(court=bench.court), bench, "judge").get("/decision/similar", 404)


def test_a_guiding_case_a_party_cites_has_to_be_answered(bench: Bench) -> None:
    """Told above the draft until the reasons name it; nothing is refused (SIM 10)."""
    bench.findings()
    with bench.court.database.write() as session:
        from odr.filing.models import Fact

        fact = session.scalars(select(Fact).where(Fact.case_id == bench.case_id).order_by(Fact.number)).first()
        assert fact is not None
        fact.what += " 参照指导性案例第17号。"
    bench.do("judge", "draft_decision", bench.draft())
    app = create_app(court=bench.court)
    assert "relies on this guiding case" in Visitor(app, bench, "judge").get("/decision/desk")
    reasons = bench.draft()["reasons"]
    answered = [{**reasons[0], "text": reasons[0]["text"] + " Guiding case 17 is of another kind and not followed."}]
    bench.do("judge", "draft_decision", bench.draft(reasons=[*answered, *reasons[1:]]))
    assert "relies on this guiding case" not in Visitor(app, bench, "judge").get("/decision/desk")


def test_a_search_in_a_court_without_an_index_finds_nothing(small_scene: Scene) -> None:
    """A court that has published nothing says so and fails at nothing."""
    small_scene.lodge()
    assert found_for(small_scene.court, Profile("online_shopping", (), SHARED)) == []
