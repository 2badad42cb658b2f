"""A traffic claim settled with one key: certified statements, working, offer, acceptance, confirmation, payout."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Stage
from odr.docket.queries import entries_of
from odr.docket.visibility import reads_entry
from odr.ground.errors import ActNotOpen, CaseMovedOn, Forbidden, InvalidInput
from odr.judgment.enforcement.account_queries import accounts_shown
from odr.procedure.models import Window, WindowState
from odr.settlement.models import Agreement, Offer, PayoutInstruction
from odr.settlement.one_key.case_views import one_key_page
from tests.box import looked_at
from tests.scene import Scene, claim
from tests.settlement.certifiers import OWED, TRAFFIC, Certifier, accredit


def traffic_scene(scene: Scene) -> dict[str, Certifier]:
    """A traffic claim before the court, both sides in it, and everybody who certifies accredited."""
    scene.lodge(
        claim(
            matter={"cause": "road_traffic"},
            facts=[{"what": "The other car ran into mine at the crossing.", "happened_on": "2026-01-14"}],
            relief=[{"kind": "money", "what": "My loss", "amount": "45,000.00"}],
            particulars={
                "finding": "HZ-2026-114",
                "happened_on": "2026-01-14",
                "place": "Crossing of Lake Road and Harbour Road",
            },
        )
    )
    scene.accept("simple")
    scene.join()
    return accredit(scene.court, *TRAFFIC)


def bring(scene: Scene, certifiers: dict[str, Certifier], *kinds: str, who: str = "li") -> None:
    """Statements of these certifiers come into the case."""
    for kind in kinds:
        scene.do("bring_statement", who, statement=certifiers[kind].sign(scene.case().reference, TRAFFIC[kind]))


def newest(scene: Scene, model: type[Any]) -> Any:
    """The newest row of a table in the case."""
    with scene.court.database.read() as session:
        found = session.scalars(select(model).where(model.case_id == scene.case_id).order_by(model.id.desc())).first()
        session.expunge_all()
        return found


def test_a_traffic_claim_is_settled_with_one_key(small_scene: Scene) -> None:
    """Five statements, one act to offer, one to accept, the court's statement, two signatures, the account, payment:
    closed as settled.
    """
    scene = small_scene
    certifiers = traffic_scene(scene)
    bring(scene, certifiers, "police", "hospital", "employer", "appraiser")
    seen = scene.premise("offer_certified", "haiyun")
    bring(scene, certifiers, "insurer")
    with pytest.raises(CaseMovedOn):
        scene.do("offer_certified", "haiyun", premise=seen)
    scene.do("offer_certified", "haiyun", premise=scene.premise("offer_certified", "haiyun"))
    offer = newest(scene, Offer)
    assert (offer.amount_minor, sum(step["minor"] for step in offer.working)) == (OWED, OWED)
    scene.do("accept_offer", "li", offer=offer.reference)
    agreement = newest(scene, Agreement)
    judge_signs(scene, agreement.reference)
    for who in ("li", "haiyun"):
        scene.do("sign_statement", who, agreement=agreement.reference)
    assert scene.case().stage is Stage.EFFECTIVE
    account = {
        "agreement": agreement.reference,
        "holder": "Li Wen",
        "bank": "Lake Bank",
        "account": "6222 0000 1111 2222",
    }
    with pytest.raises(ActNotOpen):
        scene.do("instruct_payout", "haiyun", **account)
    scene.do("instruct_payout", "li", **account)
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
        (named,) = entries_of(session, case, "instruct_payout")
        readers = {who for who in ("li", "haiyun", "judge", "clerk") if reads_entry(scene.actor(who), named)}
        assert readers == {"li", "haiyun"}
        assert named.receipt and not any(
            reads_entry(scene.actor("judge"), e) for e in entries_of(session, case, "bring_statement")
        )
        # The docket tells the last four digits, and the row of the database no account at all.
        assert "6222 0000" not in named.payload and "…2222" in named.payload
        row = session.scalars(select(PayoutInstruction)).one()
        assert (row.holder, row.bank, row.account) == ("", "", "") and "6222" not in (row.sealed or "6222")
        look = scene.court.look(session)
        shown = {who: one_key_page(look, case, scene.actor(who), "en", None, {}, []).payout for who in ("li", "haiyun")}
        assert [p and p.account for p in shown.values()] == ["6222 0000 1111 2222"] * 2
    with scene.court.database.read() as session:
        look, case = scene.court.look(session), session.get_one(Case, scene.case_id)
        # It is the one account of the case: nobody is asked for it again, nor told that it is missing.
        for who in ("li", "haiyun"):
            assert [to.account for to in accounts_shown(look, case, scene.actor(who))] == ["6222 0000 1111 2222"]
            box = looked_at(look, case, scene.actor(who))
            assert not [one for one, _ in box.ifs if "not named" in str(one.then)], box.ifs
    # What reaches somebody only now begins no time to answer or to bring evidence: the case is settled.
    scene.work()
    with scene.court.database.read() as session:
        running = select(Window.kind).where(Window.case_id == scene.case_id, Window.state == WindowState.OPEN)
        assert not {"answer", "evidence"} & set(session.scalars(running))
    pay(scene, "li", "haiyun", offer.amount)
    with scene.court.database.read() as session:
        look, case = scene.court.look(session), session.get_one(Case, scene.case_id)
        assert "the registry closes the case" in str(looked_at(look, case, scene.actor("li")).waits)
    scene.do("close_case", "clerk")
    assert scene.case().outcome.value == "settled"


def judge_signs(scene: Scene, agreement: str) -> None:
    """The judge of the case makes the statement."""
    given = {"agreement": agreement, "case_number": scene.case().number}
    scene.do("sign_mediation", "judge", premise=scene.premise("sign_mediation", "judge", **given), **given)


def pay(scene: Scene, payee: str, payer: str, amount: Any) -> None:
    """The payer reports the payment, the payee confirms it."""
    from odr.judgment.models import Obligation

    obligation = newest(scene, Obligation).reference
    scene.do(
        "record_performance",
        payer,
        obligation=obligation,
        amount=amount,
        on=scene.clock.now().date(),
        note="Transfer 88",
    )
    scene.do("confirm_performance", payee, obligation=obligation, arrived=True)


def test_only_what_an_accredited_certifier_signed_for_this_case_counts(small_scene: Scene) -> None:
    """Changed figures, foreign keys, other cases, other kinds, doubled, future or senseless statements are refused,
    each with its reason.
    """
    scene = small_scene
    certifiers = traffic_scene(scene)
    reference, police = scene.case().reference, certifiers["police"]
    good = police.sign(reference, {"share": 70})
    changed = json.loads(good)
    changed["statement"]["figures"]["share"] = 100
    stranger = Certifier("the-police", "police")
    refused = {
        "does not match": [json.dumps(changed), stranger.sign(reference, {"share": 100})],
        "not accredited who": [Certifier("nobody", "police").sign(reference, {"share": 70})],
        "another case": [police.sign("x" * 26, {"share": 70})],
        "not accredited for": [police.sign(reference, {"medical_cost": 1}, kind="hospital")],
        "cannot certify": [police.sign(reference, {"medical_cost": 1}), police.sign(reference, {"weather": 1})],
        "out of range": [police.sign(reference, {"share": 101}), police.sign(reference, {"share": -1})],
        "in the future": [police.sign(reference, {"share": 70}, issued_on="2027-01-01")],
        "not a certified statement": [
            "hello",
            "[]",
            '{"statement": {}, "signature": "AA=="}',
            good.replace("70", "70.5"),
            good.replace("70", "true"),
            "[" * 5000,
        ],
    }
    for reason, statements in refused.items():
        for statement in statements:
            with pytest.raises(InvalidInput) as error:
                scene.do("bring_statement", "li", statement=statement)
            assert reason in error.value.faults[0].message.render("en"), (reason, statement)
    scene.do("bring_statement", "li", statement=good)
    with pytest.raises(InvalidInput):
        scene.do("bring_statement", "haiyun", statement=good)
    with pytest.raises(ActNotOpen):
        scene.do("offer_certified", "haiyun")


def test_only_who_certified_corrects_and_revoked_figures_count_no_more(small_scene: Scene) -> None:
    """A second authority cannot overrule the first; the first can; when it is revoked nothing can be offered on its
    figures.
    """
    scene = small_scene
    certifiers = traffic_scene(scene)
    bring(scene, certifiers, "police", "appraiser")
    reference = scene.case().reference
    run = create_app(court=scene.court).test_cli_runner().invoke
    other = Certifier("county-police", "police")
    assert (
        run(
            args=["certifier", "accredit", other.key, "County", "--kind", "police", "--public-key", other.public]
        ).exit_code
        == 0
    )
    with pytest.raises(InvalidInput):
        scene.do("bring_statement", "haiyun", statement=other.sign(reference, {"share": 10}))
    scene.do(
        "bring_statement", "li", statement=certifiers["police"].sign(reference, {"share": 50}, file_number="review-1")
    )
    scene.do("offer_certified", "haiyun")
    assert newest(scene, Offer).amount_minor == 2_000_00 + 3_900_00 + 1_500_00
    scene.do("withdraw_offer", "haiyun", offer=newest(scene, Offer).reference)
    assert run(args=["certifier", "revoke", "the-police"]).exit_code == 0
    assert "revoked" in run(args=["certifier", "list"]).output
    with pytest.raises(ActNotOpen):
        scene.do("offer_certified", "haiyun")
    for wrong in (
        ["accredit", "x", "X", "--kind", "wizard", "--public-key", other.public],
        ["accredit", "x", "X", "--kind", "police", "--public-key", "AA=="],
        ["accredit", other.key, "X", "--kind", "police", "--public-key", other.public],
        ["revoke", "the-police"],
    ):
        assert run(args=["certifier", *wrong]).exit_code == 1


def test_a_respondent_pays_all_of_it_and_is_done(small_scene: Scene) -> None:
    """One act offers everything asked for; the claimant has no such act, and facts nobody certifies have no page."""
    scene = small_scene
    scene.lodge()
    scene.accept()
    scene.join()
    with pytest.raises(Forbidden):
        scene.do("offer_in_full", "li")
    scene.do("offer_in_full", "haiyun", pay_within=3, ending="withdrawal")
    offer = newest(scene, Offer)
    assert (offer.amount_minor, offer.instalments, offer.working) == (
        8_000_00,
        [{"on": "2026-03-05", "minor": 8_000_00}],
        None,
    )
    scene.do("accept_offer", "li", offer=offer.reference)
    scene.do(
        "allow_agreed_withdrawal",
        "judge",
        agreement=newest(scene, Agreement).reference,
        premise=scene.premise("allow_agreed_withdrawal", "judge"),
    )
    assert scene.case().outcome.value == "withdrawn"
