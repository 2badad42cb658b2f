"""What a claim of each kind is asked, and who claims along."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Role, Stage
from odr.docket.queries import parties
from odr.filing.draft.particulars import asked, model_for, read, told_of
from odr.filing.inputs import JoinInput
from odr.filing.models import Claim, Draft
from odr.filing.parties.joining_by_code import join
from odr.filing.registry.review import Found, checks_of
from odr.ground.errors import InvalidInput
from odr.ground.text import Money
from odr.judgment.decision.drafting import proposal
from odr.procedure.acts.act_versions import input_of
from odr.procedure.forms.fields import fields_of, summary
from odr.procedure.rules.registry import PackRegistry
from odr.service.models import Packet
from tests.filing.visitor import Visitor
from tests.scene import Scene, claim

Door = Callable[[str | None], Visitor]
PACKS = PackRegistry.load()
SAID = {"goods": "Capsules", "ordered_on": "6 November 2025", "price": "8,000元", "problem": "质量或者安全问题"}


def test_every_cause_of_every_pack_asks_its_fields_in_both_languages() -> None:
    """Before and after 2025-11-01: each field has a label in English and Chinese, and the form shows every one that is
    required.
    """
    for day in (date(2025, 10, 31), date(2026, 3, 2)):
        pack = PACKS.in_force("cn", day)
        for key in pack.causes_on(day):
            for locale in ("en", "zh-Hans"):
                shown = fields_of(model_for(pack, key), locale)
                assert {f.name for f in shown} == {one.key for one in asked(pack.cause(key))}
                assert all(f.label for f in shown)
            with pytest.raises(InvalidInput) as refused:
                read(pack, key, {}, complete=True)
            assert {f.location[1] for f in refused.value.faults} == {
                one.key for one in asked(pack.cause(key)) if one.required
            }


def test_the_lists_of_before_and_after_the_first_of_november_differ() -> None:
    """Online loans were heard until the last of October 2025, unfair competition from the next day."""
    before, after = (set(PACKS.in_force("cn", day).causes_on(day)) for day in (date(2025, 10, 31), date(2025, 11, 1)))
    assert {"online_loan", "online_copyright"} <= before - after
    assert {"online_unfair_competition", "online_data"} <= after - before


def test_answers_are_read_as_the_pack_declares_them() -> None:
    """A day, a sum and a listed answer in either language become one form; what the pack does not ask is refused at its
    field.
    """
    pack = PACKS.in_force("cn", date(2026, 3, 2))
    assert read(pack, "online_shopping", SAID, complete=True) == {
        "goods": "Capsules",
        "ordered_on": "2025-11-06",
        "price": Money(800000, "CNY"),
        "problem": "Defective or unsafe",
    }
    for wrong in ({"price": "eight"}, {"ordered_on": "31 February 2025"}, {"problem": "Nothing"}, {"colour": "red"}):
        with pytest.raises(InvalidInput) as refused:
            read(pack, "online_shopping", {**SAID, **wrong}, complete=True)
        assert [f.location for f in refused.value.faults] == [("particulars", next(iter(wrong)))]
    with pytest.raises(InvalidInput):
        read(pack, "online_unfair_competition", {"address": "shop"}, complete=False)


def test_the_entry_keeps_the_answers_and_claim_review_and_judgment_show_them(small_scene: Scene, visitor: Door) -> None:
    """The payload carries them in their exact form; claim page, registry and the judgment's draft write them for their
    reader.
    """
    small_scene.lodge(claim(particulars=SAID))
    with small_scene.court.database.read() as session:
        entry = session.scalars(select(DocketEntry).where(DocketEntry.act == "lodge_claim")).one()
        assert json.loads(entry.payload)["version"] == small_scene.court.table["lodge_claim"].version
        assert input_of(entry)["particulars"]["price"] == {"minor": 800000, "currency": "CNY"}
        case = session.get_one(Case, small_scene.case_id)
        look = small_scene.court.look(session)
        assert [one.key for one in told_of(look, case)] == ["ordered_on", "goods", "price", "problem"]
        assert "capsules" in proposal(look, case)["claims"], "in sentences, without the labels of a form"
    for who, path in (("li", "claim"), ("clerk", "review")):
        page = visitor(who).get(f"/cases/{small_scene.case().reference}/{path}")
        assert ("Defective or unsafe" in page and "CN¥8,000.00" in page.replace("\u00a0", "")) or "8,000.00" in page


def test_a_claim_without_them_is_lodged_and_the_registry_sees_what_is_missing(small_scene: Scene) -> None:
    """Nobody is kept out for a field: the review names it, and the defect to write."""
    small_scene.lodge(claim(particulars={}))
    with small_scene.court.database.read() as session:
        case = session.get_one(Case, small_scene.case_id)
        check = next(
            c
            for c in checks_of(small_scene.court.look(session), case)
            if c.words and "Not said" in c.words.render("en")
        )
    assert check.found is Found.DOUBTFUL and check.defect is not None and "Price paid" in check.defect.render("en")


def test_the_draft_asks_on_a_page_of_its_own_and_keeps_what_was_typed(small_scene: Scene, visitor: Door) -> None:
    """Wrong or right, every value stays; another kind of dispute asks its own questions, and the step is to be done
    again.
    """
    li = visitor("li")
    place = li.send("/start", "/claim", cause="online_shopping").headers["Location"].removesuffix("/matter")
    li.send(f"{place}/matter", f"{place}/matter", cause="online_shopping", **{"continue": "1"})
    step = f"{place}/particulars"
    page = li.send(step, step, 422, goods="Capsules", price="80,00", **{"continue": "1"}).text
    assert "80,00" in page and "Capsules" in page and "Day of the order" in page
    li.send(
        step,
        step,
        goods="Capsules",
        price="8,000",
        problem="Defective or unsafe",
        **{"ordered_on-day": "6", "ordered_on-month": "11", "ordered_on-year": "2025", "continue": "1"},
    )
    with small_scene.court.database.read() as session:
        assert "particulars" in session.scalars(select(Draft)).one().done_steps
    li.send(f"{place}/matter", f"{place}/matter", cause="domain_name", **{"continue": "1"})
    with small_scene.court.database.read() as session:
        kept = session.scalars(select(Draft)).one()
        assert "particulars" not in kept.done_steps and kept.values["particulars"]["goods"] == ["Capsules"]
    assert "Registrar" in li.get(step)


def test_a_correction_mends_kind_of_dispute_parties_and_fields(small_scene: Scene) -> None:
    """What the corrected claim says stands: its cause, its respondents, its fields; whoever is left out is no party any
    more.
    """
    two = [{"name": "Haiyun Ltd", "kind": "company"}, {"name": "Wrong Ltd", "kind": "company"}]
    small_scene.lodge(claim(respondents=two))
    small_scene.do("return_claim", "clerk", defects=[{"part": "cause", "what": "A service, not a purchase."}], days=7)
    service = {"account": "li", "service": "Course", "measure": "Closed the account."}
    matter = {"cause": "online_service", "platform": "Baihua"}
    small_scene.do(
        "correct_claim",
        "li",
        claim(
            matter=matter,
            particulars=service,
            respondents=[{"name": "Haiyun Academy", "kind": "company", "address": "8 Harbour Road"}],
        ),
    )
    case = small_scene.case()
    assert case.cause == "online_service" and case.stage is Stage.LODGED
    assert [p.name for p in parties(case, Role.RESPONDENT)] == ["Haiyun Academy"]
    with small_scene.court.database.read() as session:
        standing = session.scalars(select(Claim).where(Claim.withdrawn_at.is_(None))).one()
    assert standing.particulars is not None and standing.particulars["service"] == "Course"


def test_who_claims_along_joins_by_a_letter_of_her_own(small_scene: Scene) -> None:
    """Named by another, she is asked by letter before acceptance; the registry sees whether she joined; her own sum is
    her own claim.
    """
    fellow = {"name": "Wu Min", "email": "wu@parties.example", "amount": "500.00"}
    small_scene.lodge(claim(fellows=[fellow]))
    with small_scene.court.database.read() as session:
        case = session.get_one(Case, small_scene.case_id)
        code = session.scalars(select(Packet.code).where(Packet.first_contact.is_(True))).one()
        found = {c.title.render("en"): c.found for c in checks_of(small_scene.court.look(session), case)}
        sums = sorted(c.amount_minor for c in session.scalars(select(Claim)))
    assert found["Wu Min claims along"] is Found.WAITS and sums == [50000, 800000]
    join(
        small_scene.court,
        small_scene.people["stranger"],
        code,
        JoinInput(name="Wu Min", email="wu@parties.example", e_service=True),
    )
    mine = next(p for p in small_scene.case().parties if p.name == "Wu Min")
    assert mine.label == "claimant/2" and mine.joined_at is not None
    small_scene.accept()
    assert small_scene.case().stage is Stage.PENDING


def test_faults_of_the_fields_stand_beside_them_on_the_page() -> None:
    """The summary of faults names each field."""
    pack = PACKS.in_force("cn", date(2026, 3, 2))
    with pytest.raises(InvalidInput) as refused:
        read(pack, "online_shopping", {**SAID, "price": "x"}, complete=True)
    faults = [type(f)(f.location[1:], f.message) for f in refused.value.faults]
    assert summary(fields_of(model_for(pack, "online_shopping"), "en", SAID, faults))[0][0] == "price"
