"""Third parties and further parties: asked for, brought in, called, and heard."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Party, Role, Track
from odr.filing.claim.queries import claims_of
from odr.filing.inputs import JoinInput
from odr.filing.models import Request, RequestKind
from odr.filing.parties.joinder import AddPartyInput, JoinderInput
from odr.filing.parties.joining_by_code import join
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.ground.text import T
from odr.procedure.acts.events import Served
from odr.procedure.models import WindowState
from odr.service.models import Packet
from odr.service.sending.compose import compose
from tests.filing.test_motions import FACTS, LESS, MONEY, acts, request_of, windows
from tests.filing.visitor import Visitor
from tests.scene import Scene
from tests.service.conftest import HEAD

MAKER = {"name": "Capsule Works Ltd.", "kind": "company", "email": "law@capsules.example", "address": "3 Mill Lane"}
ASKED = {**MAKER, "role": "third_party", "words": "She made the capsules; if we lose we turn to her."}
JOIN = JoinInput(name="Capsule Works Ltd.", email="law@capsules.example", e_service=True, in_writing=True)


def newest(scene: Scene) -> tuple[Party, Packet]:
    """The last party of the case, and the letter that called her."""
    with scene.court.database.read() as session:
        who = session.get_one(Case, scene.case_id).parties[-1]
        return who, session.scalars(
            select(Packet).where(Packet.party_id == who.id, Packet.first_contact.is_(True))
        ).one()


@pytest.mark.parametrize(
    ("change", "is_other"),
    [
        ({"email": "other@li.example"}, True),
        ({"email": None, "address": "9 Mill Lane"}, True),
        ({"email": None, "address": None}, False),
        ({"email": "LI@parties.example"}, False),
        ({"email": "other@li.example", "kind": "company"}, True),
        ({"name": "Haiyun Technology Ltd.", "email": "other@haiyun.example", "kind": "company"}, False),
    ],
)
def test_two_people_may_have_one_name(pending: Scene, change: dict[str, str | None], is_other: bool) -> None:
    """Reached in another way it is another person; without any way, or by the same, nobody can tell them apart, nor two companies."""
    with pending.court.database.read() as session:
        of_company = next(p.name for p in session.get_one(Case, pending.case_id).parties if p.role is Role.RESPONDENT)
    name = of_company if "name" in change else "li wen"
    given = JoinderInput.model_validate({**ASKED, "kind": "person", **change, "name": name})
    if is_other:
        pending.do("ask_for_joinder", "haiyun", given)
        asked = request_of(pending, RequestKind.JOINDER).reference
        pending.do("rule_on_joinder", "judge", request=asked, answer="allow", reasons="It concerns her.")
        assert newest(pending)[0].label == "third_party/1"
        return
    with pytest.raises(InvalidInput, match="Somebody of this name is already in the case"):
        pending.do("ask_for_joinder", "haiyun", given)


def test_a_third_party_is_asked_for_called_and_heard(pending: Scene) -> None:
    """On motion and ruling she is called by letter; joined she has her time for evidence, everybody's anew, and may
    claim (CPI 73, 81; EV 55).
    """
    with pytest.raises(Forbidden):
        pending.do("ask_for_joinder", "clerk", JoinderInput.model_validate(ASKED))
    with pytest.raises(InvalidInput):
        pending.do(
            "ask_for_joinder",
            "haiyun",
            JoinderInput.model_validate({**ASKED, "name": "li wen", "email": "li@parties.example"}),
        )
    with pytest.raises(ActNotOpen):
        pending.do("rule_on_joinder", "judge", request="x", answer="allow", reasons="It concerns her.")
    pending.do("ask_for_joinder", "haiyun", JoinderInput.model_validate(ASKED))
    asked = request_of(pending, RequestKind.JOINDER).reference
    with pytest.raises(Forbidden):
        pending.do("rule_on_joinder", "li", request=asked, answer="allow", reasons="It concerns her.")
    pending.do("rule_on_joinder", "judge", request=asked, answer="allow", reasons="It concerns her.")
    who, letter = newest(pending)
    assert (who.role, who.label, letter.letter, letter.occasion) == (
        Role.THIRD_PARTY,
        "third_party/1",
        "joinder",
        "joinder",
    ) and letter.documents
    pending.clock.advance(timedelta(days=1))
    ended = len(windows(pending, "evidence", WindowState.ENDED))
    join(pending.court, pending.people["stranger"], letter.code, JOIN)
    pending.work()
    running = windows(pending, "evidence", WindowState.OPEN)
    assert (
        {w.party_id for w in running} >= {who.id}
        and len(running) == 3
        and len(windows(pending, "evidence", WindowState.ENDED)) > ended
    )
    with pytest.raises(ActNotOpen):
        pending.do("amend_claim", "stranger", relief=LESS, reasons="Nothing of hers stands (CPI 82).")
    with pytest.raises(Forbidden):
        pending.do("file_third_party_claim", "li", facts=FACTS, relief=LESS)
    brought = pending.do("file_third_party_claim", "stranger", facts=FACTS, relief=LESS)
    with pytest.raises(ActNotOpen):
        pending.do("file_third_party_claim", "stranger", facts=FACTS, relief=LESS)
    assert acts(pending).count("assess_fee") >= 2 and pending.case().track is Track.SMALL
    _answered(pending, brought.number)
    before = acts(pending).count("assess_fee")
    pending.do("amend_claim", "stranger", relief=MONEY, reasons="More was hers.")
    assert acts(pending).count("assess_fee") == before + 1, "the fee of her claim follows (FEE 21)"
    with pending.court.database.read() as session:
        standing = {c.kind: c.amount_minor for c in claims_of(session, session.get_one(Case, pending.case_id))}
    assert standing == {"claim": 800_000, "third_party_claim": 900_000}


def _answered(scene: Scene, number: int) -> None:
    """Each side answers from its own receipt, once; before that there is no time to answer."""
    with pytest.raises(ActNotOpen):
        scene.do("answer_third_party", "li", position="defend", statement="It is mine.")
    with scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, scene.case_id)
        for party in case.parties[:2]:
            packet = next(
                p
                for p in sitting.session.scalars(select(Packet).where(Packet.party_id == party.id))
                if number in p.entry_ids
            )
            sitting.follow(
                case,
                lambda who=party, sent=packet: sitting.announce(
                    Served(case, who, "notice", sitting.now, T("Proof of service 1."), tuple(sent.entry_ids))
                ),
            )
    for who in ("li", "haiyun"):
        scene.do("answer_third_party", who, position="defend", statement="It is mine.")
        with pytest.raises(ActNotOpen):
            scene.do("answer_third_party", who, position="defend", statement="It is mine.")


def test_a_further_claimant_reads_in_her_letter_what_is_asked_of_a_claimant(pending: Scene) -> None:
    """She may give her right up, or the judgment decides on it with her or without (CPI 74): no third party's letter,
    in either language.
    """
    pending.do(
        "bring_in_party",
        "judge",
        AddPartyInput.model_validate({**MAKER, "role": "claimant", "reasons": "The account belongs to both."}),
    )
    who, letter = newest(pending)
    assert (who.label, letter.occasion, letter.letter) == ("claimant/2", "joinder", "co_claimant")
    with pending.court.database.read() as session:
        sent = compose(
            session.get_one(Packet, letter.id).attempts[0], HEAD, at=pending.clock.now(), zone=pending.court.settings.tz
        ).dispatch
    assert "brought you into a case as a claimant" in sent.text and "共同原告" in sent.text


@pytest.mark.slow
def test_a_further_respondent_is_served_with_the_claim(pending: Scene) -> None:
    """Of the court's own motion, once; the claim goes to her within five days and her time to answer runs from her own
    receipt (CPL 128, CPI 73).
    """
    pending.do("ask_for_joinder", "li", JoinderInput.model_validate({**ASKED, "name": "Somebody Else Ltd."}))
    asked = request_of(pending, RequestKind.JOINDER).reference
    pending.do("rule_on_joinder", "judge", request=asked, answer="refuse", reasons="Nothing ties her to the order.")
    given = AddPartyInput.model_validate(
        {**MAKER, "role": "respondent", "reasons": "She is bound together with the seller."}
    )
    with pytest.raises(Forbidden):
        pending.do("bring_in_party", "clerk", given)
    pending.do("bring_in_party", "judge", given)
    with pytest.raises(InvalidInput):
        pending.do("bring_in_party", "judge", given)
    who, letter = newest(pending)
    assert (who.label, letter.occasion, letter.letter) == ("respondent/2", "claim", "invitation")
    assert [w.subject for w in windows(pending, "serve_claim", WindowState.OPEN)] == [who.reference]
    join(pending.court, pending.people["stranger"], letter.code, JOIN)
    pending.work()
    assert windows(pending, "serve_claim", WindowState.OPEN) == []
    assert [w.party_id for w in windows(pending, "answer", WindowState.OPEN)][-1] == who.id
    pending.do("file_answer", "stranger", position="defend", statement="Not mine.")


def test_somebody_outside_asks_to_take_part(pending: Scene, visitor: Callable[[str | None], Visitor]) -> None:
    """The page takes the request, once a day, and tells the ruling with its reasons. Of who is in the case, by name or
    by account, nothing is put before the judge (CPL 59).
    """
    page = "/take-part"
    given = {
        "name": "Capsule Works Ltd.",
        "kind": "company",
        "email": "law@capsules.example",
        "words": "The capsules are mine.",
        "number": pending.case().number or "",
    }
    stranger = visitor("stranger")
    for insider in ("li", "judge"):
        visitor(insider).send(page, page, **given)
    stranger.send(page, page, **{**given, "name": "Li Wen", "kind": "person", "email": "li@parties.example"})
    with pending.court.database.read() as session:
        assert session.scalars(select(Request).where(Request.kind == RequestKind.JOINDER)).all() == []
    pending.clock.advance(timedelta(days=1, seconds=1))
    stranger = visitor("stranger")
    stranger.send(page, page, **given)
    assert "Not decided yet" in stranger.get(page) and "already asked" in stranger.send(page, page, 409, **given).text
    ruling = {"answer": "refuse", "reasons": "Nothing ties her to the order."}
    pending.do("rule_on_joinder", "judge", request=request_of(pending, RequestKind.JOINDER).reference, **ruling)
    assert "Nothing ties her to the order." in stranger.get(page)
    stranger.send(page, page, **given)
    ruling = {"answer": "allow", "reasons": "The delivery note names her."}
    pending.do("rule_on_joinder", "judge", request=request_of(pending, RequestKind.JOINDER).reference, **ruling)
    assert "Granted" in stranger.get(page)
    who, letter = newest(pending)
    assert who.role is Role.THIRD_PARTY and "calls Capsule Works Ltd." in stranger.get(f"/join?code={letter.code}")
    answer = stranger.send(f"/join/{letter.code}/details", f"/join/{letter.code}/details", e_service=["on"])
    assert answer.headers["Location"].endswith(f"/cases/{pending.case().reference}")
    with pending.court.database.read() as session:
        joined = select(DocketEntry.payload).where(DocketEntry.act == "join_case").order_by(DocketEntry.id.desc())
        by = json.loads(session.scalars(joined.limit(1)).one())["actor"]["sign_in"]
    assert by == "two_factors", "an entry says by what somebody was signed in; by nothing is the court's own act"
