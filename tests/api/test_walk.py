"""A dispute from the claim to a decision in effect, by programs with bearer tokens alone."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import pytest
import requests
from sqlalchemy import select

from odr.docket.models import DocketEntry
from odr.ground.canonical import canonical
from odr.identity.sign_in.program_tokens import Scope
from odr.notary.seal.seal_check import SealState, validate_pdf
from odr.procedure.audit.docket_audit import audit
from odr.service.sending.ports import message_folder
from odr.training.stripe_peer.app import Peer
from tests.api.caller import Caller, caller, files_of
from tests.patience import PATIENCE, until
from tests.payments.conftest import pay_page
from tests.scene import Scene, claim

ORDER = b"Order BH-2025-1106-8842: 30 bottles\n"
LABEL = b"Label of lot 11: additive E999 named\n"


def written_claim(upload: str) -> dict[str, Any]:
    """Li's claim as a program writes it, with a file sent before."""
    line = {"upload": upload, "title": "Order page", "proves": "That I bought them", "source": "My phone"}
    return claim(exhibits=[line]).model_dump(mode="json")


def code_of_the_letter(scene: Scene) -> str:
    """The code that stands in the letter to the respondent, as she reads it."""
    letters = [m.text for m in message_folder(scene.court.settings).messages() if m.address == "post@haiyun.example"]
    found = re.search(r"\b(?:[0-9A-Z]{4,5}-){2}[0-9A-Z]{4,5}\b", letters[0])
    assert found, letters[0]
    return found[0]


def file_and_pay(scene: Scene, people: dict[str, Caller], peer: Peer) -> str:
    """Li lodges twice under one key, the clerk accepts, Li pays on Stripe's page; gives the reference."""
    li, clerk = people["li"], people["clerk"]
    sent = li.upload(ORDER, "order.txt")
    assert sent["sha256"] == hashlib.sha256(ORDER).hexdigest()
    body = written_claim(sent["upload"])
    li.contract.check_request("POST", "/api/v1/cases", body)
    first, again = (li.ask("POST", "/cases", given=body, Idempotency_Key="claim-1") for _ in range(2))
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert "Idempotency-Replayed" not in first.headers and again.headers["Idempotency-Replayed"] == "true"
    reference = str(first.json()["case"])
    with scene.court.database.read() as session:
        lodged = session.scalars(select(DocketEntry.payload).where(DocketEntry.act == "lodge_claim")).one()
    assert json.loads(lodged)["actor"]["sign_in"] == "token", "the entry says that a program lodged it"
    for someone in people.values():
        someone.reference = reference
    assert [c["reference"] for c in clerk.ask("GET", "/cases").json()["cases"]] == [reference]
    tracks = [o["value"] for o in clerk.act("accept_claim")["choices"]["tracks"]]
    assert "small_claims" in tracks
    assert clerk.do("accept_claim", track="small_claims")["case_number"]
    (fee,) = li.read("/fees")["fees"]
    assert fee["payable"] and fee["state"] == "due" and fee["left"]["minor"] > 0
    url, same = (li.ask("POST", f"/cases/{reference}/fees/{fee['assessment']}/payment").json()["url"] for _ in range(2))
    assert url == same and pay_page(url).status_code == 303
    until(lambda: li.read("/fees")["fees"][0]["state"] == "paid", "the fee is paid")
    scene.work()
    return reference


def answer_and_examine(scene: Scene, people: dict[str, Caller]) -> None:
    """Haiyun joins and answers; both sides' exhibits are opposed, a question is asked and answered, the record signed."""
    li, haiyun, judge = people["li"], people["haiyun"], people["judge"]
    joining = {
        "code": code_of_the_letter(scene),
        "name": "Haiyun Information Technology Co., Ltd.",
        "email": "legal@haiyun.example",
        "e_service": True,
        "in_writing": True,
    }
    assert haiyun.ask("POST", "/join", given={**joining, "code": "AAAA-AAAA-AAAAB"}).status_code in (404, 422)
    joined = [haiyun.ask("POST", "/join", given=joining, Idempotency_Key="join").json() for _ in range(2)]
    assert joined[0] == joined[1]
    haiyun.do("file_answer", position="defend", statement="The label is lawful.")
    scene.work()
    letters = li.read("/inbox")["letters"]
    fee = next(letter for letter in letters if letter["amount"])
    assert fee["due_at"] and "pay the court fee" in fee["asked"]["en"] and "24时前" in fee["asked"]["zh-Hans"]
    newest = next(letter for letter in letters if letter["read_at"] is None)
    assert newest["body"] is None
    assert haiyun.ask("POST", f"/cases/{li.reference}/inbox/{newest['reference']}").status_code == 404
    assert li.ask("POST", f"/cases/{li.reference}/inbox/{newest['reference']}").json()["body"]
    sent = haiyun.upload(LABEL, "label.txt")
    line = {
        "upload": sent["upload"],
        "title": "Label",
        "proves": "What it names",
        "source": "Our printer",
        "category": "files",
    }
    haiyun.do("submit_exhibit", **line)
    li.do("apply_for_written_hearing", difficulty="I work nights, the others by day.")
    haiyun.do("answer_written_hearing", agrees="yes")
    judge.do("open_examination", mode="asynchronous")
    opposed(li, haiyun, judge)
    scene.work()
    digest = li.read("/examination")["record_digest"]
    assert li.do("sign_record", status=403, digest=digest)["type"] == "urn:court:problem:confirm-identity"
    li.do("sign_record", code=True, digest=digest)
    haiyun.do("sign_record", code=True, digest=digest)
    assert li.stage() == "deliberation"


def opposed(li: Caller, haiyun: Caller, judge: Caller) -> None:
    """Opening words, opinions on each other's exhibits, a question of the judge's, final words; phases follow each
    other.
    """
    phase = lambda: next(p["key"] for p in li.read("/examination")["phases"] if p["state"] == "open")  # noqa: E731
    assert phase() == "opening"
    for side in (li, haiyun):
        side.do("post_statement", words="I stand by what I wrote.")
    assert phase() == "cross_examination"
    party = next(o["value"] for o in judge.act("put_question")["choices"]["addressees"] if "Li" in o["label"])
    judge.do("put_question", addressees=[party], words="Which device took the picture?", days=3)
    labels = {e["label"]: e["reference"] for e in li.read()["exhibits"]}
    assert set(labels) == {"C-1", "R-1"}
    views = {"authenticity": "accept", "legality": "accept", "relevance": "accept"}
    haiyun.do(
        "give_opinion", exhibit=labels["C-1"], **{**views, "relevance": "dispute"}, reason="It shows another lot."
    )
    li.do("give_opinion", exhibit=labels["R-1"], **views)
    (asked,) = li.read("/examination")["questions"]
    assert asked["mine"] and not haiyun.read("/examination")["questions"][0]["mine"]
    li.do("answer_question", question=asked["reference"], words="My own phone.", exhibits=[labels["C-1"]])
    grounds = {"difficulty": "Their hours do not meet.", "undisputed": "Only the law is left."}
    assert judge.do("rule_on_written_hearing", status=422, answer="allow", reasons="Agreed.")["errors"]
    judge.do("rule_on_written_hearing", answer="allow", **grounds, reasons="Every condition is met.")
    assert phase() == "final"
    li.do("post_statement", words="The price back, please.")
    haiyun.do("finish_turn")
    assert phase() == "record"
    assert li.read("/exhibits/R-1/file") == LABEL


def decide(scene: Scene, judge: Caller, clerk: Caller) -> str:
    """Findings, draft, rest, pronouncement with the typed number; gives the decision's paper."""
    judge.do("record_findings", adopt_undisputed=True)
    subjects = [o["value"] for o in judge.act("record_findings")["choices"]["finding_subjects"]]
    left = {"result": "adopted", "reasons": "The order number is the one on both papers.", "rests_on": ["C-1"]}
    judge.do(
        "record_findings",
        findings=[{"subject": s, **left} for s in subjects if s in ("exhibit/C-1", "fact/1", "fact/2")],
    )
    (head,) = [o["value"] for o in judge.act("draft_decision")["choices"]["reliefs_asked"]]
    order = {"kind": "pay", "relief": head, "debtor": "respondent/1", "creditor": "claimant/1", "amount": "8,000.00"}
    reasons = [{"text": "The goods were not as sold: C-1.", "articles": "Civil Code, art. 577"}]
    costs = [{"party": "claimant/1", "percent": "0"}, {"party": "respondent/1", "percent": "100"}]
    judge.do(
        "draft_decision",
        language="en",
        short=False,
        history="Lodged online.",
        claims="The price back.",
        answers="The label is lawful.",
        issues="Was the label true?",
        reasons=reasons,
        orders=[order],
        costs=costs,
    )
    (draft,) = judge.read("/decisions")["decisions"]
    judge.do("send_for_signing", decision=draft["reference"])
    scene.later(hours=25)
    number, premise = judge.read()["number"], judge.act("issue_decision")["premise"]
    assert judge.do(
        "issue_decision", status=409, code=True, premise="1", decision=draft["reference"], case_number=number
    )["type"].endswith("moved-on")
    given = {"decision": draft["reference"], "case_number": number}
    issued = judge.do("issue_decision", code=True, premise=premise, key="issue", **given)
    assert judge.do("issue_decision", premise=premise, key="issue", **given) == issued, (
        "repeated under its key it needs no second code"
    )
    if "countersign_decision" in [a["act"] for a in clerk.read()["acts"] if a["open"]]:
        clerk.do("countersign_decision", code=True, decision=draft["reference"])
    return str(judge.read("/decisions")["decisions"][0]["document"])


def proven(scene: Scene, person: Caller, paper: str) -> None:
    """Entries, chain, exhibits and the sealed paper agree with their receipts."""
    docket = person.read()["docket"]
    previous = "0" * 64
    for row in docket:
        receipt = files_of(person.read(f"/docket/{row['entry']}/receipt"))
        assert json.loads(receipt["receipt.json"])["sha256"] == row["digest"] and len(receipt) == 5
        if row["content"] is None:
            previous = row["digest"]
            continue
        content = requests.get(
            f"{person.origin}/api/v1/cases/{person.reference}/docket/{row['entry']}",
            headers={"Authorization": f"Bearer {person.token}"},
            timeout=PATIENCE,
        ).content
        assert hashlib.sha256(content).hexdigest() == row["digest"] and canonical(row["content"]) == content
        assert row["content"]["previous"] == previous
        previous = row["digest"]
    file = json.loads(files_of(person.read("/exhibits/C-1/receipt"))["receipt.json"])
    assert file["sha256"] == hashlib.sha256(ORDER).hexdigest()
    pdf = person.read(f"/documents/{paper}")
    with scene.court.database.read() as session:
        from cryptography.hazmat.primitives.serialization import Encoding

        trust = scene.court.notary.authority.root(session).public_bytes(Encoding.PEM)
        assert audit(scene.court, session) == []
    assert validate_pdf(pdf, trust).state is SealState.SEALED
    assert (
        json.loads(files_of(person.read(f"/documents/{paper}/receipt"))["receipt.json"])["sha256"]
        == hashlib.sha256(pdf).hexdigest()
    )


@pytest.mark.slow
def test_a_whole_dispute_is_walked_by_programs(api_scene: tuple[Scene, Peer], callers: dict[str, Caller]) -> None:
    """Everything from the claim to the decision in effect needs nothing but tokens, and each answer is the one that was
    promised.
    """
    scene, peer = api_scene
    reference = file_and_pay(scene, callers, peer)
    answer_and_examine(scene, callers)
    paper = decide(scene, callers["judge"], callers["clerk"])
    li, haiyun = callers["li"], callers["haiyun"]
    assert li.stage() == "pronounced"
    scene.later(hours=1)
    for side in (li, haiyun):
        for letter in side.read("/inbox")["letters"]:
            side.ask("POST", f"/cases/{reference}/inbox/{letter['reference']}")
    scene.work()
    assert (li.stage(), haiyun.read("/decisions")["decisions"][0]["state"]) == ("effective", "issued")
    for side in (li, haiyun):
        proven(scene, side, paper)
    _refused(callers, reference)


def _refused(people: dict[str, Caller], reference: str) -> None:
    """What is not one's own is not there, what is not open says why and what is, and what is wrong says where."""
    li, stranger = people["li"], people["stranger"]
    for path in ("", "/fees", "/examination", "/decisions", "/docket/1", "/exhibits/C-1/file", "/acts/file_answer"):
        answer = stranger.ask("GET", f"/cases/{reference}{path}")
        assert (answer.status_code, answer.json()) == (404, stranger.ask("GET", f"/cases/{'a' * 26}{path}").json())
    assert stranger.ask("POST", f"/cases/{reference}/acts/withdraw_claim", given={}).status_code == 404
    told = (
        li.do("withdraw_claim", status=409, words="No more.")
        if "words" in li.contract.document["components"]["schemas"]["act.withdraw_claim"]["properties"]
        else {}
    )
    told = told or li.ask("POST", f"/cases/{reference}/acts/make_offer", given={}).json()
    opened = [a["act"] for a in li.read()["acts"] if a["open"]]
    if told["status"] == 409:
        assert told["title"] and sorted(told["open_acts"]) == sorted(opened)
    assert li.do("issue_decision", status=403)["status"] == 403
    assert li.do("confirm_address", status=422)["errors"]
    for name, value in (("Authorization", "Bearer odr_of_nobody"), ("Authorization", "Basic bGk6bGk=")):
        assert li.ask("GET", "/cases", **{name: value}).status_code == 401


def test_a_token_does_no_more_than_its_scopes(api_scene: tuple[Scene, Peer], callers: dict[str, Caller]) -> None:
    """A token for reading neither files, acts nor uploads, and says so."""
    scene, _ = api_scene
    li = callers["li"]
    reader = caller(scene, li.origin, li.contract, "li", scopes=[Scope.READ])
    assert reader.ask("GET", "/cases").status_code == 200
    lodged = li.ask("POST", "/cases", given=claim().model_dump(mode="json")).json()["case"]
    assert reader.ask("GET", f"/cases/{lodged}").status_code == 200
    assert reader.ask("POST", "/cases", given=claim().model_dump(mode="json")).status_code == 403
    assert reader.ask("POST", f"/cases/{lodged}/acts/withdraw_claim", given={}).status_code == 403
    assert reader.ask("POST", "/uploads", data=b"x", Content_Type="text/plain").status_code == 403


def test_problems_speak_the_callers_language(callers: dict[str, Caller]) -> None:
    """The sentences of a problem come in Chinese to a program that asks for Chinese."""
    li = callers["li"]
    english, chinese = (li.ask("GET", f"/cases/{'a' * 26}", Accept_Language=tag).json() for tag in ("en", "zh-CN"))
    assert english["title"].isascii() and re.search(r"[\u4e00-\u9fff]", chinese["title"])
