"""A mandate from abroad counts when the chain of certificates is on record (CPL 62, 275; CPI 521–524)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from odr.docket.models import Role
from odr.docket.queries import parties
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from tests.filing.visitor import Visitor
from tests.scene import Scene

Door = Callable[[str | None], Visitor]
SEEN = {"covers": "both", "how": "apostille", "place": "Harbour Notary, Singapore", "on": "2026-02-20"}


def party_of(scene: Scene, role: Role) -> str:
    return parties(scene.case(), role)[0].reference


@pytest.fixture
def abroad(pending: Scene) -> Scene:
    """Haiyun lives abroad, and Stranger acts for it."""
    pending.do(
        "note_abode_abroad",
        "clerk",
        party=party_of(pending, Role.RESPONDENT),
        state="SG",
        shown_by="Commercial register abroad",
    )
    pending.represent("haiyun", "stranger")
    return pending


def complain(scene: Scene) -> None:
    scene.do("complain", "stranger", about="delay", words="Nobody answers.")


def test_the_mandate_counts_when_both_papers_are_authenticated(abroad: Scene) -> None:
    """Before, the representative is told what is missing; the mandate alone is not enough; the party herself acts all
    the while.
    """
    with pytest.raises(ActNotOpen, match="notarised and authenticated") as refused:
        complain(abroad)
    assert refused.value.source == "CPL 62, 275; CPI 521"
    who = party_of(abroad, Role.RESPONDENT)
    abroad.do("record_authentication", "clerk", party=who, **{**SEEN, "covers": "mandate"})
    with pytest.raises(ActNotOpen):
        complain(abroad)
    abroad.do("record_authentication", "clerk", party=who, **{**SEEN, "covers": "identity", "how": "authenticated"})
    complain(abroad)
    kept = parties(abroad.case(), Role.RESPONDENT)[0].details["authenticated"]
    assert (kept["mandate"]["how"], kept["identity"]["how"]) == ("apostille", "authenticated")


def test_the_registry_alone_records_it_for_who_lives_abroad(abroad: Scene, visitor: Door) -> None:
    """No party records it, none for a party at home, no day to come; the act stands on the clerk's page."""
    who = party_of(abroad, Role.RESPONDENT)
    with pytest.raises(Forbidden):
        abroad.do("record_authentication", "haiyun", party=who, **SEEN)
    for wrong in ({"party": party_of(abroad, Role.CLAIMANT)}, {"party": who, "on": "2027-01-01"}):
        with pytest.raises(InvalidInput):
            abroad.do("record_authentication", "clerk", **{**SEEN, **wrong})
    assert "apostille" in visitor("clerk").get(f"/cases/{abroad.case().reference}/do/record_authentication")


def test_where_nobody_is_abroad_there_is_nothing_to_record(pending: Scene) -> None:
    """A mandate at home needs no chain, and a representative at home acts at once (CPL 62)."""
    pending.represent("haiyun", "stranger")
    with pytest.raises(ActNotOpen):
        pending.do("record_authentication", "clerk", party=party_of(pending, Role.RESPONDENT), **SEEN)
    complain(pending)
