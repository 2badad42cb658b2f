"""Filing's pages: the registry's desk, the guided start, the agenda and its calendar."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from icalendar import Calendar
from sqlalchemy import select

from odr.docket.models import Case, Party, PartyKind, Role, Stage
from odr.filing.models import Draft, ReviewReturn
from tests.filing.visitor import Visitor
from tests.scene import Scene, claim

Door = Callable[[str | None], Visitor]
GUIDE = {
    "cause": "online_shopping",
    "place": "performed",
    "knew_on-day": "6",
    "knew_on-month": "11",
    "knew_on-year": "2025",
    "amount": "8,000.00",
    "platform": "Baihua Market",
    "shop": "Haiyun",
    "order_number": "BH-1",
}


def path(scene: Scene, rest: str = "") -> str:
    return f"/cases/{scene.case().reference}{rest}"


def test_the_clerk_accepts_from_the_review_and_the_next_opens(small_scene: Scene, visitor: Door) -> None:
    """The claim stands beside its checks; one decision records and opens the next claim of the queue."""
    small_scene.lodge()
    first = path(small_scene, "/review")
    small_scene.lodge()
    clerk = visitor("clerk")
    page = clerk.get(first)
    for words in (
        "Definite respondent",
        "Small claims",
        "Snapshot of the listing",
        "Identity of Li Wen",
        "BH-2025-1106-8842",
    ):
        assert words in page
    answer = clerk.send(first, first, decision="accept", track="small_claims")
    assert answer.headers["Location"].endswith("/review") and first not in answer.headers["Location"]
    assert clerk.get("/registry").count("court-status") >= 1


def test_defects_are_told_from_the_list_and_in_words(small_scene: Scene, visitor: Door) -> None:
    """Ticked defects and own words reach the claimant together, with the days."""
    small_scene.lodge()
    review = path(small_scene, "/review")
    visitor("clerk").send(review, review, decision="return", defect=["1"], days="10", **{"own-0": "Sign the claim."})
    assert small_scene.case().stage is Stage.RETURNED
    with small_scene.court.database.read() as session:
        told = session.scalars(select(ReviewReturn)).one().defects
    assert [d["part"] for d in told] == ["identity", "other"] and told[1]["what"] == "Sign the claim."


def test_nothing_typed_is_lost_when_a_decision_cannot_be_taken(small_scene: Scene, visitor: Door) -> None:
    """A return without a defect and a refusal without reasons come back with what was typed."""
    small_scene.lodge()
    review = path(small_scene, "/review")
    clerk = visitor("clerk")
    page = clerk.send(review, review, 422, decision="return", defect=[], days="9").text
    assert (
        '<a href="#own-0">To return the claim, tick what has to be mended' in page
        and 'aria-describedby="own-0-error"' in page
    )
    page = clerk.send(
        review, review, 422, decision="refuse", reasons="no", article="CPL 122", elsewhere="Harbour Court"
    ).text
    assert "Harbour Court" in page and "One thing to put right" in page
    assert small_scene.case().stage is Stage.LODGED


def test_the_review_is_the_clerks_alone(small_scene: Scene, visitor: Door) -> None:
    """A party has no business at the registry's desk; a stranger finds nothing."""
    small_scene.lodge()
    visitor("li").get(path(small_scene, "/review"), 403)
    visitor("stranger").get(path(small_scene, "/review"), 404)
    visitor("li").get("/registry", 404)


def test_the_guide_needs_no_account_and_its_answers_come_along(small_scene: Scene, visitor: Door) -> None:
    """Track, last day, evidence and a letter; signing in later, the draft begins with what was said."""
    guest = visitor(None)
    page = guest.send("/start/guide", "/start/guide", 200, **GUIDE).text
    for words in ("small claims", "November 2028", "Delivery record", "I ask you to pay"):
        assert words in page, words
    guest.sign_in("li")
    guest.send("/start?cause=online_shopping", "/claim", cause="online_shopping")
    with small_scene.court.database.read() as session:
        values = session.scalars(select(Draft)).one().values
    assert values["matter"]["shop"] == "Haiyun" and "8,000.00" in values["relief"]["relief-0-amount"]


@pytest.mark.parametrize("wrong", [{"knew_on-year": "2031"}, {"cause": "online_loan"}, {"place": ""}])
def test_the_guide_says_what_cannot_be(visitor: Door, wrong: dict[str, str]) -> None:
    """A day to come, a cause the court no longer hears, a question left open: each is said at its place."""
    page = visitor(None).send("/start/guide", "/start/guide", 422, **{**GUIDE, **wrong}).text
    assert "to put right" in page and "Haiyun" in page


def test_the_task_list_leads_to_the_fee_it_can_tell(small_scene: Scene, visitor: Door) -> None:
    """As soon as cause and amount are known, the fee is worked out on the page of fees."""
    li = visitor("li")
    place = li.send("/start", "/claim", cause="online_shopping").headers["Location"].removesuffix("/matter")
    assert "What it will cost" not in li.get(place)
    step = f"{place}/matter"
    li.send(step, step, cause="online_shopping", **{"continue": "1"})
    step = f"{place}/relief"
    li.send(
        step,
        step,
        **{"relief-0-kind": "money", "relief-0-what": "The price", "relief-0-amount": "8,000.00", "continue": "1"},
    )
    page = li.get(place)
    link = re.search(r'href="(/fees\?[^"]+)"', page)
    assert link and "The fee is" in li.get(link[1].replace("&amp;", "&"))


def test_the_agenda_holds_the_limits_of_those_one_acts_for(pending: Scene, visitor: Door) -> None:
    """A representative sees her client's limits, nobody else's; when the mandate ends they are gone."""
    assert "Answer to the claim" in visitor("haiyun").get("/agenda")
    assert "No time limit runs" in visitor("stranger").get("/agenda")
    pending.represent("haiyun", "stranger")
    page = visitor("stranger").get("/agenda")
    assert "Answer to the claim" in page and "Haiyun Information" in page
    assert "Stranger" in visitor("li").get(path(pending))


def test_the_calendar_is_secret_and_ends_at_once(pending: Scene, visitor: Door) -> None:
    """The address gives dates without names; a new address or its end closes the old one."""
    haiyun = visitor("haiyun")
    page = haiyun.send("/agenda", "/agenda/feed", 200).text
    address = re.search(r"/calendar/[\w-]+\.ics", page)
    assert address
    body = visitor(None).raw(address[0])
    events = Calendar.from_ical(body.data).walk("VEVENT")
    assert {"Answer to the claim"} <= {str(e["SUMMARY"]).split(":")[0] for e in events} and b"Li Wen" not in body.data
    haiyun.send("/agenda", "/agenda/feed/end")
    visitor(None).get(address[0], 404)
    visitor(None).get("/calendar/nothing.ics", 404)


def test_who_signs_out_everywhere_ends_the_address_of_their_calendar_too(pending: Scene, visitor: Door) -> None:
    """A copy of the address reads on without any session: it is a way in, and ends with the others."""
    haiyun = visitor("haiyun")
    address = re.search(r"/calendar/[\w-]+\.ics", haiyun.send("/agenda", "/agenda/feed", 200).text)
    assert address
    visitor(None).raw(address[0])
    haiyun.send("/account/devices", "/account/devices/end-all")
    visitor(None).get(address[0], 404)


def test_pages_speak_chinese(small_scene: Scene, visitor: Door) -> None:
    """The registry's desk is there in Chinese, too."""
    small_scene.lodge(claim())
    clerk = visitor(None)
    clerk.sign_in("clerk", "zh-Hans")
    page = clerk.get(path(small_scene, "/review"))
    assert "立案" in page and "What the claim needs to be accepted" not in page


@pytest.mark.parametrize(
    ("claimant", "title", "shown"),
    [
        ("李文", "李文 v 海云信息技术有限公司", "李文诉海云信息技术有限公司"),
        ("Lee v Lee Ltd", "Lee v Lee Ltd v Haiyun", "Lee v Lee Ltd诉Haiyun"),
    ],
)
def test_a_case_is_called_in_the_readers_language(claimant: str, title: str, shown: str) -> None:
    """Its title is joined for the reader, also where a party's own name has what joins it; what was lodged stays as it
    was.
    """
    parties = [Party(role=Role.CLAIMANT, ordinal=1, name=claimant, kind=PartyKind.COMPANY)]
    case = Case(title=title, parties=parties)
    assert (case.caption.render("zh-Hans"), case.caption.render("en"), case.title) == (shown, title, title)


def test_who_has_to_send_a_photograph_is_led_to_where_and_back(small_scene: Scene, visitor: Door) -> None:
    """The receipt of a claim leads to the papers; the page that asks for files leads to where they are sent; the clerk
    opens them from her review.
    """
    receipt = small_scene.lodge()
    li, page = visitor("li"), path(small_scene, "/do/show_identity")
    assert page in li.get(path(small_scene, f"/docket/{receipt.number}?done=1"))
    empty = li.get(page)
    assert f"/uploads/new?next={page}" in empty and "No file of yours is here yet." in empty
    photograph = small_scene.upload("li", b"a photograph", "licence.txt")
    small_scene.do("show_identity", "li", paper="document", front=photograph.reference)
    assert path(small_scene, "/docket/2") in visitor("clerk").get(path(small_scene, "/review"))


def test_the_entry_of_a_ruling_gives_its_reasons_beside_the_sealed_paper(small_scene: Scene, visitor: Door) -> None:
    """A reader need not open the paper to learn why; an entry without a paper of the court shows none."""
    small_scene.lodge()
    receipt = small_scene.refuse()
    li = visitor("li")
    assert '<p class="govuk-body court-kept">This belongs before another court.</p>' in li.get(
        path(small_scene, f"/docket/{receipt.number}")
    )
    assert "court-kept" not in li.get(path(small_scene, "/docket/1"))


def test_a_claim_begins_with_its_first_part(visitor: Door) -> None:
    """The kind chosen, the first part opens, and says which of how many it is; who has written in Word finds that there."""
    li = visitor("li")
    first = li.send("/start", "/claim", cause="online_shopping").headers["Location"]
    page = li.get(first)
    assert first.endswith("/matter") and "Part 1 of 7" in page and "written my claim in Word" in page
    assert "Part 7 of 7" in li.get(first.replace("/matter", "/claimant"))
    assert "Part " not in li.get(first.replace("/matter", "/fellows")).split("<h1")[0].split("<main")[1]


def test_an_empty_row_is_never_called_complete(visitor: Door) -> None:
    """Nothing written, the form says that something is missing and leaves the boxes open; a row that holds something folds away."""
    li = visitor("li")
    draft = str(li.send("/start", "/claim", cause="online_shopping").headers["Location"]).rsplit("/", 1)[0]
    for given in ({"facts-0-what": ""}, {"facts-0-what": "", "facts-1-what": ""}):
        page = li.send(f"{draft}/facts", f"{draft}/facts", 422, **given, **{"continue": "1"}).text
        assert "court-done" not in page and "facts-0-what" in page


def test_having_no_address_is_asked_of_nobody_who_gives_one(visitor: Door) -> None:
    """The question stands there once somebody has given neither address, and while it is ticked."""
    li = visitor("li")
    step = li.send("/start", "/claim", cause="online_shopping").headers["Location"].replace("/matter", "/claimant")
    assert 'id="no_address"' not in li.get(step)
    said = {"name": "Li Wen", "email": "li@parties.example", "kind": "person", "acting": "self", "continue": "1"}
    assert 'id="no_address"' in li.send(step, step, 422, **said).text
    li.send(step, step, **said, no_address="true")
    assert 'id="no_address"' in li.get(step)


def test_who_chose_to_defend_is_not_asked_again_and_nobody_admits_by_a_link(pending: Scene, visitor: Door) -> None:
    """The way chosen is ticked in the answer where it binds to nothing; an admission is ticked by hand alone."""
    haiyun = visitor("haiyun")
    ticked = re.compile(r'name="position" type="radio" value="(\w+)" checked')
    assert ticked.findall(haiyun.get(path(pending, "/answer?position=defend"))) == ["defend"]
    assert ticked.findall(haiyun.get(path(pending, "/answer?position=admit"))) == []


def test_the_page_behind_a_letters_code_says_the_day_if_one_joins_today(small_scene: Scene, visitor: Door) -> None:
    """First the day and what it costs; how it is reckoned is one click away."""
    small_scene.lodge()
    small_scene.accept()
    page = visitor(None).get(f"/join?code={small_scene.code()}").replace("\u00a0", " ")
    today, reckoned = (
        page.index("If you join today, answer by the end of Tuesday 17 March 2026"),
        page.index("You have 15 days"),
    )
    assert today < page.index("Why this date") < reckoned and "it costs nothing" in page


@pytest.mark.parametrize(
    ("stage", "follows"),
    [
        (Stage.DELIBERATION, "The hearing is over"),
        (Stage.PRONOUNCED, "The decision takes effect when nobody can appeal"),
        (Stage.EFFECTIVE, "What was decided is in effect"),
    ],
)
def test_who_joins_late_is_not_told_that_a_hearing_is_still_to_come(
    small_scene: Scene, visitor: Door, stage: Stage, follows: str
) -> None:
    """The first letter still lets a respondent in whom the case went on without: its page says what has become of the case, and
    after joining nobody is asked whether they admit or defend.
    """
    small_scene.lodge()
    small_scene.accept()
    with small_scene.court.database.write() as session:
        session.get_one(Case, small_scene.case_id).stage = stage
    haiyun, code = visitor("haiyun"), small_scene.code()
    page = haiyun.get(f"/join?code={code}")
    assert follows in page and "you are summoned first" not in page
    assert ("The case has been decided" in page) is (stage is not Stage.DELIBERATION)
    details = f"/join/{code}/details"
    assert haiyun.send(details, details).headers["Location"] == path(small_scene)
    assert haiyun.raw(path(small_scene, "/choose")).headers["Location"] == path(small_scene)


def test_who_has_lodged_reads_until_when_the_registry_looks_at_it(small_scene: Scene, visitor: Door) -> None:
    """The day is that of the registry, whatever else runs sooner; and the clerk is not told when they hear from themselves."""
    small_scene.lodge()
    with small_scene.court.database.write() as session:
        session.get_one(Case, small_scene.case_id).next_due_at = small_scene.clock.now()
    told = re.compile(r"The registry looks at the claim by the end of ([^.]*)\.")
    (day,) = told.findall(visitor("li").get(path(small_scene, "/docket/1?done=1")))
    assert day.replace("\u00a0", " ") == "Monday 9 March 2026"
    assert not told.findall(visitor("clerk").get(path(small_scene, "/docket/1?done=1")))
