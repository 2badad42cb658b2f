"""Who reads what: every role, every phase, sealed, opened and never sealed."""

from __future__ import annotations

import pytest

from odr.docket.models import Role
from odr.hearing.models import Posting, Question
from odr.hearing.queries import reads_posting, reads_question
from odr.hearing.vocabulary import QuestionState
from odr.identity.actors import Actor

READERS = {
    Role.CLAIMANT,
    Role.RESPONDENT,
    Role.THIRD_PARTY,
    Role.JUDGE,
    Role.PANEL_JUDGE,
    Role.ASSESSOR,
    Role.ASSISTANT,
    Role.CLERK,
    Role.PRESIDENT,
}
PARTY = {Role.CLAIMANT: 1, Role.RESPONDENT: 2, Role.THIRD_PARTY: 3}


@pytest.mark.parametrize("role", list(Role))
def test_postings_by_role(role: Role) -> None:
    """Parties and court read what was said; nobody else does, whoever said it. What is under a seal is no posting: see
    test_sealed.
    """
    viewer = Actor(role, account_id=50 + list(Role).index(role), party_id=PARTY.get(role))
    for author, party_id in PARTY.items():
        assert reads_posting(viewer, Posting(party_id=party_id, role=author, account_id=1)) is (role in READERS), (
            role,
            author,
        )


@pytest.mark.parametrize("role", [Role.WITNESS, Role.EXPERT])
def test_a_witness_reads_only_her_own_words(role: Role) -> None:
    """A witness never reads a party's posting nor another witness's testimony (EV 74)."""
    viewer = Actor(role, account_id=70)
    own = Posting(account_id=70, role=role)
    other = Posting(account_id=71, role=role)
    assert reads_posting(viewer, own) and not reads_posting(viewer, other)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("state", list(QuestionState))
def test_questions_by_role_and_state(role: Role, state: QuestionState) -> None:
    """Before leave a question is its author's and the court's; put or disallowed it is everybody's in the case; a
    witness reads those put to her.
    """
    viewer = Actor(role, account_id=90, party_id=PARTY.get(role))
    put_by = None if state is QuestionState.PENDING_LEAVE else 5
    question = Question(asked_by_party=PARTY[Role.CLAIMANT], asked_by_role=Role.CLAIMANT, put_by=put_by, state=state)
    if role in (Role.WITNESS, Role.EXPERT):
        assert not reads_question(viewer, question)
        assert reads_question(viewer, question, 90) is (put_by is not None)
        assert not reads_question(viewer, question, 91)
        return
    own_or_court = role is Role.CLAIMANT or role in READERS - set(PARTY)
    assert reads_question(viewer, question) is (own_or_court if put_by is None else role in READERS)
