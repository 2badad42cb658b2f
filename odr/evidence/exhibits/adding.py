"""A file becomes an exhibit of a party: the next number of its letter, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, false, func, select, true

from odr.docket.models import Case, Party
from odr.evidence.models import Category, Exhibit, ExhibitPart, ExhibitState, Upload
from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.procedure.models import WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def is_late(sitting: Sitting, case: Case, party: Party) -> bool:
    """Whether a party's time for evidence has ended and no other of it runs: what comes now is marked late (CPI 101)."""
    ended = sitting.windows(case, "evidence", party=party, state=WindowState.LAPSED)
    return bool(ended) and not sitting.windows(case, "evidence", party=party)


_KNOWN_AND_HIGHEST = select(
    select(func.count(Exhibit.id)).where(Exhibit.upload_id == bindparam("upload")).scalar_subquery(),
    select(func.max(Exhibit.number))
    .where(
        Exhibit.case_id == bindparam("case"),
        Exhibit.party_id == bindparam("party"),
        Exhibit.of_court.is_(false()),
    )
    .scalar_subquery(),
)
_HIGHEST_OF_COURT = select(func.max(Exhibit.number)).where(
    Exhibit.case_id == bindparam("case"), Exhibit.of_court.is_(true())
)
OF_COURT = "J"
"""Letter of the exhibits that the court made itself."""


def label_in(sitting: Sitting, case: Case, party: Party, *, of_court: bool) -> tuple[int, str]:
    """The next number of a party’s exhibits, or of the court’s own, and the label with it."""
    if of_court:
        highest = sitting.session.scalar(_HIGHEST_OF_COURT, {"case": case.id})
    else:
        mine = (Exhibit.case_id == case.id, Exhibit.party_id == party.id, Exhibit.of_court.is_(false()))
        highest = sitting.session.scalar(select(func.max(Exhibit.number)).where(*mine))
    number = (highest or 0) + 1
    return number, f"{OF_COURT if of_court else party.letter}-{number}"


def add_exhibit(
    sitting: Sitting,
    case: Case,
    party: Party,
    upload: Upload,
    *,
    title: str,
    proves: str,
    source: str,
    now: datetime,
    category: Category = Category.DOCUMENT,
    provenance: dict[str, Any] | None = None,
    state: ExhibitState = ExhibitState.SUBMITTED,
    meets: tuple[str, ...] = (),
    language: str | None = None,
    facts: Sequence[int] = (),
    summary: str | None = None,
    along: Sequence[Upload] = (),
    of_court: bool = False,
) -> Exhibit:
    """Enter the file as the party's next exhibit, with what belongs to it, or as the next of the court's own, which
    stands beside the party's. Raises InvalidInput for a file that is one already.
    """
    sitting.session.flush()  # several may come in one act
    asked = {"upload": upload.id, "case": case.id, "party": party.id}
    known, highest = sitting.session.execute(_KNOWN_AND_HIGHEST, asked).one()
    if known:
        raise InvalidInput.at("upload", T("This file is already an exhibit. Send another file."))
    number, label = (highest or 0) + 1, f"{party.letter}-{(highest or 0) + 1}"
    if of_court:
        number, label = label_in(sitting, case, party, of_court=True)
    exhibit = Exhibit(
        case_id=case.id,
        party_id=party.id,
        of_court=of_court,
        label=label,
        number=number,
        title=title,
        category=category,
        proves=proves,
        source=source,
        provenance=provenance or {},
        upload_id=upload.id,
        entry_number=sitting.next_number(case),
        submitted_at=now,
        state=state,
        meets=list(meets),
        language=language,
        facts=sorted(set(facts)),
        summary=summary,
        seal=None,
    )
    upload.used_at = upload.used_at or now
    for position, each in enumerate(along, 2):
        each.used_at = each.used_at or now
        exhibit.parts.append(ExhibitPart(position=position, upload=each))
    sitting.session.add(exhibit)
    sitting.session.flush()
    return exhibit
