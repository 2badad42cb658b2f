"""``docs/procedure.md``: the procedure as it is, written from the table of acts and the rule packs."""

from __future__ import annotations

from collections.abc import Iterator

from odr.docket.models import Role, Stage
from odr.procedure.acts.table import Act, ActTable, Everyone
from odr.procedure.rules.base import WindowRule
from odr.procedure.rules.pack import RulePack
from odr.procedure.rules.registry import PackRegistry

HEAD = """# The procedure

Written by `make docs` from the table of acts and the rule packs. Change those, not this page: a test compares.

An act is open to a person when their role, the stage of the case, their own time limit and the act's further conditions
allow it. What a page shows as open, the API answers, and the court performs, is this table.
"""
SERVED = {
    Everyone.CONCERNED: "whom it concerns",
    Everyone.NOBODY: "–",
    Everyone.BUT_ACTOR: "every other party",
    Everyone.PARTIES: "every party",
}


def procedure_page(table: ActTable, packs: PackRegistry) -> str:
    """The whole page in Markdown."""
    acts = sorted(table, key=lambda act: (act.room, act.name))
    parts = [HEAD, *_lifecycle(acts), *_stages(acts), *_acts(acts)]
    for pack_id in packs.ids():
        parts += _windows(packs.versions(pack_id)[-1])
    return "\n".join(parts).rstrip() + "\n"


def moves(acts: list[Act]) -> dict[tuple[Stage, Stage], list[str]]:
    """From stage to stage: the acts that may move a case so; one that may bring any stage to any other shows no way."""
    order = list(Stage)
    found: dict[tuple[Stage, Stage], list[str]] = {}
    for act in (a for a in acts if len(a.to) < len(Stage) - 1):
        for pair in ((a, b) for a in order for b in order if a in act.at and b in act.to and a is not b):
            found.setdefault(pair, []).append(act.name)
    return dict(sorted(found.items(), key=lambda item: (order.index(item[0][0]), order.index(item[0][1]))))


def _lifecycle(acts: list[Act]) -> Iterator[str]:
    found = moves(acts)
    yield "## The life of a case\n\n```mermaid\nstateDiagram-v2\n    [*] --> lodged: lodge_claim\n    [*] --> preserving: ask_before_claim"
    for stage in (s for s in Stage if s is not Stage.LODGED and s not in {there for _, there in found}):
        yield f"    [*] --> {stage.value}"
    for (here, there), names in found.items():
        yield f"    {here.value} --> {there.value}: {names[0]}" + (
            f" and {len(names) - 1} more" if len(names) > 1 else ""
        )
    yield "    closed --> [*]\n```\n\n| From | To | By the acts |\n|---|---|---|"
    for (here, there), names in found.items():
        yield row(_stage(here), _stage(there), ", ".join(f"`{name}`" for name in names))
    yield ""


def _stages(acts: list[Act]) -> Iterator[str]:
    yield "## At each stage, what may be open to whom\n"
    for stage in Stage:
        yield f"### {_stage(stage)}\n\n| Who | Acts |\n|---|---|"
        for role in Role:
            names = [f"`{act.name}`" for act in acts if stage in act.at and role in act.by]
            if names:
                yield row(role.label.render("en"), ", ".join(names))
        yield ""


def _acts(acts: list[Act]) -> Iterator[str]:
    yield "## Every act\n"
    yield "*Time limit*: the own window in which the act falls, and whether the act meets it. *Served on*: who gets a letter with what it brought.\n"
    for room in sorted({act.room for act in acts}):
        yield f"### {room.capitalize()}\n\n" + row(
            "Act", "What", "Who", "At", "Article", "Time limit", "Moves to", "Served on", "Further"
        )
        yield "|---" * 9 + "|"
        for act in (a for a in acts if a.room == room):
            yield row(
                f"`{act.name}`" + (f" v{act.version}" if act.version > 1 else ""),
                act.title.render("en"),
                ", ".join(role.label.render("en") for role in Role if role in act.by),
                "every" if act.at == frozenset(Stage) else ", ".join(stage.value for stage in Stage if stage in act.at),
                act.articles or "–",
                _window(act),
                ", ".join(stage.value for stage in Stage if stage in act.to) or "–",
                SERVED[act.serves],
                _further(act),
            )
        yield ""


def _window(act: Act) -> str:
    if act.window is None:
        return "–"
    return f"`{act.window}`, {'met by it' if act.meets else 'not met by it'}" + (
        ", also late (marked)" if act.late else ""
    )


def _further(act: Act) -> str:
    marks = (
        ("by the court itself", not act.listed),
        ("identity confirmed within 15 minutes", act.strong),
        ("special powers", act.special),
        ("also while stayed", act.while_stayed),
        ("also for a part in effect", act.of_part),
        (f"premise: {act.premise.value}", act.premise.value != "nothing"),
        (f"read by: {act.seen_by.value}", act.seen_by.value != "parties_and_court"),
        ("own conditions", bool(act.guards)),
    )
    return "; ".join(words for words, holds in marks if holds) or "–"


def _windows(pack: RulePack) -> Iterator[str]:
    yield f"## Time limits of the pack `{pack.id}` of {pack.version.isoformat()}\n"
    yield "| Time limit | Whose | Length | Article | Starts with | By track, abroad | When it ends |\n|---|---|---|---|---|---|---|"
    for key, rule in sorted(pack.windows.rules.items()):
        yield row(
            f"`{key}` {rule.title.render('en')}",
            rule.whose,
            length(rule),
            rule.article,
            rule.starts.render("en"),
            _variants(rule),
            lapse(rule),
        )
    yield ""


def length(rule: WindowRule) -> str:
    """How long a time limit is, with its bounds."""
    before = " before" if rule.before else ""
    bounds = [f"at least {rule.at_least}"] * (rule.at_least is not None) + [f"at most {rule.at_most}"] * (
        rule.at_most is not None
    )
    return (
        f"{rule.amount} {_unit(rule.unit)}{before}"
        + (f" ({', '.join(bounds)})" if bounds else "")
        + ("; may be waived" if rule.waivable else "")
    )


def _unit(unit: object) -> str:
    return str(getattr(unit, "value", unit)).replace("_", " ")


def _variants(rule: WindowRule) -> str:
    own = [*rule.by_track.items(), *([("abroad", rule.abroad)] if rule.abroad else [])]
    said = [
        f"{name}: none"
        if not v.available
        else f"{name}: {v.amount or rule.amount} {_unit(v.unit or rule.unit)} ({v.article})"
        for name, v in own
    ]
    return "; ".join(said) or "–"


def lapse(rule: WindowRule) -> str:
    """What the end of a time limit brings, as its pack says it."""
    return _unit(rule.on_lapse) + (f": {rule.consequence.render('en')}" if rule.consequence else "")


def _stage(stage: Stage) -> str:
    return f"{stage.label.render('en')} (`{stage.value}`)"


def row(*cells: str) -> str:
    """One row of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
