"""What belongs to a case, a draft or an upload is found through it, never through a person: whoever is drawn into one
thing must not bring everything else they have along (files, letters, mandates, drafts).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.parsed import files, nodes_of

ROOT = Path(__file__).resolve().parents[1] / "odr"
OWN = {
    "account_id",
    "me",
    "my_account_id",
    "_account",
    "_account_id",
    "account",
    "person",
    "actor",
    "_me",
    "owner",
    "hers",
}
"""Names under which somebody asks for what is their own."""
OBJECTS = {"case_id", "draft_id", "batch_id", "party_id", "upload_id", "id", "token_hash", "subject", "credential_id"}
"""Columns that tie a row to one thing."""

ALLOWED: dict[str, str] = {
    "filing/registry/posts.py:terms_of": "posts and trainings of those who could be drawn for one case; no page shows what it gives",
    "evidence/intake/belonging.py:_of": "bound by `part_of` to one file, and to that file's own sender",
    "evidence/intake/unsubmitted_uploads.py:open_notices": "for the worker alone; each notice goes to its own sender",
    "evidence/retention/rules.py:_stands_in_another_case": "bound by the reference of one file in the entry; whether there is one, nothing of it",
    "evidence/sources/digests.py:first_filed": "bound by the digest of the very file; the file's sender sent the list",
    "filing/parties/firm/handing.py:_conducted": "heads of cases whose conduct the reader's own people were given; no file opens",
    "identity/mandates.py:put_on": "one mandate: whether the same assistant stands beside it already",
    "procedure/papers/form.py:_said_elsewhere": "what the registry verified of the same person: their own account, kind and name",
    "judgment/payment_order/queries.py:is_preserved": "CPI 427(7): yes or no for clerk and judge, nothing of the other case",
    "judgment/preservation/case_without_claim.py:claims_that_follow": "CPL 104: the applicant's claims against the same",
    "procedure/case/act_drafts.py:files_in_act_drafts": "for the worker alone; each file stays its own sender's",
    "training/undone_judgments.py:at_work": "the story itself, in a training court: an absence of the judge that it tells",
    "training/volume/filling.py:_everybody": "a training court alone: whether its judges hear cases already",
    "service/sending/daily_reminder.py:_named": "for the worker alone; each reminder goes to its own account",
}
"""Lists gathered through somebody other than who asks, each with why nothing of another thing comes along."""

BY_REFERENCE: dict[str, str] = {
    "evidence/exhibits/sealing.py:sealed_files": "senders stand in the same query; nothing is shown: the act takes it or not",
    "evidence/intake/upload.py:_finished": "tells the desk itself whether an upload of its own is over",
    "filing/draft/drafts.py:find_draft": "`_is_theirs` stands in the same query",
    "filing/parties/firm/handing.py:take_off": "bound by the reader's own office; of a case of others only for who runs it",
    "identity/mandates.py:_of_subject": "the reference comes from the court's own link, never from a form",
}
"""Where a typed reference alone finds a row, each with who asks afterwards whether it is open to them."""

KEPT_APART = {
    "Upload",
    "Draft",
    "Compilation",
    "DigestBatch",
    "DraftShare",
    "Mandate",
    "SeatOffer",
    "InboxItem",
    "ActDraft",
    "FormDraft",
}
"""Tables whose rows are somebody's."""


def _functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in files():
        for node in nodes_of(path):
            if isinstance(node, ast.FunctionDef):
                yield f"{path.relative_to(ROOT)}:{node.name}", node


def _column(node: ast.AST) -> tuple[str, str] | None:
    """Table and column of ``Table.column``."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id[:1].isupper():
        return node.value.id, node.attr
    return None


def _is_own(node: ast.AST) -> bool:
    names = {found.id for found in ast.walk(node) if isinstance(found, ast.Name)}
    return bool(names) and names <= OWN


@cache
def _equalities(function: ast.FunctionDef) -> tuple[tuple[str, str, ast.AST], ...]:
    """Table, column and what it is compared with, of every ``Table.column == …``."""
    return tuple(
        (*column, node.comparators[0])
        for node in ast.walk(function)
        if isinstance(node, ast.Compare) and (column := _column(node.left)) and isinstance(node.ops[0], ast.Eq)
    )


def _columns(function: ast.FunctionDef) -> set[str]:
    """Columns by which a function's queries are bound."""
    return {column for _, column, _ in _equalities(function)}


def through_others(function: ast.FunctionDef) -> bool:
    """Whether a function gathers rows by the account of somebody other than who asks, and by nothing else."""
    gathers = any(
        column == "account_id" and not _is_own(other) and _column(other) is None
        for _, column, other in _equalities(function)
    )
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "in_":
            gathers |= (_column(node.func.value) or ("", ""))[1] == "account_id"
    return gathers and not _columns(function) & (OBJECTS | {"reference"})


def by_reference_alone(function: ast.FunctionDef) -> bool:
    """Whether a function finds a row that is somebody's by a typed reference and by nothing else."""
    typed = any(column == "reference" and table in KEPT_APART for table, column, _ in _equalities(function))
    return typed and not _columns(function) & (OBJECTS | {"account_id"})


def test_no_list_is_gathered_through_a_person() -> None:
    """A query by the account of somebody else is bound to a case, a draft or another thing as well."""
    assert {name for name, function in _functions() if through_others(function)} == set(ALLOWED)


def test_a_typed_reference_opens_nothing_by_itself() -> None:
    """Who holds a reference of what is somebody's has not thereby the right to it."""
    assert {name for name, function in _functions() if by_reference_alone(function)} == set(BY_REFERENCE)


def test_the_rules_see_what_they_look_for() -> None:
    """The hole that was: files of everybody who writes in a draft, whatever they were sent for."""
    hole = "def files(session, draft):\n    return select(Upload).where(Upload.account_id.in_(writers(session, draft)))"
    bound = hole.replace("))\n", "").replace("where(", "where(DraftFile.draft_id == draft.id, ")
    other = "def files(session, exhibit):\n    return select(Upload).where(Upload.account_id == exhibit.sender)"
    own = "def files(session, account_id):\n    return select(Upload).where(Upload.account_id == account_id)"
    typed = "def one(session, given):\n    return session.scalar(select(Upload).where(Upload.reference == given))"
    functions = [ast.parse(source).body[0] for source in (hole, bound, other, own, typed)]
    assert [through_others(f) for f in functions] == [True, False, True, False, False]  # type: ignore[arg-type]
    assert [by_reference_alone(f) for f in functions] == [False, False, False, False, True]  # type: ignore[arg-type]


THROUGH_A_SEAT = {
    "filing/complaints/acts.py": "one case: whether who is to answer a complaint sits in it already",
    "filing/registry/supervision.py": "the president's list of everybody's desks: whoever still sits without their office is to be seen",
    "filing/course/objections.py": "one case: whether who objects sits in it, or did",
    "filing/parties/joining_by_code.py": "one case: whoever ever served in it joins it as nobody",
    "filing/registry/handing_over.py": "a president hands over another's seats, also of an office taken away; never their own view",
    "insight/distribution/departures.py": "a president counts how seats came about, also of an office taken away; no name is told",
    "insight/workload/reckoning.py": "open work of the desks a president sees, by those desks; never their own view",
    "hearing/appraisal/acts.py": "one case: the expert's own seat",
    "hearing/bench/working_copy.py": "one's own notes on a case one judged: nobody else's, and nothing of the file",
    "hearing/live/acts.py": "one case: who of its bench has not come to the hearing yet",
    "identity/actors.py": "`serving` itself, and the capacities of one case",
    "identity/mandates.py": "one case: whoever ever served in it represents nobody there",
    "payments/books/paydesk.py": "one case: the cashier who receives takes a seat",
    "settlement/mediation/moderation_end.py": "one case: the mediator's seat that ends",
    "filing/claim/joining_cases.py": "one case: whether the judge sits in the one joined to",
    "register/publication/redacting.py": "one case: everybody who ever served in it, whose names are shown or hidden",
    "training/volume/courses.py": "one case of the volume court: who acts in it",
    "training/paper_gallery.py": "one case of the gallery: its judge",
    "training/published.py": "one case of a story: who acts in it",
    "settlement/mediation/acts.py": "one case: the seat of the mediator who leaves it, which ends",
}
"""Modules that compare a seat's account themselves. A list of cases, tasks or days goes through ``serving``: an office
that was taken away leaves nobody a view of what they once sat in.
"""


def test_no_list_is_gathered_through_a_seat_without_its_office() -> None:
    """Who compares a seat's account is listed with the one case it is about."""
    compares = {
        path.relative_to(ROOT).as_posix()
        for path in files()
        for node in nodes_of(path)
        if isinstance(node, ast.Compare) and _column(node.left) == ("Seat", "account_id")
    }
    assert compares == THROUGH_A_SEAT.keys()
