"""Bad input: the reason is told, nothing typed is lost, nothing happens, and nobody learns of a case that is not hers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from odr.app import create_app
from odr.docket.models import Case, DocketEntry
from odr.identity.models import Account
from odr.identity.sign_in import sessions
from odr.web.presence import session_cookie_name
from tests.faults.test_double_submit import bearer
from tests.scene import Scene, claim


def signed_in(scene: Scene, app: Flask, who: str) -> tuple[FlaskClient, dict[str, str]]:
    """A browser of somebody, and the headers its forms send."""
    client = app.test_client()
    with scene.court.database.write() as session:
        account = session.get_one(Account, scene.people[who])
        token, row = sessions.open_session(
            session, account, scene.court.clock.machine_now(), device="test", address="::1", two_factor=True
        )
    client.set_cookie(session_cookie_name(False), token)
    with client.session_transaction() as cookie:
        cookie["for"], cookie["csrf_token"] = row, "seed"
    return client, {
        "Origin": "http://localhost",
        "X-CSRF-Token": URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps("seed"),
    }


def entries(scene: Scene) -> int:
    with scene.court.database.read() as session:
        return session.scalar(select(func.count()).select_from(DocketEntry)) or 0


@pytest.fixture
def app(small_scene: Scene) -> Flask:
    """The application, with one case that was lodged."""
    small_scene.lodge()
    return create_app(court=small_scene.court)


def problem(reply: TestResponse, status: int) -> dict[str, Any]:
    """Problem details (RFC 9457) of a refusal."""
    assert (reply.status_code, reply.mimetype) == (status, "application/problem+json"), reply.get_data(as_text=True)[
        :300
    ]
    told: dict[str, Any] = reply.get_json()
    assert told["status"] == status and told["type"].startswith("urn:court:problem:") and told["title"]
    return told


def test_unknown_and_others_case_are_the_same_404(small_scene: Scene, app: Flask) -> None:
    """To a stranger somebody's case is as one that does not exist, on the page and for a program."""
    client, _ = signed_in(small_scene, app, "stranger")
    headers = {"Authorization": f"Bearer {bearer(small_scene, 'stranger')}"}
    known, unknown = small_scene.case().reference, "a" * 26
    assert [client.get(f"/cases/{reference}").status_code for reference in (known, unknown)] == [404, 404]
    answers = [
        problem(app.test_client().get(f"/api/v1/cases/{reference}", headers=headers), 404)
        for reference in (known, unknown)
    ]
    assert answers[0] == answers[1]


def test_an_act_that_is_not_open_says_why_and_what_is(small_scene: Scene, app: Flask) -> None:
    """409 with the reason on the page; a program finds in the same case what is open, and for the rest why not."""
    client, headers = signed_in(small_scene, app, "li")
    reference, before = small_scene.case().reference, entries(small_scene)
    page = client.post(
        f"/cases/{reference}/do/make_offer", headers=headers, data={"kind": "money", "amount": "5", "words": "x"}
    )
    assert page.status_code in (409, 422)
    page = client.get(f"/cases/{reference}/do/make_offer")
    assert page.status_code == 409
    assert "Lodged" in page.get_data(as_text=True)
    token = {"Authorization": f"Bearer {bearer(small_scene, 'li')}"}
    told = problem(
        app.test_client().post(
            f"/api/v1/cases/{reference}/acts/correct_claim", json=claim().model_dump(mode="json"), headers=token
        ),
        409,
    )
    assert told["type"].endswith("act-not-open")
    acts = {a["act"]: a for a in app.test_client().get(f"/api/v1/cases/{reference}", headers=token).get_json()["acts"]}
    assert (
        not acts["correct_claim"]["open"]
        and acts["correct_claim"]["reason"]["en"]
        and acts["correct_claim"]["reason"]["zh-Hans"]
    )
    assert acts["change_consent"]["open"]
    assert entries(small_scene) == before


def test_a_form_comes_back_filled_with_a_summary(small_scene: Scene, app: Flask) -> None:
    """A clerk's return without a day and a point comes back with what she typed, a summary on top, and a message at
    each field.
    """
    client, headers = signed_in(small_scene, app, "clerk")
    before = entries(small_scene)
    typed = {"defects-0-part": "facts", "defects-0-what": "Say when <you> bought it.", "days": "many"}
    page = client.post(f"/cases/{small_scene.case().reference}/do/return_claim", headers=headers, data=typed)
    text = page.get_data(as_text=True)
    assert page.status_code == 422
    assert "Say when &lt;you&gt; bought it." in text and 'value="many"' in text
    assert "govuk-error-summary" in text and "govuk-error-message" in text
    (link,) = set(re.findall(r'govuk-error-summary__list.*?href="#([^"]+)"', text, re.S))
    assert f'id="{link}"' in text
    assert entries(small_scene) == before


def test_a_step_of_the_claim_keeps_what_is_wrong(small_scene: Scene, app: Flask) -> None:
    """A draft keeps what was typed, right or wrong, and shows it again."""
    client, headers = signed_in(small_scene, app, "li")
    draft = client.post("/claim", headers=headers).headers["Location"].removesuffix("/matter")
    page = client.post(
        f"{draft}/relief",
        headers=headers,
        data={"relief-0-kind": "money", "relief-0-what": "The price", "relief-0-amount": "a lot"},
    )
    assert page.status_code == 422
    for text in (page.get_data(as_text=True), client.get(f"{draft}/relief").get_data(as_text=True)):
        assert 'value="a lot"' in text and "The price" in text


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"x"', "{'cause': 1}", "\xff", '{"matter": ' * 2000])
def test_json_that_is_none_is_told_as_a_problem(small_scene: Scene, app: Flask, body: str) -> None:
    """What is not a JSON object is refused with problem details, never with a page and never with a failure."""
    headers = {"Authorization": f"Bearer {bearer(small_scene, 'li')}", "Content-Type": "application/json"}
    problem(app.test_client().post("/api/v1/cases", data=body.encode("latin-1"), headers=headers), 422)


def test_every_fault_of_a_program_is_named_at_its_place(small_scene: Scene, app: Flask) -> None:
    """A claim with several faults gets all of them at once, each with the path of its field."""
    headers = {"Authorization": f"Bearer {bearer(small_scene, 'li')}"}
    whole = claim().model_dump(mode="json")
    whole["facts"] = []
    whole["relief"][0]["what"] = ""
    whole["claimant"]["email"] = "nowhere"
    told = str(problem(app.test_client().post("/api/v1/cases", json=whole, headers=headers), 422))
    for place in ("facts", "relief", "email"):
        assert place in told


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v1/nothing", 404), ("DELETE", "/api/v1/cases", 405), ("GET", "/api/v1/cases", 401)],
)
def test_programs_get_problem_details_everywhere(app: Flask, method: str, path: str, status: int) -> None:
    """No address, no method, no token: each a problem in a program's own terms."""
    problem(app.test_client().open(path, method=method), status)


def test_a_key_used_for_something_else_is_refused(small_scene: Scene, app: Flask) -> None:
    """One key is one request: another body under it is told so and does nothing."""
    headers = {"Authorization": f"Bearer {bearer(small_scene, 'clerk')}", "Idempotency-Key": "k"}
    path = f"/api/v1/cases/{small_scene.case().reference}/acts/"
    assert (
        app.test_client().post(f"{path}accept_claim", json={"track": "small_claims"}, headers=headers).status_code
        == 200
    )
    problem(app.test_client().post(f"{path}accept_claim", json={"track": "simple"}, headers=headers), 422)
    problem(
        app.test_client().post(
            "/api/v1/cases", json={"track": "x" * 3}, headers={**headers, "Idempotency-Key": "k" * 101}
        ),
        422,
    )
    with small_scene.court.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1


def test_a_lodging_under_a_key_used_for_another_claim_is_refused(small_scene: Scene, app: Flask) -> None:
    """A second claim under the first one's key is not taken for the first."""
    headers = {"Authorization": f"Bearer {bearer(small_scene, 'li')}", "Idempotency-Key": "k"}
    first = claim().model_dump(mode="json")
    assert app.test_client().post("/api/v1/cases", json=first, headers=headers).status_code == 201
    other = claim(facts=[{"what": "Something else happened."}]).model_dump(mode="json")
    problem(app.test_client().post("/api/v1/cases", json=other, headers=headers), 422)
