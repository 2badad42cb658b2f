"""What belongs to the files of a claim: further pictures of one chat, copies for the others, their sealing, and what the
court itself fetched for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from odr.filing.draft.sharing import EXHIBITS, files_in
from odr.filing.inputs import ClaimInput, ExhibitLine
from odr.filing.models import Draft
from odr.ground.errors import FieldFault
from odr.ground.text import T
from odr.procedure.hooks import EarlyState, EarlyView, FetchedFile, GoesAlong

if TYPE_CHECKING:
    from odr.procedure.court import Court

TAKEN_OUT = "taken_out"
"""Key in the values of a draft: files that stood in its evidence and were taken out; they come back by hand alone."""


def going_along(court: Court, session: Session, reference: str) -> GoesAlong:
    """What goes along with a file."""
    return all_along(court, session, [reference]).get(reference, GoesAlong())


def all_along(court: Court, session: Session, references: Iterable[str]) -> Mapping[str, GoesAlong]:
    """What goes along with some files, for those with which something does."""
    sent, named = court.hooks.sent_files, [each for each in references if each]
    return sent.along(session, named) if sent is not None and named else {}


def unexplained(court: Court, session: Session, lines: Sequence[ExhibitLine]) -> list[FieldFault]:
    """Files of which the others are to see a copy, and nobody said what is blurred in it and why."""
    words = T("Say what you blurred or cut away in the copy, and why.")
    along = all_along(court, session, [line.upload for line in lines])
    return [
        FieldFault(("exhibits", i, "why_secret"), words)
        for i, line in enumerate(lines)
        if not line.why_secret and along.get(line.upload, GoesAlong()).copies
    ]


def sealed_of(court: Court, claim: ClaimInput, senders: Sequence[int]) -> Mapping[str, Any]:
    """The files of a claim that are to be kept from others, encrypted, as a Sitting takes them."""
    sent = court.hooks.sent_files
    asked = {line.upload: line.secret for line in claim.exhibits if line.why_secret}
    return sent.sealed(court, senders, asked) if sent is not None and asked else {}


# -- what the court fetched ----------------------------------------------------------


def fetches_of(court: Court, session: Session, draft: Draft, accounts: Sequence[int]) -> Sequence[EarlyView]:
    """What these people let the court fetch for a draft, the newest first."""
    early = court.hooks.early_fetches
    return early.listed(session, draft.reference, accounts, court.clock.now()) if early is not None else []


def fetched_files(court: Court, session: Session, references: Iterable[str]) -> Mapping[str, FetchedFile]:
    """Of these files, those that the court fetched, with what it says of each."""
    early, named = court.hooks.early_fetches, [each for each in references if each]
    return early.files(session, named) if early is not None and named else {}


def not_looked_at(court: Court, session: Session, draft: Draft, me: int) -> list[str]:
    """Files the court fetched for ``me`` that have not stood in the evidence of the draft yet: nobody lodges past them."""
    seen = {*draft.values.get(TAKEN_OUT, ()), *files_in(draft.values.get(EXHIBITS, {}))}
    came = (each for each in reversed(fetches_of(court, session, draft, [me])) if each.state is EarlyState.CAME)
    return [reference for each in came for reference, _, _ in each.files if reference not in seen]


def still_fetching(fetches: Sequence[EarlyView]) -> int:
    """How much has not come yet and still may."""
    return sum(1 for each in fetches if each.state in (EarlyState.WAITING, EarlyState.WORKING))


def with_fetched(
    court: Court, session: Session, draft: Draft, values: dict[str, Any], locale: str, new: Sequence[str] = ()
) -> dict[str, Any]:
    """Evidence in which what the court fetched says itself what it is, what it shows and where it comes from; ``new`` get
    rows of their own. What somebody wrote there stays, but for the source: that is the court's to say.
    """
    filled, named = dict(values), set(files_in(values))
    rows = [int(k.split("-")[1]) for k in values if k.startswith("exhibits-") and k.split("-")[1].isdigit()]
    for number, reference in enumerate(dict.fromkeys(r for r in new if r not in named), max(rows, default=-1) + 1):
        filled[f"exhibits-{number}-upload"] = reference
    of_row = {
        key.removesuffix("-upload"): str(value[0] if isinstance(value, list) else value)
        for key, value in filled.items()
        if key.startswith("exhibits-") and key.endswith("-upload") and value
    }
    told = fetched_files(court, session, of_row.values())
    for row, reference in of_row.items():
        if reference not in told:
            continue
        one = told[reference]
        filled[f"{row}-source"] = one.source.render(locale)[:1000]
        filled[f"{row}-fetched"] = "1"
        if reference not in named:
            filled[f"{row}-title"] = (one.title if isinstance(one.title, str) else one.title.render(locale))[:200]
            filled[f"{row}-proves"] = one.proves
    return filled
