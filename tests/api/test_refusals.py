"""Codes that are guessed, and a payment service that does not answer."""

from __future__ import annotations

from odr.payments.ports import open_gateway
from odr.training.stripe_peer.app import Peer
from tests.api.caller import Caller
from tests.scene import Scene


def test_codes_are_not_guessed_over_the_interface(api_scene: tuple[Scene, Peer], callers: dict[str, Caller]) -> None:
    """Wrong one-time codes at an act that needs identity confirmed are counted, and then refused with 429."""
    scene, _ = api_scene
    li = callers["li"]
    scene.lodge()
    li.reference = scene.case().reference
    path = f"/cases/{li.reference}/acts/appoint_representative"
    given = {"email": "gu@lawyers.example"}
    schema = li.contract.document["components"]["schemas"]["act.appoint_representative"]
    given |= {k: v["enum"][0] for k, v in schema["properties"].items() if k in schema["required"] and "enum" in v}
    given |= {k: "gu@lawyers.example" if "mail" in k else "Gu Lan" for k in schema["required"] if k not in given}
    told = [li.ask("POST", path, given=given, Identity_Code="000000").status_code for _ in range(7)]
    assert told == [422] * 6 + [429]


def test_acting_for_somebody_unknown_is_refused(api_scene: tuple[Scene, Peer], callers: dict[str, Caller]) -> None:
    """A program that says it acts for somebody it cannot act for is told for whom it may, and nothing is done in
    another's name.
    """
    scene, _ = api_scene
    scene.lodge()
    li = callers["li"]
    li.reference = scene.case().reference
    (own,) = li.read()["may_act_for"]
    path = f"/cases/{li.reference}/acts/change_consent"
    before = scene.case().entry_count
    for method, asked, given in (("POST", path, {"agrees": True}), ("GET", f"/cases/{li.reference}", None)):
        answer = li.ask(method, asked, given=given, Acting_For="claimant-9", Accept_Language="en")
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:court:problem:forbidden")
        assert own in answer.json()["detail"]
    assert scene.case().entry_count == before
    assert li.ask("GET", f"/cases/{li.reference}", Acting_For=own).status_code == 200


def test_a_payment_service_that_refuses_leaves_the_fee_due(
    api_scene: tuple[Scene, Peer], callers: dict[str, Caller]
) -> None:
    """When the payment service refuses for good, the program is told another way to pay (502), and nothing is paid."""
    scene, _ = api_scene
    scene.court.ports.payments = open_gateway(
        scene.court.settings.model_copy(update={"stripe_api_key": "sk_test_of_nobody"})
    )
    scene.lodge()
    scene.accept()
    li = callers["li"]
    li.reference = scene.case().reference
    (fee,) = li.read("/fees")["fees"]
    answer = li.ask("POST", f"/cases/{li.reference}/fees/{fee['assessment']}/payment")
    assert (answer.status_code, answer.json()["type"]) == (502, "urn:court:problem:payment-refused")
    assert "bank transfer" in answer.json()["detail"]
    assert li.read("/fees")["fees"][0]["state"] == "due"


def test_a_payment_service_that_fails_leaves_the_fee_due(
    api_scene: tuple[Scene, Peer], callers: dict[str, Caller]
) -> None:
    """When the payment page cannot be had, the program is told to try again and nothing is paid."""
    scene, _ = api_scene
    scene.court.ports.payments = open_gateway(
        scene.court.settings.model_copy(update={"stripe_api_base": "http://127.0.0.1:9"})
    )
    scene.lodge()
    scene.accept()
    li = callers["li"]
    li.reference = scene.case().reference
    (fee,) = li.read("/fees")["fees"]
    answer = li.ask("POST", f"/cases/{li.reference}/fees/{fee['assessment']}/payment")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:court:problem:payment-unavailable")
    assert li.read("/fees")["fees"][0]["state"] == "due"
