"""A page on which one does something that a time limit waits for says until when, and what silence brings."""

from __future__ import annotations

import re
from collections.abc import Callable

from odr.procedure.models import WindowState
from tests.filing.test_motions import FACTS, MONEY
from tests.filing.visitor import Visitor
from tests.scene import Scene

VisitorOf = Callable[..., Visitor]


def plain(page: str) -> str:
    """A page whose dates may break at any blank."""
    return page.replace("\xa0", " ")


def day_of(scene: Scene, kind: str) -> str:
    """The last day of a time limit, as a page writes it."""
    with scene.court.database.read() as session:
        look = scene.court.look(session)
        window = next(w for w in look.windows(scene.case(), kind, state=WindowState.OPEN) if w.party_id is not None)
        assert window.due_at is not None
        return f"{window.due_at.astimezone(scene.court.settings.tz):%-d %B %Y}"


def test_the_page_of_a_correction_says_until_when_and_where_papers_go(visitor: VisitorOf, small_scene: Scene) -> None:
    """A claim that was returned: day, what follows without a correction, and where the identity document is sent, which the
    form itself does not take. While nothing is to be corrected there is no such form.
    """
    small_scene.lodge()
    li, path = visitor("li"), f"/cases/{small_scene.case().reference}/correct"
    li.get(path, 409)
    small_scene.do(
        "return_claim",
        "clerk",
        defects=[{"part": "identity", "what": "Send a photograph of your identity document."}],
        days=7,
    )
    page = plain(li.get(path))
    assert day_of(small_scene, "correction") in page and "If you do nothing:" in page
    assert re.search(r'href="[^"]*show_identity"', page)


def test_the_page_of_an_answer_and_of_a_short_act_say_until_when(visitor: VisitorOf, small_scene: Scene) -> None:
    """The respondent's answer, and the counterclaim's, a page made from its input alone, name the last day."""
    small_scene.lodge()
    small_scene.accept()
    small_scene.join()
    reference = small_scene.case().reference
    page = plain(visitor("haiyun").get(f"/cases/{reference}/answer"))
    assert day_of(small_scene, "answer") in page and "If you do nothing:" in page
    small_scene.do("file_counterclaim", "haiyun", facts=FACTS, relief=MONEY)
    small_scene.work()
    page = plain(visitor("li").get(f"/cases/{reference}/do/answer_counterclaim"))
    assert day_of(small_scene, "counterclaim_answer") in page and "If you do nothing:" in page


def test_who_has_shown_who_they_are_is_not_asked_again(visitor: VisitorOf, small_scene: Scene) -> None:
    """The receipt of the claim offers to show one's identity meanwhile; once it was shown, no receipt does."""
    small_scene.lodge()
    reference = small_scene.case().reference
    li = visitor("li")
    offered = "Meanwhile, show the registry who you are"
    assert offered in li.get(f"/cases/{reference}/docket/1?done=1")
    paper = small_scene.upload("li", b"%PDF-1.7 a document", "identity.pdf")
    small_scene.do("show_identity", "li", paper="document", front=paper.reference)
    assert offered not in li.get(f"/cases/{reference}/docket/1?done=1")
