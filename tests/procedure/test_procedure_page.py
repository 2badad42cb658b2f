"""The page of the procedure says what the table says."""

from __future__ import annotations

from odr.docket.models import Stage
from odr.operations.cli import PROCEDURE_PAGE, procedure_text
from odr.procedure.acts.reference import moves
from odr.procedure.acts.table import TABLE
from odr.procedure.rules.registry import PackRegistry


def test_the_page_is_up_to_date() -> None:
    """``docs/procedure.md`` is what the table of acts and the packs give today."""
    assert PROCEDURE_PAGE.read_text(encoding="utf-8") == procedure_text(), (
        "run `make docs` and commit docs/procedure.md"
    )


def test_the_page_leaves_no_act_and_no_time_limit_out() -> None:
    """Every act has a line, every time limit of every pack has its length and article, and from every stage but the
    last a way leads on.
    """
    text = procedure_text()
    assert [act.name for act in TABLE if f"| `{act.name}`" not in text] == []
    packs = PackRegistry.load()
    for pack in (packs.versions(name)[-1] for name in packs.ids()):
        section = text.partition(f"## Time limits of the pack `{pack.id}`")[2].partition("\n## ")[0]
        for key, rule in pack.windows.rules.items():
            line = next(line for line in section.splitlines() if line.startswith(f"| `{key}` "))
            assert f"{rule.amount} " in line and rule.article in line
    assert {here for here, _ in moves(list(TABLE))} >= set(Stage) - {Stage.CLOSED}, (
        "from every stage but the last a way leads on"
    )
