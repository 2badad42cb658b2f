"""Programs begin what is no claim: mediation before filing, confirmation of an agreement, preservation before a claim."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
import requests

from odr.identity.sign_in.program_tokens import Scope
from odr.training.stripe_peer.app import Peer
from tests.api.caller import Caller, caller
from tests.judgment.test_payment_order import ASKED as ORDERED
from tests.scene import Scene
from tests.settlement.test_before_filing import ASKED, HAIYUN, OUTSIDE, walk
from tests.settlement.test_mediators import publish

SECURED: dict[str, Any] = {
    "cause": "online_shopping",
    "applicant": ASKED["applicant"],
    "respondents": ASKED["respondents"],
    "asks": "Keep the takings of the shop on the platform frozen.",
    "grounds": "The shop is being closed and its account emptied.",
    "amount": "8,000.00",
    "security": "A deposit of 8,000 yuan.",
}
STAGES = {
    "mediations": "mediating",
    "confirmations": "confirming",
    "payment-orders": "payment_order",
    "preservations": "preserving",
}


def given_for(scene: Scene, kind: str) -> dict[str, Any]:
    """What is asked, dated by the clock of the scene."""
    given = deepcopy(
        {"mediations": ASKED, "confirmations": OUTSIDE, "payment-orders": ORDERED, "preservations": SECURED}[kind]
    )
    if kind == "confirmations":
        today = scene.clock.now().date()
        given["effective_on"] = (today - timedelta(days=5)).isoformat()
        given["instalments"][0]["on"] = (today + timedelta(days=20)).isoformat()
    return dict(given)


def opened(scene: Scene, who: Caller, kind: str, key: str = "first") -> requests.Response:
    """The case opened by a program, its request one the document allows."""
    given = given_for(scene, kind)
    who.contract.check_request("POST", f"/api/v1/{kind}", given)
    return who.ask("POST", f"/{kind}", given=given, Idempotency_Key=key)


@pytest.mark.parametrize("kind", STAGES)
def test_a_case_without_a_claim_is_opened_once(
    api_scene: tuple[Scene, Peer], callers: dict[str, Caller], kind: str
) -> None:
    """The receipt names the case, repeated under its key it comes again and says so; another request under the key, a
    wrong cause,
    a token that may not file, and nothing at all are refused, and no case is left behind."""
    scene, _ = api_scene
    li = callers["li"]
    first, again = opened(scene, li, kind), opened(scene, li, kind)
    assert (first.status_code, again.status_code) == (201, 201) and first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers
    assert len(li.ask("GET", "/cases").json()["cases"]) == 1
    li.reference = first.json()["case"]
    told = li.read()
    assert (told["stage"], told["role"], len(told["parties"])) == (STAGES[kind], "claimant", 2)
    other = li.ask(
        "POST", f"/{kind}", given={**given_for(scene, kind), "cause": "online_lending"}, Idempotency_Key="first"
    )
    wrong = li.ask("POST", f"/{kind}", given={**given_for(scene, kind), "cause": "boundary_of_land"})
    empty = li.ask("POST", f"/{kind}", given={})
    assert [a.status_code for a in (other, wrong, empty)] == [422, 422, 422]
    assert [f["at"] for f in wrong.json()["errors"]] == ["/cause"] and "/cause" in {
        f["at"] for f in empty.json()["errors"]
    }
    reader = caller(scene, li.origin, li.contract, "li", scopes=[Scope.READ, Scope.ACT])
    assert reader.ask("POST", f"/{kind}", given=given_for(scene, kind)).status_code == 403
    assert callers["stranger"].ask("GET", f"/cases/{li.reference}").status_code == 404
    assert len(li.ask("GET", "/cases").json()["cases"]) == 1


def test_a_mediation_is_walked_by_programs_from_the_asking_to_the_confirmation(
    api_scene: tuple[Scene, Peer], callers: dict[str, Caller]
) -> None:
    """Asked for, joined by the letter's code, mediated, signed, confirmed by a sealed ruling: nothing of it needs a
    page.
    """
    scene, _ = api_scene
    li, haiyun, judge = callers["li"], callers["haiyun"], callers["judge"]
    sides, mediator = (li, haiyun), caller(scene, li.origin, li.contract, "mediator")
    mine = opened(scene, li, "mediations").json()["case"]
    walk(scene, mine)
    joining = {"code": scene.code(), "name": HAIYUN, "email": "legal@haiyun.example", "e_service": True}
    assert haiyun.ask("POST", "/join", given=joining).status_code == 200
    for person in (*sides, mediator):
        person.reference = mine
    haiyun.do("agree_mediation")
    publish(scene, "mediator", organisation="Lakeside Committee", cost="paid", cost_words="CNY 100 each")
    (listed,) = haiyun.ask("GET", "/mediators").json()["mediators"]
    assert (listed["mediator"], listed["cost"], listed["full"]) == ("mediator@court.example", "CNY 100 each", False)
    for side in sides:
        side.do("choose_mediator", mediator="mediator@court.example")
    mediator.do("accept_mediation", untied=True)
    today = scene.clock.now().date()
    parts = [{"on": str(today + timedelta(days=40)), "amount": {"minor": 500_000, "currency": "CNY"}}]
    mediator.do(
        "propose_text",
        amount={"minor": 500_000, "currency": "CNY"},
        payer="respondent/1",
        payee="claimant/1",
        instalments=parts,
    )
    (text,) = (e for e in li.read()["docket"] if e["act"] == "propose_text")
    agreement = text["content"]["result"]["agreement"]
    for side in sides:
        side.do("sign_agreement", code=True, premise=side.act("sign_agreement")["premise"], agreement=agreement)
    for side in sides:
        side.do("apply_for_confirmation", agreement=agreement)
    (own,) = (c for c in li.ask("GET", "/cases").json()["cases"] if c["stage"] == "confirming")
    li.reference = judge.reference = own["reference"]
    told = {
        "result": "confirmed",
        "reasons": "Lawful, clear and of their own will.",
        "case_number": own["number"],
        "language": "en",
    }
    judge.do("rule_on_confirmation", code=True, premise=judge.act("rule_on_confirmation")["premise"], **told)
    assert li.stage() == "effective"
    (paper,) = (d for d in li.read()["documents"] if d["kind"] == "ruling")
    assert li.read(f"/documents/{paper['reference']}").startswith(b"%PDF")
