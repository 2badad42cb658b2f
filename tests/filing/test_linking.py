"""Which numbered facts each file of a claim is to show: ticked while it is written, and the same in the case, on the
desk and for programs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry
from odr.evidence.exhibits.checklist import chronology
from odr.evidence.models import Exhibit
from odr.filing.draft import drafts, facts_of_files
from odr.filing.draft.evidence_list import as_rows, read_list
from odr.filing.inputs import ClaimInput
from odr.ground.errors import InvalidInput
from odr.procedure.forms.faults import validate
from odr.procedure.forms.form_data import flatten
from odr.procedure.forms.inputs import schema_for
from tests.filing.test_particulars import SAID
from tests.filing.visitor import Forms, Visitor
from tests.kept import kept
from tests.scene import Scene, claim

VisitorOf = Callable[..., Visitor]


@kept
def ready(scene: Scene) -> str:
    """A draft with every step done; gives its reference."""
    whole = claim(particulars=SAID).model_dump(mode="json")
    with scene.court.database.write() as session:
        draft = drafts.open_draft(session, scene.people["li"], scene.clock.now())
        for step in drafts.STEPS:
            part = whole[step.key] if step.key in ("matter", "claimant", "particulars") else {step.key: whole[step.key]}
            drafts.save_step(
                session, draft, step.key, flatten(part), scene.clock.now(), by=scene.people["li"], is_done=True
            )
        return draft.reference


def line(scene: Scene, name: str, **more: Any) -> dict[str, Any]:
    upload = scene.upload("li", name.encode(), f"{name}.txt")
    return {"upload": upload.reference, "title": name, "proves": "It", "source": "My phone", **more}


def of_case(scene: Scene) -> dict[str, list[int]]:
    """Title of each exhibit → the facts it is to show."""
    with scene.court.database.read() as session:
        return {e.title: e.facts for e in session.scalars(select(Exhibit).where(Exhibit.case_id == scene.case_id))}


def row(number: int, values: dict[str, Any]) -> dict[str, Any]:
    return {f"exhibits-{number}-{name}": value for name, value in values.items()}


def test_files_are_tied_to_facts_while_the_claim_is_written(visitor: VisitorOf, small_scene: Scene) -> None:
    """Without scripts: the boxes name the facts; ticked they stand on the last page, in the case, on the registry's
    desk and in the chronology.
    """
    reference = ready(small_scene)
    order, label = line(small_scene, "order"), line(small_scene, "label")
    li, step = visitor("li"), f"/claim/{reference}/exhibits"
    page = li.get(step)
    assert "1. I bought 30 bottles of capsules." in page and "2. The label names an additive" in page
    li.send(
        step, step, **row(0, order | {"facts": ["1"]}), **row(1, label | {"facts": ["1", "2"]}), **{"continue": "1"}
    )
    found = Forms()
    found.feed(li.get(step))
    assert (found.found[step]["exhibits-0-facts"], found.found[step]["exhibits-1-facts"]) == (["1"], ["1", "2"])
    check = li.get(f"/claim/{reference}/check-answers")
    assert "Shown by: order; label" in check and "Shown by: label" in check and "To show facts 1, 2" in check
    li.send(f"/claim/{reference}/check-answers", f"/claim/{reference}/lodge")
    with small_scene.court.database.read() as session:
        small_scene.case_id = session.scalars(select(Case.id)).one()
    assert of_case(small_scene) == {"order": [1], "label": [1, 2]}
    path = f"/cases/{small_scene.case().reference}"
    assert li.get(f"{path}/claim").count("Exhibits that are to show it:") == 2
    review = visitor("clerk").get(f"{path}/review")
    assert review.count("Exhibits that are to show it:") == 2 and f"{path}/exhibits/C-2" in review
    with small_scene.court.database.read() as session:
        told = chronology(
            small_scene.court.look(session), session.get_one(Case, small_scene.case_id), small_scene.actor("li")
        )
        assert [[e.label for e in one.exhibits] for one in told] == [["C-1", "C-2"]]


def test_a_fact_taken_out_takes_its_ties_along_and_no_others(visitor: VisitorOf, small_scene: Scene) -> None:
    """The first fact is removed: what showed the second shows it still, by its new number; what showed the first shows
    nothing.
    """
    reference = ready(small_scene)
    li, step, facts = visitor("li"), f"/claim/{reference}/exhibits", f"/claim/{reference}/facts"
    li.send(
        step,
        step,
        **row(0, line(small_scene, "order", facts=["1"])),
        **row(1, line(small_scene, "label", facts=["2"])),
        **{"continue": "1"},
    )
    page = li.send(facts, facts, 200, remove="facts-0").text
    found = Forms()
    found.feed(page)
    assert "facts-1-what" in found.found[facts] and "facts-0-what" not in found.found[facts]
    answer = li.client.post(
        facts, base_url=li.origin, data={**found.found[facts], "continue": "1"}, headers={"Origin": li.origin}
    )
    assert answer.status_code == 303
    assert "1. The label names an additive" in li.get(step)
    check = li.get(f"/claim/{reference}/check-answers")
    assert "Shown by: label" in check and "order;" not in check and check.count("To show fact") == 1


def test_in_chinese_and_before_any_fact_is_told(visitor: VisitorOf, small_scene: Scene) -> None:
    """The question is asked in the reader's language; while no fact is told it is not asked, and the page says why."""
    reference = ready(small_scene)
    line(small_scene, "order")
    li = visitor("li")
    li.sign_in("li", "zh-Hans")
    assert "证明哪些事实" in li.get(f"/claim/{reference}/exhibits")
    with small_scene.court.database.write() as session:
        fresh = drafts.open_draft(session, small_scene.people["li"], small_scene.clock.now()).reference
    page = visitor("li").get(f"/claim/{fresh}/exhibits")
    assert "Once you have told what happened" in page
    assert "exhibits-0-facts" not in page


def test_where_many_files_come_from_is_said_once(visitor: VisitorOf, small_scene: Scene) -> None:
    """A file whose origin is left empty comes from where the one before it does; the first must say it."""
    reference = ready(small_scene)
    files = [line(small_scene, name) for name in ("order", "label", "chat")]
    li, step = visitor("li"), f"/claim/{reference}/exhibits"
    page = li.get(step)
    assert page.count("Choose another file") == 3 and "say it at the first" in page
    empty = {"source": ""}
    li.send(step, step, 422, **row(0, files[0] | empty), **row(1, files[1]), **{"continue": "1"})
    values = row(0, files[0]) | row(1, files[1] | empty) | row(2, files[2] | {"source": "The shop"})
    li.send(step, step, **values, **{"continue": "1"})
    with small_scene.court.database.read() as session:
        draft = drafts.find_draft(session, small_scene.people["li"], reference)
        claimed = drafts.claim_of(draft, small_scene.court.packs.in_force("cn", small_scene.clock.now().date()))
    assert [one.source for one in claimed.exhibits] == ["My phone", "My phone", "The shop"]


def test_a_file_whose_facts_are_ticked_need_not_say_it_again(visitor: VisitorOf, small_scene: Scene) -> None:
    """What the ticked facts say is what the file proves; without a tick, or with more words in them than fit, it is
    asked, and own words stay as they are.
    """
    reference = ready(small_scene)
    order, label = (line(small_scene, name) for name in ("order", "label"))
    li, step = visitor("li"), f"/claim/{reference}/exhibits"
    assert "Leave it empty if the facts ticked above say it." in li.get(step)
    silent, said = order | {"proves": "", "facts": ["1", "2"]}, label | {"proves": "The additive", "facts": ["2"]}
    li.send(step, step, 422, **row(0, order | {"proves": ""}), **{"continue": "1"})
    li.send(step, step, **row(0, silent), **row(1, said), **{"continue": "1"})
    li.send(f"/claim/{reference}/check-answers", f"/claim/{reference}/lodge")
    with small_scene.court.database.read() as session:
        proved = {one.title: one.proves for one in session.scalars(select(Exhibit))}
    facts = "I bought 30 bottles of capsules.\nThe label names an additive that is not allowed."
    assert proved == {"order": facts, "label": "The additive"}
    long = [facts_of_files.Told(0, 1, "x" * (facts_of_files.MOST_PROVED + 1))]
    assert facts_of_files.filled(row(0, silent), long)["exhibits-0-proves"] == ""


def test_programs_name_the_facts_by_their_numbers(small_scene: Scene) -> None:
    """A claim lodged by a program carries the numbers; one that the claim does not tell is refused at its place."""
    small_scene.lodge(claim(exhibits=[line(small_scene, "order", facts=[2, 1])]))
    assert of_case(small_scene) == {"order": [1, 2]}
    with pytest.raises(InvalidInput) as refused:
        validate(ClaimInput, claim().model_dump(mode="json") | {"exhibits": [line(small_scene, "label", facts=[3])]})
    assert refused.value.faults[0].location == ("exhibits", 0, "facts")
    assert "facts" in schema_for(ClaimInput, "en")["properties"]["exhibits"]["items"]["properties"]


def test_a_corrected_claim_says_anew_what_its_files_show(visitor: VisitorOf, small_scene: Scene) -> None:
    """Facts are numbered again when a claim is corrected: an exhibit follows its fact, by an entry of its own; one that
    says the same makes none.
    """
    given = claim(
        exhibits=[line(small_scene, "order", facts=[1]), line(small_scene, "label", facts=[2])], particulars=SAID
    )
    small_scene.lodge(given)
    small_scene.do(
        "return_claim", "clerk", defects=[{"part": "facts", "what": "Leave out what the claim does not need."}], days=7
    )
    path = f"/cases/{small_scene.case().reference}/correct"
    li = visitor("li")
    found = Forms()
    found.feed(li.get(path))
    values = {k: v for k, v in found.found[path].items() if not k.startswith("facts-0-")} | {
        "exhibits-0-facts": [],
        "exhibits-1-facts": ["2"],
    }
    answer = li.client.post(path, base_url=li.origin, data=values, headers={"Origin": li.origin})
    assert answer.status_code == 303, re.findall(r'href="(#[^"]+)">([^<]+)', answer.text)
    assert of_case(small_scene) == {"order": [], "label": [1]}
    with small_scene.court.database.read() as session:
        acts = list(
            session.scalars(
                select(DocketEntry.act).where(DocketEntry.case_id == small_scene.case_id).order_by(DocketEntry.number)
            )
        )
    assert acts[acts.index("correct_claim") :] == ["correct_claim", "describe_exhibit", "describe_exhibit"]


def test_a_list_of_evidence_may_name_the_facts() -> None:
    """Numbers in a spreadsheet are those of the claim, whatever rows the form has; a number the claim does not tell is
    left out.
    """
    told = facts_of_files.facts_told(
        {"facts-3-what": "A", "facts-4-what": "", "facts-7-what": "B", "facts-8-what": "C"}
    )
    assert [(one.number, one.key) for one in told] == [(1, "4"), (2, "8"), (3, "9")]
    listed = read_list(
        [["证据名称", "证明目的", "事实编号"], ["订单", "购买", "事实1、3"], ["聊天", "承诺", "2–9"]], {}
    )
    rows = as_rows(listed, 0, told)
    assert (rows["exhibits-0-facts"], rows["exhibits-1-facts"]) == (["4", "9"], ["8", "9"])


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.sampled_from(["", "  ", "told"])), unique_by=lambda row: row[0], max_size=12
    ),
    st.data(),
)
def test_a_tie_never_moves_to_another_fact(rows: list[tuple[int, str]], data: st.DataObject) -> None:
    """Whatever rows are blank or taken out, a file shows the facts of the rows it was tied to and no others."""
    values = {f"facts-{number}-what": f"{words} {number}" if words.strip() else words for number, words in rows}
    told = facts_of_files.facts_told(values)
    tied = data.draw(st.lists(st.sampled_from([str(number + 1) for number, _ in rows] or ["1"]), unique=True))
    found = facts_of_files.numbered({"exhibits-5-facts": tied}, told)["exhibits-5-facts"]
    says = {str(one.number): one.what for one in told}
    assert [says[number] for number in found] == [
        f"told {int(key) - 1}" for key in tied if (int(key) - 1, "told") in rows
    ]
