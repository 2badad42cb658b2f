"""A copy as the worker put it together, ready to be certified: what it holds and what it costs. No flask."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Document, Party
from odr.evidence.models import Compilation, CompilationState
from odr.ground.background import each_alone
from odr.ground.errors import CourtError
from odr.ground.memory.built_once import built_once
from odr.ground.text import Money
from odr.identity.actors import CLOCK_ACTOR, Actor, actors_in
from odr.identity.models import Account
from odr.procedure.rules.court_rules import CopyRules
from odr.procedure.time.reckoning import reckon
from odr.register import names
from odr.register.copies.inputs import CertifyCopyInput
from odr.register.copies.models import CopyForm, CopyRequest, CopyState
from odr.register.copies.queries import Piece, exhibit_pieces, paper_pieces

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

log = logging.getLogger(__name__)
AT_ONCE = 50
"""Copies looked at in one round of the worker."""


@dataclass(frozen=True)
class Made:
    """A copy whose files were put together: for whom, its digest and size, up to which entry, and each file in it."""

    row: CopyRequest
    party: Party
    sha256: str
    size: int
    upto: int
    pages: int | None
    pieces: Sequence[Piece]

    @property
    def is_archive(self) -> bool:
        """Whether it is the whole file as an archive."""
        return self.row.form is CopyForm.ARCHIVE


def copy_named(session: Session, case: Case, reference: str) -> CopyRequest | None:
    """A copy that was asked for in the case."""
    return session.scalar(select(CopyRequest).where(CopyRequest.case_id == case.id, CopyRequest.reference == reference))


def made_of(sitting: Sitting, case: Case, reference: str) -> Made | None:
    """A copy that is put together and waits for its certificate; None for any other."""
    session = sitting.session
    row = copy_named(session, case, reference)
    if row is None or row.state is not CopyState.ASKED:
        return None
    compiled = session.get_one(Compilation, row.compilation_id)
    viewer = viewer_of(sitting, case, compiled)
    if not is_kept(sitting.court, compiled) or viewer is None or compiled.sha256 is None:
        return None
    upto, on_paper = compiled.upto or 0, row.form is CopyForm.PAPER
    papers = paper_pieces(session, case, viewer, printed=on_paper)
    # The registry prints the papers of the day of the certificate; an archive holds those of the day it was made.
    found = [*exhibit_pieces(session, case, viewer), *(() if on_paper else papers)]
    pieces = [piece for number, piece in found if number <= upto]
    pages = None
    if on_paper:
        pieces += [piece for _, piece in papers]
        pages = (compiled.pages or 0) + pages_of(session, case, [piece.reference for _, piece in papers])
    return Made(row, case.party(row.party_id), compiled.sha256, compiled.size or 0, upto, pages, pieces)


def is_kept(court: Court, compiled: Compilation) -> bool:
    """Whether what was put together can still be given out: a file of it that is closed to some recalls it for good."""
    now = court.clock.machine_now()
    return compiled.state is CompilationState.READY and (compiled.expires_at is None or compiled.expires_at > now)


def viewer_of(sitting: Sitting, case: Case, compiled: Compilation) -> Actor | None:
    """Whoever asked, in the capacity of then, if they still have it."""
    account = sitting.session.get_one(Account, compiled.account_id)
    found = actors_in(sitting.session, account, case, sitting.now)
    return next((one for one in found if one.hat == compiled.hat), None)


def pages_of(session: Session, case: Case, papers: Sequence[str]) -> int:
    """How many pages papers of the court have together; what is no PDF has none to print."""
    found = session.scalars(select(Document.content).where(Document.case_id == case.id, Document.reference.in_(papers)))
    return sum(_pages(content) for content in found)


def _pages(content: bytes) -> int:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        return len(PdfReader(io.BytesIO(content)).pages) if content.startswith(b"%PDF") else 0
    except PyPdfError:
        return 0


def cost_of(rules: CopyRules, currency: str, form: CopyForm, pages: int | None) -> Money:
    """What a copy costs by the rules of the case: its pages on paper, or an archive (FEE 11)."""
    return Money(rules.archive if form is CopyForm.ARCHIVE else rules.page * (pages or 0), currency)


def certify_due(court: Court) -> int:
    """For the worker: certify each copy that is put together, and say of each that could not be that it was not."""
    with court.database.read() as session:
        waiting = session.execute(
            built_once(
                lambda: (
                    select(CopyRequest.id, Compilation.state)
                    .join(Compilation, Compilation.id == CopyRequest.compilation_id)
                    .where(CopyRequest.state == CopyState.ASKED)
                    .where(Compilation.state.not_in((CompilationState.WAITING, CompilationState.WORKING)))
                    .order_by(CopyRequest.id)
                    .limit(AT_ONCE)
                )
            )
        ).all()
    return each_alone((number for number, _ in waiting), partial(_settle, court), "a copy could not be certified")


def _settle(court: Court, number: int) -> int:
    try:
        if not _certify(court, number):
            failed(court, number)
    except CourtError:  # The case moved on meanwhile.
        log.info("copy %s could not be certified now; it is tried again in the next round", number, exc_info=True)
        return 0
    return 1


def failed(court: Court, number: int) -> None:
    """A copy could not be put together; one that another worker has certified meanwhile stays as it is."""
    with court.database.write() as session:
        row = session.get_one(CopyRequest, number, with_for_update=True)
        if row.state is CopyState.ASKED:
            row.state = CopyState.FAILED


def _certify(court: Court, number: int) -> bool:
    """Whether a copy that waited was certified; somebody who left the case meanwhile gets none."""
    with court.database.read() as session:
        row = session.get_one(CopyRequest, number)
        case = session.get_one(Case, row.case_id)
        made = made_of(court.look(session), case, row.reference)
    if made is None:
        return False
    given = CertifyCopyInput(
        request=row.reference, sha256=made.sha256, size=made.size, upto=made.upto, pages=made.pages
    )
    with court.sit(court.prepare(names.CERTIFY_COPY, case, given, CLOCK_ACTOR)) as sitting:
        sitting.perform(names.CERTIFY_COPY, sitting.session.get_one(Case, case.id), given, actor=CLOCK_ACTOR)
    return True


def keep(sitting: Sitting, case: Case, row: CopyRequest, rules: CopyRules) -> None:
    """What was put together stays to be downloaded and printed as long as the rules say, not only for a day."""
    compiled = sitting.session.get_one(Compilation, row.compilation_id)
    last = reckon(sitting.pack(case), rules.kept, sitting.now, article=str(rules.article)).due_at
    compiled.expires_at = sitting.court.clock.machine_now() + max(last - sitting.now, timedelta())
