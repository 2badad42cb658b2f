"""Who opens which paper of the court: never more people than read the entry that made it, and of deliberation only those
who have a part in it (CPL 45; COL 11, 12, 16).
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from odr.docket.models import PARTY_ROLES, Audience, Document, Role
from odr.docket.visibility import CLOSED_TO, document_audience, may_read, party_named, reads_document
from odr.identity.actors import Actor
from tests.parsed import files, nodes_of

ROOT = Path(__file__).resolve().parents[2]
MINUTES_READ_BY = {"judge", "panel_judge", "assessor", "clerk", "president", "clock"}
"""Written by hand: those who decide, who writes it down, who puts it before the committee; the clock looks for nobody."""
PAPERS = {
    "appeal_file": "open",
    "certificate": "open",
    "commission": "open",
    "decision": "open",
    "mediation_statement": "open",
    "meeting_minutes": "deliberation",
    "publication": "open",
    "ruling": "open",
}
"""Every kind of paper of the court that is named where it is made, and in which part of the file it stands."""


def actor(role: Role, party: int | None = None) -> Actor:
    return Actor(role, 1, "Somebody", 1, party)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("audience", list(Audience))
def test_minutes_of_a_meeting_are_read_by_the_table_alone(role: Role, audience: Audience) -> None:
    """Also those that were kept for the whole court before there was this rule: the narrower prevails when it is opened."""
    named = sorted(MINUTES_READ_BY - {"clock"})
    old = Document(kind="meeting_minutes", audience=audience, party_id=None, named=[], is_public=False)
    new = Document(kind="meeting_minutes", audience=Audience.NAMED, party_id=None, named=named, is_public=False)
    viewer = actor(role, 7 if role in PARTY_ROLES else None)
    assert reads_document(viewer, new) == (role.value in MINUTES_READ_BY)
    assert not reads_document(viewer, old) or role.value in MINUTES_READ_BY


def test_every_kind_of_paper_says_in_which_part_of_the_file_it_stands() -> None:
    """Whoever makes a new kind says who reads it; what is of the deliberation is closed by its kind."""
    made = {
        word.value.value
        for source in files()
        for call in nodes_of(source)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("keep_document", "keep_prepared")
        for word in call.keywords
        if word.arg == "kind" and isinstance(word.value, ast.Constant)
    }
    assert made == PAPERS.keys()
    assert CLOSED_TO.keys() == {kind for kind, part in PAPERS.items() if part == "deliberation"}


ROLES = st.sampled_from(sorted(role.value for role in Role))
NAMED = st.lists(ROLES | st.sampled_from(["party/7", "party/8", "account/1", "account/2"]), max_size=8, unique=True)


@given(st.sampled_from(list(Audience)), NAMED, st.sampled_from(list(Role)), st.sampled_from([7, 8]))
def test_a_paper_is_opened_by_nobody_who_does_not_read_its_entry(
    audience: Audience, named: list[str], role: Role, party: int
) -> None:
    """Whoever is named in whatever circle: the readers of the paper are those of the entry."""
    viewer = actor(role, party if role in PARTY_ROLES else None)
    kept_for, readers = document_audience(audience, named)
    mine = party_named(named) if audience is Audience.NAMED else None
    paper = Document(kind="ruling", audience=kept_for, party_id=mine, named=readers, is_public=False)
    assert reads_document(viewer, paper) == may_read(viewer, audience, None, named)
