"""Keeping and erasing: a dated rule, a list, a person's decision, a hold; and what stays provable afterwards."""

from __future__ import annotations

import io
from datetime import date

import pytest
from hypothesis import given, strategies as st
from pypdf import PdfReader
from sqlalchemy import select

from odr.docket.models import Case, Outcome, Stage
from odr.evidence.kit import verifier
from odr.evidence.kit.kit import fingerprint
from odr.evidence.models import Blob, CompilationKind, Exhibit
from odr.evidence.retention import rules as retention_rules
from odr.evidence.retention.models import ErasureProposal, ErasureState
from odr.evidence.store.integrity_check import check
from odr.ground.errors import ActNotOpen, InvalidInput, NotFound
from odr.notary.models import Receipt
from odr.procedure.audit.docket_audit import audit
from odr.procedure.models import Task
from odr.procedure.rules.base import Period, Unit
from odr.procedure.rules.registry import PackRegistry
from tests.evidence.test_case_file import made, signed_in, with_exhibits
from tests.kept import kept, lays_rows
from tests.scene import Scene


@kept
@lays_rows
def closed(scene: Scene) -> None:
    """A case with an exhibit in the database and one in the store, over."""
    with_exhibits(scene)
    upload = scene.upload("li", b"a long log\n" * 20_000, "log.txt")
    scene.do(
        "submit_exhibit",
        "li",
        upload=upload.reference,
        title="Log",
        category="records",
        proves="It",
        source="My server",
    )
    with scene.court.database.write() as session:
        case = session.get_one(Case, scene.case_id)
        case.stage, case.outcome, case.closed_at = Stage.CLOSED, Outcome.PERFORMED, scene.clock.now()


def exhibit(scene: Scene, label: str) -> Exhibit:
    with scene.court.database.read() as session:
        found = session.scalars(select(Exhibit).where(Exhibit.case_id == scene.case_id, Exhibit.label == label)).one()
        assert found.upload.blob is not None
        return found


def test_nothing_is_erased_before_its_time_and_never_by_the_clock(small_scene: Scene) -> None:
    """Before the rule's time nothing is on the list; after it the list is prepared once, a task waits for the judge,
    and every file is still there.
    """
    closed(small_scene)
    assert retention_rules.prepare(small_scene.court) == []
    small_scene.later(days=365 * 10 + 10)
    assert [exhibit(small_scene, label).upload.blob.erased_at for label in ("C-1", "C-2", "R-1")] == [None] * 3  # type: ignore[union-attr]
    found = retention_rules.prepare(small_scene.court)
    assert [each.exhibit.label for each in found] == ["C-1", "R-1", "C-2"] and retention_rules.prepare(
        small_scene.court
    ) == []
    with small_scene.court.database.read() as session:
        assert len(session.scalars(select(Task).where(Task.kind == "erasure_due", Task.done_at.is_(None))).all()) == 1
        assert {row.state for row in session.scalars(select(ErasureProposal))} == {ErasureState.PROPOSED}
        assert check(small_scene.court.ports.store, session) == []


def test_erased_are_file_receipt_and_salt_and_the_neighbours_stay_proven(
    small_scene: Scene, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """After the judge's act file, receipt and salt are gone from database and store, the log audits whole, and a case
    file of the rest proves itself.
    """
    closed(small_scene)
    small_scene.later(days=365 * 10 + 10)
    retention_rules.prepare(small_scene.court)
    before = {label: exhibit(small_scene, label) for label in ("C-1", "C-2", "R-1")}
    receipt = small_scene.do(
        "decide_erasure", "judge", labels=["C-1", "C-2"], answer="erase", reasons="Ten years are over."
    )
    assert "C-1, C-2" in receipt.words["en"]
    with small_scene.court.database.read() as session:
        for label in ("C-1", "C-2"):
            kept = session.get_one(Receipt, before[label].upload.receipt)
            assert (kept.body, kept.entry_id) == (None, None) and kept.erased_at is not None
            blob = session.get_one(Blob, before[label].upload.blob_id)
            assert (
                blob.erased_at is not None
                and blob.key is None
                and session.scalar(select(Blob.content).where(Blob.id == blob.id)) is None
            )
            with pytest.raises(NotFound):
                small_scene.court.notary.receipt_files(session, before[label].upload.receipt or "")
        assert small_scene.court.notary.receipt_files(session, before["R-1"].upload.receipt or "").proof is not None
        assert small_scene.court.notary.audit(session) == [] and check(small_scene.court.ports.store, session) == []
        found = [fault for fault in audit(small_scene.court, session) if "closed" not in fault]
        assert found == [], "what was erased by a rule is no fault; only the test itself closed the case by its row"
    key = before["C-2"].upload.blob.key  # type: ignore[union-attr]
    assert key is not None and key not in set(small_scene.court.ports.store.names())
    database = small_scene.court.database.path
    assert database is not None and all(
        b"order 8842" not in part.read_bytes() for part in database.parent.glob(database.name + "*")
    )
    folder = tmp_path_factory.mktemp("bag")
    row, data = made(small_scene, "li", CompilationKind.CASE_FILE)
    (folder / "case.zip").write_bytes(data)
    keys = {fingerprint(key) for key in small_scene.court.notary.log_vkeys()}
    assert len(keys) > 1 and verifier.verify(folder / "case.zip", keys)[0] == []
    assert {each["item"] for each in row.left_out} >= {"exhibit C-1", "exhibit C-2"}
    _, data = made(small_scene, "li", CompilationKind.BUNDLE)
    assert "erased under a rule" in "".join(p.extract_text() for p in PdfReader(io.BytesIO(data)).pages)


def test_pages_say_what_was_erased(small_scene: Scene) -> None:
    """The exhibit's page keeps the digest and says that the file is gone; the file and its receipt are not found; the
    page on keeping names entry and rule.
    """
    closed(small_scene)
    path = f"/cases/{small_scene.case().reference}/exhibits"
    assert "10 years" in signed_in(small_scene, "li").get(f"{path}/retention").get_data(as_text=True)
    small_scene.later(days=365 * 10 + 10)
    retention_rules.prepare(small_scene.court)
    small_scene.do("decide_erasure", "judge", labels=["C-1"], answer="erase", reasons="Ten years are over.")
    client = signed_in(small_scene, "li")
    page = client.get(f"{path}/C-1").get_data(as_text=True)
    assert str(exhibit(small_scene, "C-1").upload.sha256) in page and "Erased under a rule" in page
    assert [client.get(f"{path}/C-1/{part}").status_code for part in ("file", "receipt.json")] == [404, 404]
    shown = client.get(f"{path}/retention").get_data(as_text=True)
    assert "Erased" in shown and "A person has to decide" in shown


def test_hold_forbids_erasing_until_it_is_lifted(small_scene: Scene) -> None:
    """Under a hold nothing comes onto the list, and what is on it is not erased; lifted, the rules apply again."""
    closed(small_scene)
    with pytest.raises(ActNotOpen):
        small_scene.do("lift_hold", "judge", reasons="There is none.")
    small_scene.later(days=365 * 10 + 10)
    retention_rules.prepare(small_scene.court)
    small_scene.do("order_hold", "judge", reasons="A retrial is asked for.")
    with pytest.raises(ActNotOpen, match="hold"):
        small_scene.do("decide_erasure", "judge", labels=["C-1"], answer="erase", reasons="Time is over.")
    with pytest.raises(ActNotOpen):
        small_scene.do("order_hold", "judge", reasons="Twice.")
    assert retention_rules.prepare(small_scene.court) == []
    small_scene.do("lift_hold", "judge", reasons="Refused.")
    small_scene.do("decide_erasure", "judge", labels=["C-1"], answer="erase", reasons="Time is over.")
    with pytest.raises(InvalidInput):
        small_scene.do("decide_erasure", "judge", labels=["C-1"], answer="erase", reasons="Twice.")
    small_scene.do("decide_erasure", "judge", labels=["C-2", "R-1"], answer="keep", reasons="For history.")
    assert exhibit(small_scene, "R-1").upload.blob.erased_at is None  # type: ignore[union-attr]
    with pytest.raises(ActNotOpen):
        small_scene.do("decide_erasure", "judge", labels=["R-1"], answer="erase", reasons="After all.")


def test_every_pack_has_its_rule_dated_and_cited() -> None:
    """Both packs say how long exhibits are kept, with the practice they follow."""
    packs = PackRegistry.load()
    for name, years in (("cn", 10), ("ew", 6)):
        pack = packs.in_force(name, date(2026, 3, 2))
        assert pack.retention is not None
        rule = pack.retention.rules["exhibits"]
        assert (rule.after.amount, rule.after.unit) == (years, Unit.YEARS) and pack.cite(rule.article).render("zh-Hans")


@given(
    st.dates(date(2000, 1, 1), date(2090, 1, 1)),
    st.integers(1, 60),
    st.sampled_from([Unit.DAYS, Unit.MONTHS, Unit.YEARS]),
)
def test_time_of_keeping_grows_with_its_length(day: date, amount: int, unit: Unit) -> None:
    """A longer period never ends before a shorter one, and none ends on the day it begins."""
    shorter, longer = (retention_rules.after(day, Period(amount=a, unit=unit)) for a in (amount, amount + 1))
    assert day < shorter < longer
