"""What a fact still lacks: told to the party whose fact it is, from what everybody of the case can see, and never from a finding."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.assist.standards.meter import Meter, meter_for
from odr.docket.models import Case
from odr.evidence.models import Category, Exhibit, ExhibitState
from odr.filing.models import FactAnswer, FactStance
from odr.ground.text import write_day
from odr.hearing.models import Opinion
from odr.hearing.vocabulary import Axis, Stance
from odr.procedure.rules.standards import since
from tests.judgment.bench import Bench
from tests.judgment.web import Visitor


def meter(bench: Bench, who: str) -> Meter | None:
    """What somebody is told."""
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        return meter_for(bench.court.look(session), case, bench.actor(who))


def told(bench: Bench, who: str) -> dict[str, list[str]]:
    """Number of a fact → what it lacks."""
    found = meter(bench, who)
    assert found is not None
    return {one.fact.label: [words.render("en") for words in one.lacks] for one in found.facts}


def test_each_side_reads_of_its_own_facts_alone(bench: Bench) -> None:
    """A fact is told to the side that told it; the court and the other side get nothing of it."""
    mine, theirs = told(bench, "claimant/1"), told(bench, "respondent/1")
    assert mine and not mine.keys() & theirs.keys()
    assert [meter(bench, who) for who in ("judge", "clerk", "president")] == [None] * 3


def test_a_fact_without_an_exhibit_lacks_one_until_it_is_admitted(bench: Bench) -> None:
    """An exhibit that was excluded shows nothing; what the other side admits needs no proof (EV 3)."""
    with bench.court.database.write() as session:
        for exhibit in session.scalars(select(Exhibit).where(Exhibit.case_id == bench.case_id)):
            exhibit.state = ExhibitState.EXCLUDED
        for answer in session.scalars(select(FactAnswer)):
            answer.stance = FactStance.DENIED
    assert all(lacks == ["No exhibit is said to show it."] for lacks in told(bench, "claimant/1").values())
    with bench.court.database.write() as session:
        for answer in session.scalars(select(FactAnswer)):
            answer.stance = FactStance.ADMITTED
    found = meter(bench, "claimant/1")
    assert found is not None
    admitted = [one for one in found.facts if one.needs_none]
    assert admitted and all(not one.lacks for one in admitted)
    assert found.open == len(found.facts) - len(admitted)


@pytest.mark.parametrize("axis", list(Axis))
def test_what_the_other_side_disputes_is_told_by_its_question(bench: Bench, axis: Axis) -> None:
    """Each of the three questions about an exhibit asks for something else; testimony alone is told as such."""
    with bench.court.database.write() as session:
        case = session.get_one(Case, bench.case_id)
        parties = {party.label: party.id for party in case.parties}
        exhibit = session.scalars(
            select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.party_id == parties["claimant/1"])
        ).first()
        assert exhibit is not None
        exhibit.facts, exhibit.category, label = [1], Category.TESTIMONY, exhibit.label
        for other in session.scalars(select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.id != exhibit.id)):
            other.facts = []
        for answer in session.scalars(select(FactAnswer)):
            answer.stance = FactStance.DENIED
        for opinion in session.scalars(select(Opinion).where(Opinion.exhibit_id == exhibit.id)):
            opinion.stance = Stance.DISPUTE if opinion.axis is axis else Stance.ACCEPT
        assert session.scalars(select(Opinion).where(Opinion.exhibit_id == exhibit.id, Opinion.axis == axis)).first()
    lacks = " ".join(told(bench, "claimant/1")["1"])
    words = {Axis.AUTHENTICITY: "authentic", Axis.LEGALITY: "lawfully", Axis.RELEVANCE: "does not bear on this"}
    assert [each in lacks for each in words.values()] == [each is axis for each in words]
    assert f"{label}: " in lacks and "Only testimony" in lacks


@pytest.mark.parametrize(
    ("locale", "title"), [("en", "What your facts still lack"), ("zh-Hans", "您陈述的事实还缺什么")]
)
def test_the_page_is_for_parties_and_names_the_version_of_the_standard(bench: Bench, locale: str, title: str) -> None:
    """Linked from the list both sides see; the judge, whose list it is too, does not read what a side still lacks."""
    app = create_app(court=bench.court)
    visitor = Visitor(app, bench, "li", locale)
    assert "/exhibits/gaps" in visitor.get("/exhibits/checklist")
    page = html.unescape(re.sub("<[^>]+>", " ", visitor.get("/exhibits/gaps")))
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        version = since(bench.court.packs, bench.court.look(session).pack(case), case.cause)
    assert title in page and write_day(version, locale) in page
    judge = Visitor(app, bench, "judge", locale)
    judge.get("/exhibits/gaps", 403)
    assert "/exhibits/gaps" not in judge.get("/exhibits/checklist")


def test_a_finding_changes_nothing_of_what_a_party_reads(bench: Bench) -> None:
    """What the judge found before the decision is no part of it (CPL 45: the deliberation is secret)."""
    before = told(bench, "claimant/1")
    bench.findings()
    assert told(bench, "claimant/1") == before


def test_a_decided_case_lacks_nothing_any_more(bench: Bench) -> None:
    """Once the case is decided nobody is told to bring something, nor led there (CPL 68)."""
    bench.effective()
    visitor = Visitor(create_app(court=bench.court), bench, "li", "en")
    assert "/exhibits/gaps" not in visitor.get("/exhibits/checklist")
    page = visitor.get("/exhibits/gaps")
    assert "Nothing can be brought in this case any more" in page and "Lacks something" not in page
