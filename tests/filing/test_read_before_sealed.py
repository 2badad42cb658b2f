"""A ruling is read before it is sealed: the page of its form shows the paper that the answers kept in it would make."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Document
from tests.filing.third import leave_asked, with_claim
from tests.papers.test_forms import text_of
from tests.scene import Scene
from tests.test_bad_input import signed_in

REASONS = "He asks for it of his own will, and nobody else is harmed."


def words_of(page: str) -> str:
    """What is read on a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.fixture
def asked(pending: Scene) -> str:
    """The claimant asks to withdraw, and a third party has a claim of their own; the reference of the request."""
    with_claim(pending)
    return leave_asked(pending)


def sealed_ruling(scene: Scene) -> str:
    """The words of the newest ruling of the case, without spaces."""
    with scene.court.database.read() as session:
        found = select(Document.content).where(Document.case_id == scene.case_id, Document.kind == "ruling")
        return text_of(session.scalars(found.order_by(Document.id.desc())).first() or b"")


def test_the_judge_reads_the_whole_ruling_first(pending: Scene, asked: str) -> None:
    """With what the court adds to it: who bears the fee, whose claim goes on, that there is no appeal; each line stands in the sealed
    paper. Nothing is given by reading it.
    """
    client, headers = signed_in(pending, create_app(court=pending.court), "judge")
    form = f"/cases/{pending.case().reference}/do/rule_on_withdrawal"
    before = pending.case().entry_count
    shown = client.get(form).text
    assert "Save and read the paper" in shown
    assert "ruling-begun" not in shown, "nothing is kept yet"
    typed = {"request": asked, "answer": "allow", "reasons": REASONS}
    kept = client.post(f"{form}/draft", data={**typed, "look": "1"}, headers=headers)
    assert kept.status_code == 303 and kept.headers["Location"].endswith("/do/rule_on_withdrawal")
    page = client.get(form).text
    read = words_of(page.split('id="ruling-begun"')[1].split("</section>")[0])
    for line in (
        "The claim is withdrawn by leave of the court.",
        "goes on as a case of its own",
        REASONS,
        "No appeal lies against this ruling.",
        "Li Wen bears it and pays it to the court.",
    ):
        assert line in read.replace("\xa0", " "), read
    assert pending.case().entry_count == before
    lines = [words_of(line).strip() for line in re.findall(r'<p class="govuk-body court-said"[^>]*>(.*?)</p>', page)]
    pending.do("rule_on_withdrawal", "judge", **typed)
    sealed = sealed_ruling(pending)
    assert len(lines) > 4
    assert [line for line in lines if re.sub(r"\s+", "", line) not in sealed] == []


def test_what_is_not_complete_makes_no_paper(pending: Scene, asked: str) -> None:
    """An answer that is missing: the form is kept, and shows no paper."""
    client, headers = signed_in(pending, create_app(court=pending.court), "judge")
    form = f"/cases/{pending.case().reference}/do/rule_on_withdrawal"
    client.post(f"{form}/draft", data={"request": asked, "reasons": REASONS, "look": "1"}, headers=headers)
    page = client.get(form).text
    assert REASONS in page and "ruling-begun" not in page
