"""The court does not open with a declaration that leads a reader nowhere; a refusal names its article to them."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from odr.app import create_app
from odr.docket.models import Case
from odr.procedure.acts.availability import refusal
from odr.procedure.acts.declared import check_pages, check_table
from odr.procedure.acts.table import TABLE, Act, ActTable, Bar, Guard
from odr.procedure.acts.windows import TIME_LIMITS, Nature, TimeLimits
from odr.procedure.rules.base import citations, law
from odr.procedure.rules.court_rules import SourceStyle
from odr.procedure.rules.pack import RulePack, _all_citations
from odr.procedure.rules.registry import PackRegistry
from odr.web.for_programs import problem
from tests.filing.visitor import Visitor
from tests.scene import Scene

PACKS = PackRegistry.load()


def altered(name: str, **changes: Any) -> ActTable:
    """The table of acts with one act declared otherwise."""
    table = ActTable()
    for act in TABLE:
        table.add(replace(act, **changes) if act.name == name else act)
    return table


def limited(kind: str, **changes: Any) -> TimeLimits:
    """The kinds of windows with one declared otherwise."""
    limits = TimeLimits()
    for limit in TIME_LIMITS:
        limits.add(replace(limit, **changes) if limit.kind == kind else limit)
    return limits


def test_the_declarations_are_whole(small_scene: Scene) -> None:
    """As it stands the court opens."""
    check_table(TABLE, PACKS)
    check_pages(TABLE, create_app(court=small_scene.court).view_functions)


def test_an_article_no_pack_can_tell_is_refused(small_scene: Scene) -> None:
    """A rule of the court's own is cited by a name whose meaning stands in a pack; a source nobody has is refused."""
    for source in ("COURT nobody-knows", "ABC 1"):
        bar = Guard(lambda *_: None, law(source))
        with pytest.raises(ValueError, match=f"act file_answer: cites {source.split()[0]}"):
            check_table(altered("file_answer", guards=(bar,)), PACKS)
        with pytest.raises(ValueError, match=rf"bar .*: cites {source.split()[0]}"):
            check_table(TABLE, PACKS, bars=[Bar(lambda *_: None, law(source))])


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        ("fee_payment", {"page": None}, "no party can do any of its acts"),
        ("appeal_file", {"met_by": ("appeal_decision",)}, "nobody of the court can do"),
        ("appeal_judgment", {"met_by": ("file_answer",)}, "which does not name it"),
        ("answer", {"nature": Nature.COURT, "met_by": ("accept_claim",)}, "it cannot be of the nature court"),
        ("counterclaim_answer", {"rule": None}, "no pack has a time limit called counterclaim_answer"),
        ("refund_execution", {"nature": Nature.DUTY, "page": "payments.fee"}, "does not say what silence costs"),
    ],
)
def test_a_window_that_leads_nowhere_is_refused(
    small_scene: Scene, kind: str, changes: dict[str, Any], words: str
) -> None:
    """Every kind of window names acts those it runs for can do, or a page; its pack says for whom it runs and what
    silence costs.
    """
    with pytest.raises(ValueError, match=words):
        check_table(TABLE, PACKS, limited(kind, **changes))


def test_a_page_that_does_not_exist_is_refused(small_scene: Scene) -> None:
    """Neither an act nor a window sends a reader to a page the court does not have: with one, no pages are served."""
    pages = create_app(court=small_scene.court).view_functions
    with pytest.raises(ValueError, match=r"window fee_payment: there is no page payments\.nowhere"):
        check_pages(TABLE, pages, limited("fee_payment", page="payments.nowhere"))
    small_scene.court.table = altered("file_answer", page="filing.nowhere")
    with pytest.raises(ValueError, match=r"act file_answer: there is no page filing\.nowhere"):
        create_app(court=small_scene.court)


def met_in(act: Act) -> Iterator[str]:
    """Kinds of windows that an act's handler itself closes as met."""
    module = importlib.import_module(act.handler.__module__)
    for call in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(act.handler)))):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and len(call.args) > 2):
            continue
        kind = call.args[1]
        if call.func.attr == "close_windows" and ast.unparse(call.args[2]) == "WindowState.MET":
            if isinstance(kind, ast.Constant):
                yield str(kind.value)
            elif isinstance(kind, ast.Name) and hasattr(module, kind.id):
                yield str(getattr(module, kind.id))


def test_an_act_that_closes_a_window_as_met_is_named_by_it() -> None:
    """What a kind of window says of the acts that meet it is what their handlers do."""
    found = [(act.name, kind) for act in TABLE for kind in met_in(act)]
    assert len(found) > 20
    assert [one for one in found if (limit := TIME_LIMITS.get(one[1])) is None or one[0] not in limit.met_by] == []


@pytest.mark.parametrize("pack", [p for each in PACKS.ids() for p in PACKS.versions(each)], ids=lambda p: p.named)
def test_every_place_of_a_named_source_says_what_it_is(pack: RulePack) -> None:
    """Practice of a court has no articles: whatever cites it, acts or packs, names a place that is told in words; only
    yearly tables speak for themselves.
    """
    of_acts = [article for act in TABLE for article in (*act.source, *(a for g in act.guards for a in g.source))]
    cited = [*of_acts, *(article for _, article in _all_citations(pack, ""))]
    named = {tag: source for tag, source in pack.sources.items() if source.style is SourceStyle.NAMED}
    assert [
        f"{tag} {place}"
        for tag, place in {one for article in cited for one in citations(article)}
        if tag in named and place not in named[tag].places and not re.fullmatch(r"\d{4}", place)
    ] == []


def test_only_the_law_of_the_country_is_cited() -> None:
    """Acts serve several countries: a reader is told the sources of the rules of their case and no others."""
    cn, ew = PACKS.versions("cn")[0], PACKS.versions("ew")[0]
    told = cn.cited("CPL 130", "CPR 11")
    assert told == "CPL 130" and told.words.render("zh-Hans") == "《中华人民共和国民事诉讼法》第一百三十条"
    assert ew.cited("CPL 130") is None


def test_a_refusal_names_its_article_to_the_reader(small_scene: Scene) -> None:
    """Why an act is not open stands with its article in the reader's words: on the case page, on the page of the
    refusal, and for programs beside the articles as they are cited.
    """
    small_scene.pend()
    app = create_app(court=small_scene.court)
    case, words = f"/cases/{small_scene.case().reference}", "Nobody objects to the jurisdiction of this court."
    judge = Visitor(app, small_scene, "judge")
    assert f"{words} (Civil Procedure Law, art. 130)" in judge.get(case)
    page = judge.get(f"{case}/do/rule_on_jurisdiction", 409)
    assert words in page and "Rule: Civil Procedure Law, art. 130" in page
    with small_scene.court.database.read() as session:
        look, found = small_scene.court.look(session), session.get_one(Case, small_scene.case_id)
        breach = refusal(look, TABLE["rule_on_jurisdiction"], found, small_scene.actor("judge"))
    assert breach is not None
    with app.test_request_context():
        told = problem(breach, "zh-Hans").get_json()
    assert (told["source"], told["rule"]) == ("CPL 130", "《中华人民共和国民事诉讼法》第一百三十条")
