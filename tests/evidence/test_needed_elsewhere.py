"""A file that something else stands on too: another exhibit's proof, or what was given to the court in another case."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Outcome, Stage
from odr.evidence.exhibits.access import attached_upload
from odr.evidence.models import Exhibit, Upload
from odr.evidence.retention import rules as retention_rules
from odr.ground.errors import ActNotOpen
from tests.evidence.test_case_file import with_exhibits
from tests.evidence.test_retention import exhibit
from tests.scene import Scene, claim


def brought(scene: Scene, upload: Upload, title: str) -> Exhibit:
    """An exhibit of Li's."""
    given = {"upload": upload.reference, "title": title, "category": "records", "proves": "It", "source": "My server"}
    scene.do("submit_exhibit", "li", **given)
    with scene.court.database.read() as session:
        return session.scalars(select(Exhibit).where(Exhibit.title == title)).one()


def over(scene: Scene) -> None:
    """The case is over since longer than the rules have anything kept, and all of it is on the list."""
    with scene.court.database.write() as session:
        case = session.get_one(Case, scene.case_id)
        case.stage, case.outcome, case.closed_at = Stage.CLOSED, Outcome.PERFORMED, scene.clock.now()
    scene.later(days=365 * 10 + 10)
    retention_rules.prepare(scene.court)


def is_gone(scene: Scene, upload: Upload) -> bool:
    """Whether the file was erased."""
    with scene.court.database.read() as session:
        blob = session.get_one(Upload, upload.id).blob
        assert blob is not None
        return blob.erased_at is not None


def token(scene: Scene) -> bytes:
    """A time token over something."""
    with scene.court.database.read() as session:
        authority = scene.court.notary.time_authority(session)
        return authority.response(hashlib.sha256(b"order 8842").digest(), scene.clock.machine_now())


def erase(scene: Scene, *labels: str) -> None:
    """The judge has exhibits erased."""
    scene.do("decide_erasure", "judge", labels=list(labels), answer="erase", reasons="Ten years are over.")


def test_a_proof_of_two_exhibits_goes_with_the_last_of_them(small_scene: Scene) -> None:
    """One proof was attached to both: erasing one takes nothing from the other; erased together, it goes too."""
    with_exhibits(small_scene)
    second = brought(small_scene, small_scene.upload("li", b"a second order", "second.txt"), "Second")
    proof = small_scene.upload("li", token(small_scene), "both.tsr")
    for one in (exhibit(small_scene, "C-1"), second):
        small_scene.do("attach_proof", "li", exhibit=one.reference, upload=proof.reference)
    over(small_scene)
    erase(small_scene, "C-1")
    assert not is_gone(small_scene, proof) and is_gone(small_scene, exhibit(small_scene, "C-1").upload)
    erase(small_scene, second.label)
    assert is_gone(small_scene, proof)


def test_an_exhibit_that_proves_another_is_kept_as_long_as_that(small_scene: Scene) -> None:
    """The proof is an exhibit by itself: it is not erased before the one it proves, and the refusal says why."""
    with_exhibits(small_scene)
    proof = small_scene.upload("li", token(small_scene), "token.tsr")
    stamp = brought(small_scene, proof, "Token")
    small_scene.do("attach_proof", "li", exhibit=exhibit(small_scene, "C-1").reference, upload=proof.reference)
    over(small_scene)
    with pytest.raises(ActNotOpen, match="proof of another exhibit"):
        erase(small_scene, stamp.label)
    erase(small_scene, stamp.label, "C-1")
    assert is_gone(small_scene, proof)


def test_what_was_shown_in_one_case_stays_there_when_it_is_an_exhibit_of_another(small_scene: Scene) -> None:
    """An identity card shown to the registry, later brought as an exhibit of another case: the registry still opens it, also
    after the other case's time has run.
    """
    small_scene.pend()
    first, card = (
        small_scene.case_id,
        small_scene.upload("li", b"\x89PNG\r\n\x1a\n" + b"x" * 40, "card.png", "image/png"),
    )
    small_scene.do("show_identity", "li", paper="document", front=card.reference)

    def still_shown() -> bool:
        with small_scene.court.database.read() as session:
            found = select(DocketEntry).where(DocketEntry.case_id == first, DocketEntry.act == "show_identity")
            return attached_upload(session, session.scalars(found).one(), card.reference) is not None

    assert still_shown()
    small_scene.lodge(claim())
    small_scene.accept()
    label = brought(small_scene, card, "My card").label
    assert still_shown()
    over(small_scene)
    with pytest.raises(ActNotOpen, match="in another case"):
        erase(small_scene, label)
    assert still_shown() and not is_gone(small_scene, card)
