"""Parties read and copy the file of their case (CPL 52, 64; FEE 11): what each may see, certified copies, what they cost."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Audience, Case, Document, Role
from odr.docket.visibility import reads_document, reads_entry
from odr.evidence.kit.compiling import recall
from odr.evidence.models import Compilation
from odr.ground.canonical import sha256_hex
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.payments.fee.fee_computation import Matter
from odr.payments.models import AssessmentState, CheckoutSession, CheckoutState, FeeAssessment, Refund
from odr.procedure.models import Task, Window, WindowState
from odr.register.copies.making import certify_due, failed
from odr.register.copies.models import CopyRequest, CopyState
from odr.register.copies.queries import paper_pieces, seen_of
from odr.register.statistics.counting import read_dockets
from odr.service.models import Packet
from tests.scene import Scene

PAPER: dict[str, Any] = {"form": "paper", "how": "post", "to": "1 Lake Road"}


def copy_of(scene: Scene) -> CopyRequest:
    """The newest copy of the case."""
    with scene.court.database.read() as session:
        return session.scalars(select(CopyRequest).order_by(CopyRequest.id.desc())).first() or pytest.fail("no copy")


def test_an_archive_is_certified_and_can_be_checked(small_scene: Scene) -> None:
    """An archive costs nothing, is made by the worker, and the certificate names its digest and every file in it."""
    small_scene.pend()
    small_scene.do("request_copy", "li", form="archive")
    assert copy_of(small_scene).state is CopyState.ASKED
    small_scene.work()
    row = copy_of(small_scene)
    assert (row.state, row.cost_minor) == (CopyState.READY, 0)
    with small_scene.court.database.read() as session:
        compiled = session.get_one(Compilation, row.compilation_id)
        certificate = session.get_one(Document, row.document_id)
        data = b"".join(small_scene.court.ports.store.open(compiled.key or "", 0, compiled.size or 0))
        assert certificate.content.startswith(b"%PDF") and certificate.receipt is not None
        packets = session.scalars(select(Packet).where(Packet.occasion == "certify_copy")).all()
        assert [packet.recipient_name for packet in packets] == ["Li Wen"]
    assert sha256_hex(data) == row.sha256
    assert any(name.endswith("verify.py") for name in zipfile.ZipFile(io.BytesIO(data)).namelist())


def test_a_copy_on_paper_is_paid_printed_and_handed_over(small_scene: Scene) -> None:
    """Its pages are counted, its cost is asked for, and only when it came the registry has it on its desk with a day."""
    small_scene.pend()
    small_scene.do("request_copy", "li", **PAPER)
    small_scene.work()
    row = copy_of(small_scene)
    assert row.state is CopyState.UNPAID and row.pages and row.cost_minor == row.pages * 50
    with pytest.raises(ActNotOpen):
        small_scene.do("hand_over_copy", "clerk", request=row.reference, how="posted", proof="RR123")
    assert small_scene.pay(Matter.COPIES) == 1
    assert copy_of(small_scene).state is CopyState.TO_HAND_OVER
    with small_scene.court.database.read() as session:
        task = session.scalars(select(Task).where(Task.kind == "copy_to_hand_over")).one()
        assert task.done_at is None and task.due_at is not None
    small_scene.do("hand_over_copy", "clerk", request=row.reference, how="posted", proof="RR123")
    assert copy_of(small_scene).state is CopyState.HANDED_OVER
    with small_scene.court.database.read() as session:
        assert session.scalars(select(Task).where(Task.kind == "copy_to_hand_over")).one().done_at is not None
        limit = session.scalars(select(Window).where(Window.kind == "copy_handing_over")).one()
        assert limit.state is WindowState.MET
    with pytest.raises(ActNotOpen):
        small_scene.do("hand_over_copy", "clerk", request=row.reference, how="posted", proof="RR123")


def test_what_a_copy_costs_is_no_court_fee_in_the_statistics(small_scene: Scene) -> None:
    """The public figure of what came in of court fees counts fees, and not what copies, experts or fines are paid."""
    small_scene.pend()

    def paid() -> list[tuple[str, int]]:
        with small_scene.court.database.read() as session:
            return read_dockets(session, [small_scene.case_id], small_scene.court.settings.tz)[small_scene.case_id].paid

    before = paid()
    small_scene.do("request_copy", "li", **PAPER)
    small_scene.work()
    assert small_scene.pay(Matter.COPIES) == 1 and paid() == before
    assert small_scene.pay(Matter.CLAIM) == 0 or paid() != before


def test_a_copy_not_paid_for_falls_and_nothing_is_owed(small_scene: Scene) -> None:
    """After seven days the request falls, its cost is owed no more, and another copy can be asked for."""
    small_scene.pend()
    small_scene.do("request_copy", "li", **PAPER)
    small_scene.work()
    small_scene.later(days=9)
    assert copy_of(small_scene).state is CopyState.FALLEN
    with small_scene.court.database.read() as session:
        notice = session.scalars(select(FeeAssessment).where(FeeAssessment.matter == Matter.COPIES)).one()
        assert notice.state is AssessmentState.CANCELLED
    small_scene.do("request_copy", "li", form="archive")


def test_request_copy_is_refused_to_another_role_and_twice(small_scene: Scene) -> None:
    """The court’s people take copies by other ways, and one copy of a party is made at a time."""
    small_scene.pend()
    for who in ("clerk", "judge"):
        with pytest.raises(Forbidden):
            small_scene.do("request_copy", who, form="archive")
    small_scene.do("request_copy", "li", form="archive")
    with pytest.raises(ActNotOpen):
        small_scene.do("request_copy", "li", form="archive")
    small_scene.do("request_copy", "haiyun", form="archive")
    with pytest.raises(Forbidden):
        small_scene.do("hand_over_copy", "li", request="x" * 26, how="posted", proof="RR123")


@pytest.mark.parametrize("given", [{"form": "paper"}, {"form": "paper", "how": "post"}])
def test_a_copy_on_paper_says_how_it_is_handed_over(small_scene: Scene, given: dict[str, Any]) -> None:
    """A copy on paper is collected or posted, and the post needs an address."""
    small_scene.pend()
    with pytest.raises((InvalidInput, ValueError)):
        small_scene.do("request_copy", "li", **given)


def test_nobody_sees_in_the_file_what_is_not_theirs(small_scene: Scene) -> None:
    """The list of the file, the archive and the certificate hold what its reader may read, and nothing else: no seal, no
    private letter of the other side, no complaint.
    """
    small_scene.pend()
    small_scene.do("complain", "haiyun", about="delay", words="It takes too long, please answer.")
    small_scene.do("request_copy", "haiyun", form="archive")
    small_scene.work()
    small_scene.do("request_copy", "li", form="archive")
    small_scene.work()
    row = copy_of(small_scene)
    with small_scene.court.database.read() as session:
        case, look = session.get_one(Case, small_scene.case_id), small_scene.court.look(session)
        for who in ("li", "haiyun", "clerk", "judge"):
            viewer = small_scene.actor(who)
            found = seen_of(look, case, viewer, None, "en")
            numbers = {line.entry.number for line in found.lines.rows}
            from odr.docket.queries import documents, entries

            every = entries(session, case, limit=500)
            assert numbers == {e.number for e in every if reads_entry(viewer, e)}
            assert found.lines.total + found.hidden == len(every)
            papers = {piece.reference for line in found.lines.rows for piece in line.pieces if piece.label is None}
            mine = {d.reference for d in documents(session, case) if reads_document(viewer, d) and d.sha256}
            assert papers == mine
        compiled = session.get_one(Compilation, row.compilation_id)
        data = b"".join(small_scene.court.ports.store.open(compiled.key or "", 0, compiled.size or 0))
    bag = zipfile.ZipFile(io.BytesIO(data))
    docket = next(name for name in bag.namelist() if name.endswith("docket.jsonl"))
    told = [json.loads(line) for line in bag.read(docket).decode().splitlines()]
    assert "complain" not in {entry.get("act") for entry in told}
    assert b"It takes too long, please answer." not in data


def private_papers(scene: Scene) -> list[str]:
    """Papers of the private room and of the party alone, as a mediation makes them; gives their digests."""
    made = []
    with scene.court.database.write() as session:
        mine = scene.actor("li").party_id
        for number, audience in enumerate((Audience.SETTLEMENT, Audience.OWN_SIDE), 1):
            made.append(f"{number}" * 64)
            session.add(
                Document(
                    case_id=scene.case_id,
                    kind="letter",
                    title={"en": "What we would settle for", "zh-Hans": "调解方案"},
                    locale="en",
                    audience=audience,
                    party_id=mine,
                    entry_number=1,
                    sha256=made[-1],
                    content=b"%PDF-1.4",
                    made_at=scene.clock.now(),
                )
            )
    return made


def test_no_private_paper_is_told_to_the_court_by_a_certificate(small_scene: Scene) -> None:
    """What the registry prints holds no paper of the private room or of the party alone; the certificate of an archive,
    which names them, is read by the party and not by judge or clerk.
    """
    small_scene.pend()
    private = set(private_papers(small_scene))
    small_scene.do("request_copy", "li", **PAPER)
    with small_scene.court.database.read() as session:
        case = session.get_one(Case, small_scene.case_id)
        mine = {piece.sha256 for _, piece in paper_pieces(session, case, small_scene.actor("li"))}
        assert private <= mine
        printed = paper_pieces(session, case, small_scene.actor("li"), printed=True)
        assert printed and not private & {piece.sha256 for _, piece in printed}
    small_scene.work()
    assert copy_of(small_scene).state is CopyState.UNPAID
    small_scene.later(days=9)
    small_scene.do("request_copy", "li", form="archive")
    small_scene.work()
    row = copy_of(small_scene)
    assert row.state is CopyState.READY
    with small_scene.court.database.read() as session:
        certificate = session.get_one(Document, row.document_id)
    assert reads_document(small_scene.actor("li"), certificate)
    assert not any(reads_document(small_scene.actor(who), certificate) for who in ("judge", "clerk", "haiyun"))


def test_what_was_recalled_before_its_certificate_is_not_given_out(small_scene: Scene) -> None:
    """A file closed to the party after the archive was made, and before it was certified, stays closed."""
    small_scene.pend()
    small_scene.do("request_copy", "li", form="archive")
    court = small_scene.court
    sweeps = court.hooks.sweeps
    for name in [name for name in sweeps if name != "copies"]:
        sweeps[name](court)
    row = copy_of(small_scene)
    with court.database.write() as session:
        recall(session, session.get_one(Case, small_scene.case_id), court.clock.machine_now())
    certify_due(court)
    assert copy_of(small_scene).state is CopyState.FAILED
    with court.database.read() as session:
        until = session.get_one(Compilation, row.compilation_id).expires_at
        assert until is not None and until <= court.clock.machine_now()
    small_scene.do("request_copy", "li", form="archive")


def test_a_paid_copy_that_cannot_be_handed_over_is_paid_back(small_scene: Scene) -> None:
    """Where a file of it was closed after it was paid for, the registry says so: what it cost goes back, nothing of it
    waits any more, and the party can ask anew.
    """
    small_scene.pend()
    small_scene.do("request_copy", "li", **PAPER)
    small_scene.work()
    small_scene.pay(Matter.COPIES)
    row = copy_of(small_scene)
    assert row.state is CopyState.TO_HAND_OVER
    with small_scene.court.database.write() as session:
        recall(session, session.get_one(Case, small_scene.case_id), small_scene.court.clock.machine_now())
    small_scene.do("hand_over_copy", "clerk", request=row.reference, how="not", proof="An exhibit was closed since.")
    assert copy_of(small_scene).state is CopyState.FAILED
    with small_scene.court.database.read() as session:
        assert session.scalars(select(Task).where(Task.kind == "copy_to_hand_over")).one().done_at is not None
        assert (
            session.scalars(select(Window).where(Window.kind == "copy_handing_over")).one().state is WindowState.ENDED
        )
        refund = session.scalars(select(Refund).where(Refund.case_id == small_scene.case_id)).one()
        assert refund.amount_minor == row.cost_minor
    small_scene.do("request_copy", "li", form="archive")


def test_a_copy_that_another_worker_certified_is_not_called_failed(small_scene: Scene) -> None:
    """Two workers look at the same copy: what one has certified the other leaves as it is."""
    small_scene.pend()
    small_scene.do("request_copy", "li", form="archive")
    small_scene.work()
    row = copy_of(small_scene)
    assert row.state is CopyState.READY
    failed(small_scene.court, row.id)
    assert copy_of(small_scene).state is CopyState.READY


def test_a_copy_whose_payment_came_to_nothing_falls(small_scene: Scene) -> None:
    """A payment on its way is waited for; when it fails, the request falls, nothing stays on the cashier's desk, and the
    party can ask anew.
    """
    small_scene.pend()
    small_scene.do("request_copy", "li", **PAPER)
    small_scene.work()
    row = copy_of(small_scene)
    with small_scene.court.database.write() as session:
        visit = CheckoutSession(
            assessment_id=row.assessment_id,
            attempt=1,
            amount_minor=row.cost_minor,
            currency=row.currency,
            locale="en",
            state=CheckoutState.PROCESSING,
            asked_at=small_scene.clock.now(),
            expires_at=small_scene.clock.now(),
        )
        session.add(visit)
        session.flush()
        number = visit.id
    small_scene.later(days=9)
    assert copy_of(small_scene).state is CopyState.UNPAID
    with small_scene.court.database.read() as session:
        limits = session.scalars(select(Window.state).where(Window.kind == "copy_cost")).all()
        assert limits[-1] is WindowState.OPEN
    with small_scene.court.database.write() as session:
        session.get_one(CheckoutSession, number).state = CheckoutState.EXPIRED
    small_scene.later(days=9)
    assert copy_of(small_scene).state is CopyState.FALLEN
    with small_scene.court.database.read() as session:
        left = session.scalars(select(Task).where(Task.role == Role.CASHIER, Task.done_at.is_(None))).all()
        assert not [task for task in left if task.kind == "fee_unpaid"]
    small_scene.do("request_copy", "li", form="archive")
