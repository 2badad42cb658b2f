"""Many claims in one request of a program."""

from __future__ import annotations

from typing import Any

from odr.training.stripe_peer.app import Peer
from tests.api.caller import Caller
from tests.scene import Scene, claim


def many(*changes: dict[str, Any]) -> dict[str, Any]:
    """A bulk with a claim for each change of the usual one."""
    whole = claim().model_dump(mode="json")
    return {"name": "March", "claimant": whole.pop("claimant"), "claims": [{**whole, **change} for change in changes]}


def test_a_program_sends_many_claims_and_reads_what_became_of_each(
    api_scene: tuple[Scene, Peer], callers: dict[str, Caller]
) -> None:
    """Kept at once, lodged by the worker; a wrong line names its field, the same key gives the same bulk, and another's
    is not found.
    """
    scene, _ = api_scene
    li = callers["li"]
    given = many({}, {"particulars": {}}, {"relief": [{"kind": "money", "what": "The price", "amount": "x"}]})
    li.contract.check_request("POST", "/api/v1/bulk", given)
    kept = li.ask("POST", "/bulk", given=given, Idempotency_Key="march")
    assert kept.status_code == 202 and kept.json()["total"] == 3
    assert li.ask("POST", "/bulk", given=given, Idempotency_Key="march").json() == kept.json()
    assert li.ask("POST", "/bulk", given=many({}), Idempotency_Key="march").status_code == 422
    place = f"/bulk/{kept.json()['bulk']}"
    assert li.ask("GET", place).json()["counts"] == {"waiting": 3}
    scene.work()
    told = li.ask("GET", place).json()
    assert told["done"] == 3 and told["counts"] == {"lodged": 1, "refused": 2} and told["finished_at"]
    assert {line["faults"][0]["at"].split(".")[0] for line in told["lines"][1:]} == {"particulars", "relief"}
    assert li.ask("GET", f"/cases/{told['lines'][0]['case']}").status_code == 200
    assert [line["line"] for line in li.ask("GET", f"{place}?after=2").json()["lines"]] == [3]
    assert callers["haiyun"].ask("GET", place).status_code == 404


def test_what_is_no_bulk_is_refused_in_words(callers: dict[str, Caller]) -> None:
    """No claimant, no claims, no object."""
    li = callers["li"]
    for wrong in ({}, {**many({}), "claims": []}, {**many({}), "claimant": {"name": "Li"}}):
        assert li.ask("POST", "/bulk", given=wrong).json()["errors"]
