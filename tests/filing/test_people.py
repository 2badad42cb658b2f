"""Representatives on the docket, identity, and shops nobody knows the owner of."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Role, Stage
from odr.filing.models import Request, RequestKind
from odr.filing.parties.mandates import PlatformReplyInput
from odr.filing.parties.mandates_on_docket import bring_mandates_to_docket, representatives_of, write_to_appointed
from odr.ground.errors import ActNotOpen, Forbidden
from odr.identity import mandates
from odr.identity.models import Account, MandateScope
from odr.procedure.models import Window, WindowState
from odr.service.models import Packet
from tests.filing.test_motions import LESS
from tests.filing.visitor import Visitor
from tests.scene import Scene, claim

LAWYER = "stranger@court.example"
SHOP = {"respondents": [{"name": "Haiyun", "kind": "company"}]}


def acts(scene: Scene) -> list[str]:
    with scene.court.database.read() as session:
        return list(
            session.scalars(
                select(DocketEntry.act).where(DocketEntry.case_id == scene.case_id).order_by(DocketEntry.number)
            )
        )


def live(scene: Scene) -> list[str]:
    with scene.court.database.read() as session:
        return [
            r.mandate.reference
            for r in representatives_of(scene.court.look(session), session.get_one(Case, scene.case_id))
        ]


def respondent(scene: Scene) -> str:
    with scene.court.database.read() as session:
        return next(p.reference for p in session.get_one(Case, scene.case_id).parties if p.role is Role.RESPONDENT)


def test_a_representative_acts_as_far_as_her_powers_go(pending: Scene) -> None:
    """An ordinary mandate does not change claims (CPL 62), a special one does, an ended one does nothing (CPL 63)."""
    pending.represent("li", "stranger", scope="ordinary")
    with pytest.raises(Forbidden):
        pending.do("amend_claim", "stranger", relief=LESS, reasons="Part was paid.")
    pending.do("revoke_representative", "li", mandate=live(pending)[0])
    assert live(pending) == []
    pending.represent("li", "stranger", scope="special")
    pending.do("amend_claim", "stranger", relief=LESS, reasons="Part was paid.")
    with pytest.raises(ActNotOpen):
        pending.do("appoint_representative", "stranger", email="judge@court.example")
    pending.do("revoke_representative", "stranger", mandate=live(pending)[0])
    with pytest.raises(LookupError):
        pending.actor("stranger")


def test_nobody_acts_for_both_sides_and_no_judge_represents(pending: Scene) -> None:
    """Who acts for one side cannot accept for the other, nor can who serves the court. Whoever appoints them hears the
    same as of an address that nobody has an account with, and the docket says the same.
    """
    pending.represent("li", "stranger")
    asked = [
        pending.do("appoint_representative", "haiyun", email=email).number
        for email in (LAWYER, "judge@court.example", "nobody@court.example")
    ]
    with pytest.raises(mandates.BothSides):
        pending.agree("stranger")
    with pytest.raises(mandates.ServesCourt):
        pending.agree("judge")
    with pending.court.database.read() as session:
        of_case = select(DocketEntry).where(DocketEntry.case_id == pending.case_id, DocketEntry.number.in_(asked))
        entries = [json.loads(entry.payload) for entry in session.scalars(of_case)]
    assert [set(entry["result"]) for entry in entries] == [{"assistant", "mandate", "party", "scope", "until"}] * 3
    assert len({json.dumps(entry["words"]) for entry in entries}) == 1 and len(entries) == 3


def test_whom_a_party_wishes_is_named_to_nobody_before_they_accept(
    pending: Scene, visitor: Callable[[str | None], Visitor]
) -> None:
    """The party itself reads the address it wrote, and no name; the other side reads neither, and gets no letter."""
    pending.do("appoint_representative", "li", email=LAWYER)
    number = pending.do("appoint_representative", "li", email="nobody@court.example").number
    pending.work()
    name = pending.account("stranger").name
    own = visitor("li").get("/account/mandates")
    assert LAWYER in own and "nobody@court.example" in own and name not in own
    entry = f"/cases/{pending.case().reference}/docket/{number - 1}"
    assert name not in visitor("li").get(entry)
    other = visitor("haiyun")
    for page in (f"/cases/{pending.case().reference}", f"/cases/{pending.case().reference}/docket"):
        assert LAWYER not in other.get(page) and name not in other.get(page)
    assert LAWYER not in other.client.get(f"{entry}/entry.json", base_url=other.origin).text
    with pending.court.database.read() as session:
        assert not session.scalars(select(Packet).where(Packet.occasion == "appoint_representative")).all()


def test_whom_a_party_names_acts_once_they_accept(pending: Scene, visitor: Callable[[str | None], Visitor]) -> None:
    """One letter asks them; before they accept on their own page they see nothing of the case, and the docket tells of
    both steps.
    """
    pending.do("appoint_representative", "li", email=LAWYER, scope="special")
    assert (write_to_appointed(pending.court), write_to_appointed(pending.court)) == (1, 0)
    assert bring_mandates_to_docket(pending.court) == 0
    lawyer, case = visitor("stranger"), f"/cases/{pending.case().reference}"
    lawyer.get(case, 404)
    page = lawyer.get("/account/mandates")
    accept = next(action for action in re.findall(r'action="([^"]+)"', page) if action.endswith("/accept"))
    lawyer.send("/account/mandates", accept)
    lawyer.get(case)
    assert bring_mandates_to_docket(pending.court) == 1
    assert acts(pending).count("record_mandate") == 1


def test_whom_a_party_names_may_decline(pending: Scene, visitor: Callable[[str | None], Visitor]) -> None:
    """Declined, it is over: it cannot be accepted any more, and no entry says that anybody acted."""
    pending.do("appoint_representative", "li", email=LAWYER)
    lawyer = visitor("stranger")
    page = lawyer.get("/account/mandates")
    end = next(action for action in re.findall(r'action="([^"]+)"', page) if action.endswith("/end"))
    lawyer.send("/account/mandates", end)
    assert "/accept" not in lawyer.get("/account/mandates")
    assert bring_mandates_to_docket(pending.court) == 0 and acts(pending).count("record_mandate") == 0
    pending.represent("haiyun", "stranger")


def test_a_mandate_signed_by_link_stands_on_the_docket(pending: Scene) -> None:
    """Its signature and its end are each told of by one entry, however often the worker looks."""
    with pending.court.database.write() as session:
        case = session.get_one(Case, pending.case_id)
        offered = mandates.offer(
            session,
            case.parties[0],
            session.get_one(Account, pending.people["stranger"]),
            MandateScope.ORDINARY,
            from_at=pending.clock.now(),
            until_at=None,
            now=pending.clock.now(),
        )
        mandates.sign(session, offered, pending.clock.now(), most=2)
    assert bring_mandates_to_docket(pending.court) == 1 and bring_mandates_to_docket(pending.court) == 0
    with pending.court.database.write() as session:
        mandates.revoke(session, session.merge(offered), pending.clock.now())
    assert bring_mandates_to_docket(pending.court) == 1 and bring_mandates_to_docket(pending.court) == 0
    assert acts(pending).count("record_mandate") == 2


def test_the_registry_verifies_identity_in_its_review(small_scene: Scene) -> None:
    """The account counts as verified from then on; a party cannot verify herself (OLR 7)."""
    small_scene.lodge()
    with small_scene.court.database.read() as session:
        me = session.get_one(Case, small_scene.case_id).parties[0].reference
    with pytest.raises(Forbidden):
        small_scene.do("verify_identity", "li", party=me, means="document")
    small_scene.do("verify_identity", "clerk", party=me, means="document")
    assert small_scene.account("li").identity_verified_at == small_scene.clock.now()


def test_a_shop_becomes_a_definite_respondent(small_scene: Scene) -> None:
    """Not accepted while only a shop's name is known; the platform's reply names the operator and the seven days begin
    anew (CPI 209).
    """
    small_scene.lodge(claim(**SHOP))
    with pytest.raises(ActNotOpen):
        small_scene.accept()
    asked = {
        "party": respondent(small_scene),
        "platform": "Baihua Market",
        "words": "Shop Haiyun, order BH-2025-1106-8842.",
    }
    small_scene.do("request_identity_reply", "clerk", **asked)
    with pytest.raises(ActNotOpen):
        small_scene.do("request_identity_reply", "clerk", **asked)
    small_scene.later(days=3)
    with small_scene.court.database.read() as session:
        request = session.scalars(select(Request).where(Request.kind == RequestKind.IDENTITY)).one()
    operator = {
        "request": request.reference,
        "name": "Haiyun Information Technology Co., Ltd.",
        "kind": "company",
        "address": "8 Harbour Road",
    }
    small_scene.do("record_identity_reply", "clerk", PlatformReplyInput.model_validate(operator))
    with small_scene.court.database.read() as session:
        due = session.scalars(
            select(Window.due_at).where(Window.kind == "registry_review", Window.state == WindowState.OPEN)
        ).one()
    assert due and due > small_scene.clock.now() + timedelta(days=6)
    assert "Haiyun Information" in small_scene.case().title
    small_scene.accept()
    assert small_scene.case().stage is Stage.PENDING


def test_a_silent_platform_gives_the_claim_back_to_the_registry(small_scene: Scene) -> None:
    """When its time ends without a reply the registry reviews again and is told."""
    small_scene.lodge(claim(**SHOP))
    small_scene.do(
        "request_identity_reply",
        "clerk",
        party=respondent(small_scene),
        platform="Baihua Market",
        days=2,
        words="Shop Haiyun.",
    )
    small_scene.later(days=5)
    assert small_scene.case().stage is Stage.LODGED
    with small_scene.court.database.read() as session:
        assert session.scalars(
            select(Window).where(Window.kind == "registry_review", Window.state == WindowState.OPEN)
        ).one()
