"""An act that takes what only its own page gives is begun there: nobody signs what they have not seen."""

from __future__ import annotations

import pytest

from odr import wiring
from odr.procedure.acts.table import TABLE
from odr.procedure.case.pages import needs_its_page


@pytest.fixture(autouse=True, scope="module")
def _table() -> None:
    """Every act is declared."""
    for room in wiring.rooms():
        wiring.declarations(room.name)


def test_the_record_is_signed_on_the_page_where_it_is_read() -> None:
    """Its digest stands only there; an act whose fields a person fills keeps its form."""
    assert needs_its_page(TABLE["sign_record"])
    assert not needs_its_page(TABLE["apply_for_enforcement"])


def test_every_such_act_names_a_page() -> None:
    """A hidden answer that must be given comes from somewhere."""
    assert [
        act.name for act in TABLE if act.listed and needs_its_page(act) and act.page is None and act.prefill is None
    ] == []
