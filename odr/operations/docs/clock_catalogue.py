"""``docs/clock.md``: what time alone does in this court."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from odr.docket.models import Role
from odr.procedure.acts.reference import lapse, length, row
from odr.procedure.acts.table import ActTable
from odr.procedure.acts.windows import Nature, TimeLimit
from odr.procedure.hooks import Hooks
from odr.procedure.rules.base import WindowRule
from odr.procedure.rules.pack import RulePack
from odr.procedure.rules.registry import PackRegistry

HEAD = """# What the clock does

Written by `make docs` from the kinds of time limits, the rule packs and the rooms. Change those, not this page: a test
compares.

The court's clock records that a time ended and performs what follows by itself. It never rules: where the law wants a
ruling, a task is put before the judge. How a day is found stands at the time limit itself, on its page in the case.
"""
NATURES = {
    Nature.DUTY: "a duty: silence has a cost",
    Nature.REMEDY: "a remedy: nobody has to",
    Nature.COURT: "the court's own",
    Nature.OUTSIDE: "somebody else's",
}


def clock_page(table: ActTable, packs: PackRegistry, limits: Iterable[TimeLimit], hooks: Hooks) -> str:
    """The whole page in Markdown."""
    newest = [packs.versions(each)[-1] for each in packs.ids()]
    parts = [HEAD, "## Time limits\n"]
    for limit in sorted(limits, key=lambda each: each.kind):
        parts += _limit(limit, table, newest, hooks)
    parts += _performed(table)
    parts += _worker(hooks.sweeps)
    return "\n".join(parts).rstrip() + "\n"


def said_of(function: Callable[..., object]) -> str:
    """The first sentence of a function's docstring."""
    return first_sentence(inspect.getdoc(function) or "")


def first_sentence(docstring: str) -> str:
    """The first sentence of a docstring, on one line and with its stop."""
    paragraph = " ".join(docstring.partition("\n\n")[0].replace("``", "`").split())
    return re.split(r"(?<=[^.\d]\.) (?=[A-Z`])", paragraph, maxsplit=1)[0]


def _limit(limit: TimeLimit, table: ActTable, packs: list[RulePack], hooks: Hooks) -> Iterator[str]:
    key = limit.rule or limit.kind
    acts = [table[name] for name in limit.met_by]
    page = limit.page or next((act.page for act in acts if act.page), None)
    met = ", ".join(f"`{act.name}`" for act in acts)
    yield f"### `{limit.kind}`\n"
    yield f"It is {NATURES[limit.nature]}. Met by {met}, on {f'the page `{page}`' if page else 'the page of the act'}.\n"
    yield row("Pack", "Time limit", "For", "Length", "Article", "When it ends")
    yield "|---|---|---|---|---|---|"
    for pack, rule in ((pack, pack.windows.rules[key]) for pack in packs if key in pack.windows.rules):
        yield _in_pack(pack, rule)
    for handler in hooks.on_lapse.get(limit.kind, ()):
        yield f"\nThe court then: {said_of(handler)}"
    yield ""


def _in_pack(pack: RulePack, rule: WindowRule) -> str:
    return row(f"`{pack.id}`", rule.title.render("en"), rule.whose, length(rule), rule.article, lapse(rule))


def _performed(table: ActTable) -> Iterator[str]:
    yield "## Acts the clock may perform\n"
    yield row("Act", "What", "Article")
    yield "|---|---|---|"
    for act in sorted((each for each in table if Role.CLOCK in each.by), key=lambda each: each.name):
        yield row(f"`{act.name}`", act.title.render("en"), act.articles)
    yield ""


def _worker(sweeps: Mapping[str, Callable[..., object]]) -> Iterator[str]:
    yield "## What the worker does in every round\n"
    yield row("Step", "What")
    yield "|---|---|"
    for name, step in sorted(sweeps.items()):
        yield row(f"`{name}`", said_of(step))
    yield ""
