"""Filing at the counter: what somebody says or brings stands in the same record, confirmed by her."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Role, Stage
from odr.filing.counter import assisting
from odr.filing.counter.inputs import FilingTaken, TakenInput
from odr.filing.draft import drafts
from odr.filing.models import Draft, DraftState
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.procedure.acts.act_versions import input_of
from odr.procedure.models import Window, WindowState
from odr.service.models import Packet, ServiceAddress
from odr.service.vocabulary import Channel
from tests.filing.test_drafts_kept import ready
from tests.filing.visitor import Visitor
from tests.kept import kept
from tests.scene import Scene, claim

VisitorOf = Callable[[str | None], Visitor]
SIGNED = {"manner": "oral", "confirmation": "signature"}


@kept
def served(scene: Scene) -> None:
    """A case whose respondent was served on paper and is not online."""
    scene.lodge()
    scene.accept()
    scene.work()
    packet = offline_packet(scene)
    scene.do(
        "record_outcome",
        "clerk",
        packet=packet,
        way="direct",
        what="signed",
        signer="legal_representative",
        happened_on=scene.clock.now().date().isoformat(),
    )
    scene.work()


def offline_packet(scene: Scene) -> str:
    with scene.court.database.read() as session:
        return session.scalars(
            select(Packet.reference).where(Packet.case_id == scene.case_id, Packet.first_contact.is_(True))
        ).one()


def respondent(scene: Scene) -> Any:
    with scene.court.database.read() as session:
        found = next(p for p in session.get_one(Case, scene.case_id).parties if p.role is Role.RESPONDENT)
        session.expunge_all()
        return found


def entries(scene: Scene) -> list[DocketEntry]:
    with scene.court.database.read() as session:
        rows = session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == scene.case_id).order_by(DocketEntry.number)
        ).all()
        session.expunge_all()
        return list(rows)


def answer(scene: Scene, **taken: Any) -> Any:
    """The clerk takes the respondent's answer."""
    given = scene.court.table["file_answer"].input.model_validate(
        {"position": "defend", "statement": "The label is right."}
    )
    about = TakenInput.model_validate(
        {**SIGNED, "paper": scene.upload("clerk", b"signed", "signed.txt").reference, **taken}
    )
    return assisting.take(
        scene.court, scene.case(), respondent(scene), "file_answer", given, about, scene.actor("clerk")
    )


def test_an_answer_given_at_the_counter_is_the_respondents_own(small_scene: Scene) -> None:
    """The clerk's entry says how it came and was confirmed, with the scan; the answer follows as the respondent's and
    meets her time (OLR 10, 11).
    """
    served(small_scene)
    receipt = answer(small_scene)
    taken, filed = entries(small_scene)[receipt.number - 1 : receipt.number + 1]
    assert (taken.act, taken.role) == ("take_filing", Role.CLERK) and (filed.act, filed.role) == (
        "file_answer",
        Role.RESPONDENT,
    )
    kept = input_of(taken)
    assert kept["paper"] and "writer" not in kept and "given" not in kept and "Clerk" in kept["clerk"]
    with small_scene.court.database.read() as session:
        assert session.scalars(select(Window.state).where(Window.kind == "answer")).one() is WindowState.MET
    with pytest.raises(ActNotOpen):
        answer(small_scene)


def test_a_paper_counts_from_the_day_on_which_it_came(small_scene: Scene) -> None:
    """Handed in within the time and scanned after it, the answer is in time; one that came later is late; none comes
    tomorrow.
    """
    served(small_scene)
    with small_scene.court.database.read() as session:
        due = session.scalars(select(Window.due_at).where(Window.kind == "answer")).one()
    assert due is not None
    last: date = due.astimezone(small_scene.court.settings.tz).date()
    small_scene.later(days=(last - small_scene.clock.now().date()).days + 3)
    with pytest.raises(InvalidInput):
        answer(small_scene, manner="paper", received_on="2031-01-01")
    receipt = answer(small_scene, manner="paper", received_on=last.isoformat())
    filed = entries(small_scene)[receipt.number]
    assert (
        '"late":false' in filed.payload and filed.effective_at.astimezone(small_scene.court.settings.tz).date() == last
    )


def test_what_was_handed_to_the_post_in_time_is_in_time(small_scene: Scene) -> None:
    """The day of the postmark keeps the time limit, though the paper came days after it; only paper has a postmark, and
    none is of a day after it came (CPL 85(4)).
    """
    served(small_scene)
    with small_scene.court.database.read() as session:
        due = session.scalars(select(Window.due_at).where(Window.kind == "answer")).one()
    assert due is not None
    last: date = due.astimezone(small_scene.court.settings.tz).date()
    small_scene.later(days=(last - small_scene.clock.now().date()).days + 4)
    came = last + timedelta(days=3)
    for wrong in (
        {"manner": "oral", "posted_on": last.isoformat()},
        {"manner": "paper", "received_on": last.isoformat(), "posted_on": came.isoformat()},
    ):
        with pytest.raises(ValidationError):
            answer(small_scene, **wrong)
    receipt = answer(small_scene, manner="paper", received_on=came.isoformat(), posted_on=last.isoformat())
    taken, filed = entries(small_scene)[receipt.number - 1 : receipt.number + 1]
    assert '"late":false' in filed.payload and input_of(taken)["posted_on"] == last.isoformat()
    assert filed.effective_at.astimezone(small_scene.court.settings.tz).date() == came


@pytest.mark.slow
def test_what_came_too_late_is_late_at_the_counter_too(small_scene: Scene) -> None:
    """The counter opens nothing that is closed online: an answer after its time is marked."""
    served(small_scene)
    small_scene.later(days=40)
    receipt = answer(small_scene)
    assert '"late":true' in entries(small_scene)[receipt.number].payload


@pytest.mark.slow
def test_the_counter_gives_no_power_the_party_has_not(small_scene: Scene) -> None:
    """No act of another stage or role, nothing of settlement, nobody's powers; and only the clerk of the case takes
    anything.
    """
    served(small_scene)
    scan = small_scene.upload("clerk", b"signed", "signed.txt").reference
    about = TakenInput.model_validate({**SIGNED, "paper": scan})
    refused: list[tuple[str, dict[str, Any]]] = [
        ("correct_claim", {}),
        ("make_offer", {}),
        ("appoint_representative", {"email": "stranger@court.example"}),
        ("accept_claim", {"track": "simple"}),
    ]
    for name, values in refused:
        model = small_scene.court.table[name].input.model_construct(**values)
        with pytest.raises((ActNotOpen, Forbidden)):
            assisting.take(
                small_scene.court,
                small_scene.case(),
                respondent(small_scene),
                name,
                model,
                about,
                small_scene.actor("clerk"),
            )
    mine = small_scene.actor("li")
    given = small_scene.court.table["file_answer"].input.model_validate(
        {"position": "defend", "statement": "The label is right."}
    )
    with pytest.raises(Forbidden):
        assisting.take(
            small_scene.court, small_scene.case(), respondent(small_scene), "file_answer", given, about, mine
        )
    assert not [e for e in entries(small_scene) if e.act == "take_filing"]


def test_an_oral_claim_is_confirmed_on_the_persons_own_telephone(visitor: VisitorOf, small_scene: Scene) -> None:
    """Nothing is filed until she confirms under her name, once; then the case is opened, without an account of hers
    (CPL 123; CPI 265).
    """
    reference = ready(small_scene, "clerk")
    with small_scene.court.database.write() as session:
        draft = drafts.find_draft(session, small_scene.people["clerk"], reference)
        draft.values = {**draft.values, assisting.COUNTER: {"yes": "1"}}
    clerk = visitor("clerk")
    whole = clerk.get(f"/claim/{reference}/check-answers")
    assert "Go on to their confirmation" in whole and "print this page" in whole
    page = f"/registry/counter/{reference}"
    clerk.send(page, page, 422, manner="paper", confirmation="signature")
    shown = clerk.send(page, page, 200, manner="oral", confirmation="link", email="li@parties.example").text
    found = re.search(r"/confirm/[\w-]+", shown)
    assert found
    link = found[0]
    with small_scene.court.database.read() as session:
        assert session.scalars(select(Case)).all() == []
    anybody = visitor(None)
    read = anybody.get(link)
    assert "I bought 30 bottles of capsules." in read and "Other side 1, Name" in read
    assert "CNY\u00a08,000.00" in read and read.index("Baihua Market") < read.index("Price paid") < read.index(
        "Other side 1, Name"
    )
    anybody.send(link, link, 422, name="Somebody Else")
    assert "Filed" in anybody.send(link, link, 200, name="li  wen").text
    anybody.get(link, 404)
    with small_scene.court.database.read() as session:
        case = session.scalars(select(Case)).one()
        claimant = next(p for p in case.parties if p.role is Role.CLAIMANT)
        acts = list(
            session.scalars(select(DocketEntry.act).where(DocketEntry.case_id == case.id).order_by(DocketEntry.number))
        )
        states = set(session.scalars(select(Draft.state)))
    assert (case.stage, claimant.account_id, claimant.online) == (Stage.LODGED, None, False)
    assert acts[:2] == ["take_filing", "lodge_claim"] and states == {DraftState.LODGED}


def test_a_signed_claim_opens_the_case_on_the_clerks_desk(visitor: VisitorOf, small_scene: Scene) -> None:
    """With the scan of what she signed the case is opened at once, and the clerk who took it down reviews it."""
    reference = ready(small_scene, "clerk")
    with small_scene.court.database.write() as session:
        draft = drafts.find_draft(session, small_scene.people["clerk"], reference)
        draft.values = {**draft.values, assisting.COUNTER: {"yes": "1"}}
    scan = small_scene.upload("clerk", b"signed", "signed.txt").reference
    clerk = visitor("clerk")
    clerk.send(f"/registry/counter/{reference}", f"/registry/counter/{reference}", 303, **SIGNED, paper=scan)
    with small_scene.court.database.read() as session:
        small_scene.case_id = session.scalars(select(Case.id)).one()
    mine = next(p for p in small_scene.case().parties if p.role is Role.CLAIMANT)
    small_scene.do("verify_identity", "clerk", party=mine.reference, means="document")
    small_scene.accept()
    assert small_scene.case().stage is Stage.PENDING
    visitor("li").get(f"/cases/{small_scene.case().reference}", 404)


def test_somebody_without_an_e_mail_address_files_at_the_counter_and_gets_papers_by_post(
    visitor: VisitorOf, small_scene: Scene
) -> None:
    """An address of either kind is enough there, one must be given; online and for a program an e-mail address is asked
    for.
    """
    reference = ready(small_scene, "clerk")
    with small_scene.court.database.write() as session:
        draft = drafts.find_draft(session, small_scene.people["clerk"], reference)
        draft.values = {**draft.values, assisting.COUNTER: {"yes": "1"}}
    clerk, step = visitor("clerk"), f"/claim/{reference}/claimant"
    page = clerk.get(step)
    assert "About the person who claims" in page and "the person before you" in page
    typed = {"name": "Zhang San", "kind": "person", "email": "", "e_service": "", "continue": "1"}
    assert "papers come by post" in clerk.send(step, step, 422, **typed, address="").text
    assert (
        "Papers by message need an e-mail address"
        in clerk.send(step, step, 422, **{**typed, "e_service": "true"}, address="3 Lane").text
    )
    clerk.send(step, step, 303, **typed, address="3 Lane")
    assert "None: papers come by post" in clerk.get(f"/claim/{reference}/check-answers")
    scan = small_scene.upload("clerk", b"signed", "signed.txt").reference
    clerk.send(f"/registry/counter/{reference}", f"/registry/counter/{reference}", 303, **SIGNED, paper=scan)
    with small_scene.court.database.read() as session:
        claimant = next(p for p in session.scalars(select(Case)).one().parties if p.role is Role.CLAIMANT)
        channels = set(session.scalars(select(ServiceAddress.channel).where(ServiceAddress.party_id == claimant.id)))
        assert claimant.email is None and Channel.POST in channels and Channel.EMAIL not in channels
    with pytest.raises(InvalidInput) as refused:
        small_scene.lodge(claim(claimant={"name": "Li Wen", "address": "1 Lake Road"}))
    assert refused.value.faults[0].location == ("claimant", "email")


def test_the_counters_pages_lead_from_the_case_to_the_receipt(visitor: VisitorOf, small_scene: Scene) -> None:
    """The clerk chooses for whom and what, writes the answer down fact by fact, and is shown what is missing."""
    served(small_scene)
    reference, who = small_scene.case().reference, respondent(small_scene).reference
    clerk = visitor("clerk")
    page = f"/cases/{reference}/counter/{who}/file_answer"
    listed = clerk.get(f"/cases/{reference}/counter")
    assert page in listed and "The claim and who takes part</h3>" in listed
    assert f"/uploads/new?next={page}" in clerk.get(page), "the scan is sent first, and leads back here"
    facts = {"facts-0-stance": "denied", "facts-1-stance": "denied"}
    clerk.send(page, page, 422, position="defend", statement="The label is right.", **facts)
    scan = small_scene.upload("clerk", b"signed", "signed.txt").reference
    clerk.send(page, page, 303, position="defend", statement="The label is right.", **facts, **SIGNED, paper=scan)
    visitor("li").get(f"/cases/{reference}/counter", 403)


def test_the_counter_tells_that_nobody_answers_before_she_is_served(visitor: VisitorOf, small_scene: Scene) -> None:
    """A respondent who comes with nothing served on her is handed the claim first; the page leads there."""
    small_scene.lodge()
    small_scene.accept()
    reference, clerk = small_scene.case().reference, visitor("clerk")
    page = clerk.get(f"/cases/{reference}/counter")
    assert "has not been served on them" in page and f"/cases/{reference}/service/outcome" in page


def test_what_is_kept_names_no_account() -> None:
    """The record holds how it came, never the account that wrote or the text a second time."""
    assert {"writer", "given"} <= set(FilingTaken.model_fields)
