"""The page of the procedure says what the table says."""

from __future__ import annotations

from odr.docket.models import Stage
from odr.operations.docs.documents import DOCS, documents
from odr.procedure.acts.reference import moves
from odr.procedure.acts.table import TABLE
from odr.procedure.rules.registry import PackRegistry


def test_the_page_leaves_no_act_and_no_time_limit_out() -> None:
    """Every act has a line, every time limit of every pack has its length and article, and from every stage but the
    last a way leads on.
    """
    text = documents()[DOCS / "procedure.md"]
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
