"""Each guard of availability and of perform taken away in turn: the rules of who may do what when would notice."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

import odr
from odr.docket.models import Case, Role, Stage
from odr.ground.errors import ActNotOpen, CourtError, StepUpNeeded
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.identity.models import MandateScope
from odr.procedure.acts import availability
from odr.procedure.acts.table import Bar
from odr.procedure.models import Window, WindowState
from odr.procedure.performing import Performing
from odr.procedure.rules.base import law
from odr.procedure.sitting import Sitting
from tests.parsed import tree_of
from tests.scene import Scene
from tests.test_permissions import attempt, expected, mandate, pending

SKIPPED = {
    "is_open",
    "reason",
    "rule",
    "acts_for",
    "window_for",
    "refuse_role",
    "citing",
    "done_by",
    "goes_on_by",
    "law_of",
}
"""Functions of availability that decide nothing by themselves."""


def breaches(function: FunctionType) -> list[ast.stmt]:
    """Every statement of a function that refuses: returns or raises a breach."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return [node for node in ast.walk(tree) if is_refusal(node)]  # type: ignore[misc]


def is_refusal(node: ast.AST) -> bool:
    if isinstance(node, ast.Raise):
        return True
    called = node.value if isinstance(node, ast.Return) else None
    return (
        isinstance(called, ast.Call)
        and isinstance(called.func, ast.Name)
        and called.func.id in {"Forbidden", "ActNotOpen", "OutOfTime", "StepUpNeeded"}
    )


@contextmanager
def without(function: FunctionType, number: int) -> Iterator[None]:
    """The function as it would be had somebody forgotten its ``number``-th refusal."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    gone = [node for node in ast.walk(tree) if is_refusal(node)][number]

    class Forget(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return ast.copy_location(ast.Pass(), node) if node is gone else self.generic_visit(node)

    changed = compile(ast.fix_missing_locations(Forget().visit(tree)), inspect.getfile(function), "exec")
    made: dict[str, Any] = {}
    exec(changed, function.__globals__, made)
    kept, function.__code__ = function.__code__, made[function.__name__].__code__
    try:
        yield
    finally:
        function.__code__ = kept


GUARDS: list[tuple[FunctionType, int]] = [
    (function, number)
    for name, function in vars(availability).items()
    if isinstance(function, FunctionType)
    and function.__module__ == "odr.procedure.acts.availability"
    and name not in SKIPPED
    for number in range(len(breaches(function)))
] + [
    (function, number)
    for function in (Performing._check, Performing._check_premise)
    for number in range(len(breaches(function)))
]


@pytest.fixture
def told(small_scene: Scene) -> Callable[[], list[str]]:
    """What the rules say of a case at several of its points: each answer that should be a refusal and is none."""
    scene = small_scene
    pending(scene)
    deputy = mandate(scene, MandateScope.ORDINARY)
    scene.do("file_answer", "haiyun", position="defend", statement="The goods were inspected on entry.")
    judge = scene.actor("judge")
    scene.court.hooks.bars.append(
        Bar(
            lambda court, act, case, actor: T("Another room keeps this closed.") if act.name == "amend_claim" else None,
            law("CPL 1"),
        )
    )

    def look(name: str, actor: Actor, now: Any = None, reading: bool = True, **case_changes: Any) -> CourtError | None:
        with scene.court.database.read() as session:
            case = session.get_one(Case, scene.case_id)
            session.expunge(case)
            for key, value in case_changes.items():
                setattr(case, key, value)
            return availability.refusal(
                Sitting(scene.court, session, now or scene.clock.now(), reading=reading),
                scene.court.table[name],
                case,
                actor,
            )

    def check() -> list[str]:
        now, li, haiyun = scene.clock.now(), scene.actor("li"), scene.actor("haiyun")
        unknown = look("acknowledge_service", haiyun)
        stale = look("rule_on_withdrawal", Actor(Role.JUDGE, judge.account_id, "", scene.case_id), reading=False)
        yesterday = scene.court.clock.machine_now() - timedelta(hours=13)
        old = look("make_offer", replace(li, strong_at=yesterday), reading=False)
        must_refuse = {
            "another role": look("accept_claim", li),
            "another stage": look("accept_claim", scene.actor("clerk")),
            "an act the rules do not know": unknown
            if unknown is not None and "no such step" in str(unknown.message)
            else None,
            "a bar of a room": look("amend_claim", li),
            "a stayed case": look("make_offer", li, stayed_at=now),
            "a window that never started": look("correct_claim", li, stage=Stage.RETURNED),
            "done already": look("file_answer", haiyun),
            "special powers": look("make_offer", deputy),
            "proof of identity of long ago": stale if isinstance(stale, StepUpNeeded) else None,
            "proof of identity of yesterday, in the room": old if isinstance(old, StepUpNeeded) else None,
            "a guard of the act": look("rule_on_withdrawal", judge, reading=False),
            **windows(),
            "a seat given up": attempt_as(
                Actor(Role.JUDGE, scene.people["stranger"], "", scene.case_id), "open_examination"
            ),
            "a case that moved on": attempt_with_premise(),
            "a refusal inside perform": attempt(scene, scene.court.table["open_examination"], li),
        }
        return [what for what, breach in must_refuse.items() if breach is None]

    def windows() -> dict[str, CourtError | None]:
        late = in_window("answer", WindowState.LAPSED, Role.RESPONDENT, "file_answer", "haiyun")
        found = {
            "done already, after its time": late if late is not None and "already done" in str(late.message) else None
        }
        for state in (WindowState.LAPSED, WindowState.HALTED, WindowState.ENDED, WindowState.MET):
            breach = in_window("correction", state, Role.CLAIMANT, "correct_claim", "li", stage=Stage.RETURNED)
            words = {"LAPSED": "ended on", "HALTED": "halted", "ENDED": "no longer needed", "MET": "already done"}[
                state.name
            ]
            found[f"a window that is {state.value}"] = (
                breach if breach is not None and words in str(breach.message) else None
            )
        return found

    def in_window(
        kind: str, state: WindowState, role: Role, name: str, who: str, **case_changes: Any
    ) -> CourtError | None:
        """What an act is told while the newest time for it stands like this."""
        with scene.court.database.write() as session:
            party = next(p for p in session.get_one(Case, scene.case_id).parties if p.role is role)
            now = scene.clock.now()
            row = Window(
                case_id=scene.case_id,
                party_id=party.id,
                kind=kind,
                state=state,
                opened_at=now,
                due_at=now - timedelta(days=1),
                working={},
                opened_by=1,
            )
            session.add(row)
        breach = look(name, scene.actor(who), **case_changes)
        with scene.court.database.write() as session:
            session.delete(session.get_one(Window, row.id))
        return breach

    def attempt_as(actor: Actor, name: str) -> CourtError | None:
        return kept_out(name, {"mode": "offline"}, actor, None)

    def attempt_with_premise() -> CourtError | None:
        name = next(act.name for act in scene.court.table if act.name == "accept_offer")
        return kept_out(name, {"offer": "x" * 26}, scene.actor("li"), "a premise of yesterday", "moved on")

    def kept_out(
        name: str, values: dict[str, Any], actor: Actor, premise: str | None, words: str = ""
    ) -> CourtError | None:
        class Undone(Exception):
            """Nothing is kept."""

        given = scene.court.table[name].input.model_validate(values)
        try:
            with scene.court.sit() as sitting:
                sitting.perform(name, sitting.session.get_one(Case, scene.case_id), given, actor=actor, premise=premise)
                raise Undone
        except CourtError as error:
            return error if words in str(error.message) else None
        except Undone:
            return None

    return check


def test_every_refusal_taken_away_is_noticed(told: Callable[[], list[str]]) -> None:
    """With all of them the rules hold; without any one of them something is let through that must not be."""
    assert told() == []
    assert len(GUARDS) >= 12 and expected()
    missed = []
    for function, number in GUARDS:
        with without(function, number):
            try:
                noticed = bool(told())
            except (AssertionError, AttributeError, LookupError):  # it went past the guard, into the act
                noticed = True
        if not noticed:
            missed.append(f"{function.__qualname__}, refusal {number + 1}")
    assert not missed, ", ".join(missed)
    assert told() == []


OUTSIDE = {
    "odr.hearing.live.transcript.acts.change": "a sentence of the draft is no act; what stands in the record is corrected by one",
    "odr.filing.registry.posts.end": "a post of the staff: whether it still holds is a fact, not a rule",
    "odr.hearing.live.moves._gone": "steps in the room rest on the articles their caller cites (`moves.make`)",
    "odr.hearing.live.moves._open_to_the_public": "steps in the room rest on the articles their caller cites (`moves.make`)",
    "odr.hearing.live.moves.admit": "steps in the room rest on the articles their caller cites (`moves.make`)",
    "odr.hearing.live.moves.call": "steps in the room rest on the articles their caller cites (`moves.make`)",
    "odr.hearing.live.moves.deliberate": "steps in the room rest on the articles their caller cites (`moves.make`)",
    "odr.hearing.live.moves.floor": "steps in the room rest on the articles their caller cites (`moves.make`)",
    "odr.hearing.live.moves.isolate": "steps in the room rest on the articles their caller cites (`moves.make`)",
    "odr.hearing.live.moves.make": "steps in the room rest on the articles their caller cites (`moves.make`)",
    "odr.hearing.live.moves.me": "steps in the room rest on the articles their caller cites (`moves.make`)",
    "odr.hearing.live.moves.message": "steps in the room rest on the articles their caller cites (`moves.make`)",
    "odr.hearing.live.moves.resume": "steps in the room rest on the articles their caller cites (`moves.make`)",
    "odr.hearing.live.moves.stage": "steps in the room rest on the articles their caller cites (`moves.make`)",
    "odr.hearing.live.moves.tell": "steps in the room rest on the articles their caller cites (`moves.make`)",
    "odr.hearing.live.pages.come": "whether one may come into the room: the article follows when a step is tried",
    "odr.hearing.live.room_pages._confirm": "whether one may come into the room: the article follows when a step is tried",
    "odr.hearing.live.room_pages.step": "whether one may come into the room: the article follows when a step is tried",
    "odr.hearing.live.room_pages.ticket": "whether one may come into the room: the article follows when a step is tried",
    "odr.procedure.acts.availability.refuse_role": "says who does the act; the article follows when the act is tried",
    "odr.filing.claim.pages.lodge": "a draft is the writer's own and in no case",
    "odr.filing.draft.draft_versions.need_writable": "a draft is the writer's own and in no case",
    "odr.filing.draft.interest_pages.work": "a draft is the writer's own and in no case",
    "odr.filing.draft.sharing.share": "a draft is the writer's own and in no case",
    "odr.assist.guide.handing._due": "a question to the registry is in no case",
    "odr.assist.guide.handing.answer": "a question to the registry is in no case",
    "odr.assist.guide.handing.note_call": "a question to the registry is in no case",
    "odr.register.search.saved.telling.confirm": "a search by mail is in no case",
    "odr.evidence.sources.early_fetches.again": "a draft is the writer's own and in no case",
    "odr.evidence.sources.early_fetches.ask_page": "a draft is the writer's own and in no case",
    "odr.evidence.sources.early_fetches.ask_records": "a draft is the writer's own and in no case",
    "odr.evidence.sources.early_fetches.stop": "a draft is the writer's own and in no case",
    "odr.evidence.exhibits.sealing._encrypt_row": "what is fetched for a draft is encrypted too, and a draft is in no case",
    "odr.register.feedback.answers.keep_answer": "what people say of a step is kept apart from every case",
    "odr.register.publication.mirror.making._publish": "a command of the keepers over everything public, and no act of a case",
}
"""Refusals that rest on no article, because what they refuse is no act of a case, and why."""
REFUSALS = {"ActNotOpen", "OutOfTime", "Forbidden"}
Name = tuple[str, str]


class Source:
    """Every function of the court by module and name, what it calls, and what it refuses without an article."""

    def __init__(self, root: Path) -> None:
        self.functions: dict[Name, ast.FunctionDef] = {}
        self.imported: dict[str, dict[str, Name]] = {}
        self.prepares: set[Name] = set()
        trees = {
            ".".join(path.relative_to(root).with_suffix("").parts): tree_of(path)
            for path in sorted((root / "odr").rglob("*.py"))
        }
        for module, tree in trees.items():
            names = self.imported[module] = {}
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef):
                    self.functions[module, node.name] = node
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("odr"):
                    names |= {alias.asname or alias.name: (node.module or "", alias.name) for alias in node.names}
        for module, tree in trees.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and called(node) == "act":
                    kept = [word.value for word in node.keywords if word.arg == "prepare"]
                    self.prepares |= {name for value in kept for name in self.names_in(module, value)}

    def names_in(self, module: str, node: ast.AST) -> set[Name]:
        """Functions of the court that stand in some code by their name or by their module's."""
        found: set[Name] = set()
        for part in ast.walk(node):
            if isinstance(part, ast.Name):
                found |= {(module, part.id), self.imported[module].get(part.id, ("", ""))}
            elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
                where, name = self.imported[module].get(part.value.id, ("", ""))
                found.add((f"{where}.{name}", part.attr))
        return found & self.functions.keys()

    def reached(self, start: set[Name]) -> set[Name]:
        """These functions and everything they call."""
        seen, waiting = set(start), list(start)
        while waiting:
            module, name = waiting.pop()
            new = self.names_in(module, self.functions[module, name]) - seen
            seen |= new
            waiting += new
        return seen

    def marked(self, *marks: str) -> set[Name]:
        """Functions under one of these decorators."""
        return {
            name
            for name, function in self.functions.items()
            if any(called(mark) in marks for mark in function.decorator_list)
        }

    def without_article(self, name: Name) -> bool:
        """Whether a function refuses and names no article."""
        return any(
            isinstance(node, ast.Call)
            and called(node) in REFUSALS
            and len(node.args) < 3
            and all(word.arg != "source" for word in node.keywords)
            for node in ast.walk(self.functions[name])
        )


def called(node: ast.AST) -> str:
    """The last name of what is called, or of a decorator."""
    target = node.func if isinstance(node, ast.Call) else node
    return target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""


def test_every_refusal_anywhere_names_its_article() -> None:
    """What an act refuses while it is prepared or done rests on the act's articles at least (`citing`); whatever else
    refuses something, a page or a step before the act, names its own.
    """
    source = Source(Path(odr.__file__).resolve().parents[1])
    sealed = {("odr.procedure.papers.rulings", name) for name in ("seal_ruling", "with_ruling")}
    acts = source.marked("act") | source.prepares | sealed
    assert len(acts) > 200
    pages = source.marked("get", "post", "route") | {n for n in source.functions if "pages" in n[0].rpartition(".")[2]}
    in_acts, on_pages = source.reached(acts), source.reached(pages)
    found = {
        ".".join(name)
        for name in source.functions
        if source.without_article(name)
        and (name not in in_acts or name in on_pages)
        # Signing in, tokens and mandates on one's own pages: who somebody is, before any act of a case.
        and not name[0].startswith(("odr.identity.", "odr.web.", "odr.api."))
    }
    assert found == OUTSIDE.keys()


def test_a_refusal_inside_an_act_rests_on_the_articles_of_the_act(small_scene: Scene) -> None:
    """The handler of `rule_on_evidence` or of any act may name none: who is refused is told the act's own, in words."""
    small_scene.pend()
    act = small_scene.court.table["withdraw_claim"]
    with small_scene.court.database.read() as session:
        pack = small_scene.court.look(session).pack(session.get_one(Case, small_scene.case_id))
    law_of_it = pack.cited(*act.source)
    with pytest.raises(ActNotOpen) as refused, availability.citing(law_of_it):
        raise ActNotOpen(T("The case is stayed already."))
    assert refused.value.source == law_of_it and "CPL" in str(law_of_it)
    own = pack.cited("CPL 130")
    with pytest.raises(ActNotOpen) as refused, availability.citing(law_of_it):
        raise ActNotOpen(T("The case is stayed already."), source=own)
    assert refused.value.source == own


@pytest.mark.parametrize("pack_id", ["cn", "ew"])
def test_every_act_has_an_article_to_refuse_by_in_every_country(small_scene: Scene, pack_id: str) -> None:
    """An act of another country's law is refused as a step these rules do not know, never without any reason in law."""
    pack = small_scene.court.packs.versions(pack_id)[-1]
    assert [act.name for act in small_scene.court.table if not availability.law_of(pack, act)] == []


def test_a_refusal_says_who_mends_it(small_scene: Scene) -> None:
    """By role: who does it. By stage: who brings the case there, or that it is past. In both languages."""
    small_scene.lodge()
    with small_scene.court.database.read() as session:
        look, case = small_scene.court.look(session), session.get_one(Case, small_scene.case_id)
        table = small_scene.court.table
        for name, who, words in (
            ("accept_claim", "li", "clerk"),
            ("file_answer", "clerk", "respondent"),
            ("apply_for_enforcement", "li", "registry reviews"),
        ):
            breach = availability.refusal(look, table[name], case, small_scene.actor(who))
            assert breach is not None and breach.way_out is not None and words in breach.way_out.render("en"), name
            assert breach.way_out.render("en") != breach.way_out.render("zh-Hans")
        for stage in Stage:
            for act in table:
                assert stage in act.at or availability.goes_on_by(act, stage).render("zh-Hans")
