"""Many claims at once: a table or a program's list, lodged line by line, reviewed together."""

from __future__ import annotations

import csv
import gc
import io
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from sqlalchemy import distinct, func, select

from odr.docket.models import Case, CaseReading, Role, Seat, Stage
from odr.filing.bulk import lodging
from odr.filing.bulk.claims_table import columns, read, template, written
from odr.filing.bulk.models import BulkFiling, BulkLine, LineState
from odr.filing.inputs import AboutYouStep
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.errors import InvalidInput, NotFound
from odr.procedure.rules.registry import PackRegistry
from tests.conftest import MORNING
from tests.filing.visitor import Visitor
from tests.scene import Scene, claim

Door = Callable[[str | None], Visitor]
PACK = PackRegistry.load().in_force("cn", MORNING.date())
CLAIMANT = AboutYouStep.model_validate(
    {"name": "Fair Trade Union", "kind": "organisation", "email": "post@fair.example", "address": "1 Lake Road"}
)
LINE = {
    "cause": "online_shopping",
    "platform": "Baihua",
    "shop": "Haiyun",
    "order_number": "B-1",
    "respondent_name": "Haiyun Ltd",
    "respondent_kind": "company",
    "respondent_address": "8 Harbour Road",
    "fact_1": "Bought.",
    "fact_1_on": "2025-11-06",
    "relief_1_what": "The price back",
    "relief_1_amount": "300.00",
    "about_goods": "Capsules",
    "about_ordered_on": "2025-11-06",
    "about_price": "300.00",
    "about_problem": "Defective or unsafe",
}


def table(*changes: dict[str, str]) -> bytes:
    """A table with a line for each change of the usual one."""
    return written(list(LINE), [[{**LINE, **change}[key] for key in LINE] for change in changes])


def sent(scene: Scene, *changes: dict[str, str], key: str | None = None) -> BulkFiling:
    """A bulk kept and not lodged yet."""
    return lodging.keep(
        scene.court,
        scene.people["li"],
        "claims.csv",
        CLAIMANT,
        read(PACK, table(*changes), PACK.causes.list),
        is_table=True,
        key=key,
    )


def lines(scene: Scene) -> list[BulkLine]:
    with scene.court.database.read() as session:
        return list(session.scalars(select(BulkLine).order_by(BulkLine.number)))


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
@pytest.mark.parametrize("cause", ["online_shopping", "personal_information", "online_unfair_competition"])
def test_a_filled_template_is_read_in_either_language(cause: str, locale: str) -> None:
    """Headings and kinds may be in English or Chinese; a spreadsheet's own coding of Chinese is read too."""
    heads, first = list(csv.reader(io.StringIO(template(PACK, cause, locale).decode("utf-8-sig"))))
    assert len(heads) == len(columns(PACK, [cause]))
    filled = [cell or ("甲公司" if i == 4 else "") for i, cell in enumerate(first)]
    for coded in (
        written(heads, [filled]),
        ",".join(heads).encode("gb18030") + b"\r\n" + ",".join(filled).encode("gb18030"),
    ):
        found = read(PACK, coded, PACK.causes.list)
        assert found == [{"matter-cause": cause, "respondents-0-name": "甲公司", "respondents-0-kind": "company"}]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"cause,colour\r\nx,y\r\n", "colour"),
        (b"cause\r\n\r\n", "no line"),
        (b'cause\r\n"x', "not a table"),
        (b"\x81", "cannot be read"),
        (b"cause\r\n" + b"x\r\n" * 1001, "at most"),
        (b"x" * 5_000_001, "too large"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_with_the_way_to_mend_it(data: bytes, word: str) -> None:
    """Nothing is kept of it; the sentence names what is wrong."""
    with pytest.raises(InvalidInput) as refused:
        read(PACK, data, PACK.causes.list)
    assert word in refused.value.faults[0].message.render("en")


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
@settings(max_examples=60, deadline=None)
def test_no_bytes_break_the_reader_of_tables(data: bytes) -> None:
    """Whatever is sent is a table or refused in words."""
    for sample in (data, b"cause,shop\r\n" + data):
        try:
            assert read(PACK, sample, PACK.causes.list)
        except InvalidInput as error:
            assert error.faults[0].location == ("table",)


def test_each_line_is_a_case_of_its_own_and_a_wrong_one_says_why(small_scene: Scene) -> None:
    """Right lines are lodged with their fields; of a wrong one nothing is, and every fault stands at its column."""
    kept = sent(small_scene, {}, {"relief_1_amount": "30,0", "about_goods": ""}, {"order_number": "B-3"})
    small_scene.work()
    first, second, third = lines(small_scene)
    assert [line.state for line in (first, second, third)] == [LineState.LODGED, LineState.REFUSED, LineState.LODGED]
    assert {f["at"] for f in second.faults} == {"relief_1_amount"}
    with small_scene.court.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 2
        case = session.get_one(Case, first.case_id)
        assert case.stage is Stage.LODGED and case.parties[0].name == "Fair Trade Union"
        assert len(set(session.scalars(select(Seat.account_id).where(Seat.role == Role.CLERK)))) == 1
        assert lodging.progress_of(session, kept).done == 3
        mended = lodging.refused_table(session, kept, PACK)
    assert read(PACK, mended, PACK.causes.list) == [second.values]


def test_what_the_form_requires_a_line_needs_too(small_scene: Scene) -> None:
    """A field of the cause that is required is named by its column."""
    sent(small_scene, {"about_goods": ""})
    small_scene.work()
    assert [f["at"] for f in lines(small_scene)[0].faults] == ["about_goods"]


def test_the_same_key_gives_the_same_bulk_and_no_line_is_lodged_twice(small_scene: Scene) -> None:
    """Sent again nothing changes; other lines under the key are refused; more rounds of the worker lodge nothing more."""
    kept = sent(small_scene, {}, key="k-1")
    assert sent(small_scene, {}, key="k-1").id == kept.id
    with pytest.raises(InvalidInput):
        sent(small_scene, {}, {}, key="k-1")
    small_scene.work()
    small_scene.work()
    with small_scene.court.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1


def test_a_stopped_worker_goes_on_where_it_was(small_scene: Scene) -> None:
    """Lines lodged in one Sitting stay lodged; the next Sitting takes the rest."""
    sent(small_scene, *({"order_number": f"B-{n}"} for n in range(5)))
    assert lodging.lodge_waiting(small_scene.court, sittings=1, lines=2) == 2
    assert [line.state for line in lines(small_scene)].count(LineState.WAITING) == 3
    while lodging.lodge_waiting(small_scene.court, lines=2):
        pass
    assert {line.state for line in lines(small_scene)} == {LineState.LODGED}
    with small_scene.court.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 5


def test_a_key_is_compared_by_what_was_sent_and_not_by_how_it_is_read(small_scene: Scene) -> None:
    """The digest kept is that of the whole request in its canonical form (RFC 8785)."""
    kept = sent(small_scene, {}, {"order_number": "B-2"})
    values = [line.values for line in lines(small_scene)]
    assert kept.digest == sha256_hex(canonical([CLAIMANT.model_dump(mode="json"), values]))


def test_memory_does_not_grow_with_the_lines(small_scene: Scene) -> None:
    """Each Sitting holds its own lines and no others: the last of ten needs no more than the third, and the keeping no
    more than a share of it.
    """
    sent(small_scene, *({"order_number": f"B-{n}"} for n in range(30)))
    gc.collect()
    gc.freeze()
    tracemalloc.start()
    try:
        peaks = []
        while lodging.lodge_waiting(small_scene.court, sittings=1, lines=3):
            peaks.append(tracemalloc.get_traced_memory()[1])
            gc.collect()
            tracemalloc.reset_peak()
    finally:
        tracemalloc.stop()
        gc.unfreeze()
    assert len(peaks) == 10 and max(peaks[-3:]) <= 1.25 * max(peaks[2:5]), peaks


def test_nobody_finds_anothers_bulk(small_scene: Scene, visitor: Door) -> None:
    """Page, report and lines are the sender's alone."""
    kept = sent(small_scene, {})
    with small_scene.court.database.read() as session, pytest.raises(NotFound):
        lodging.find_bulk(session, small_scene.people["haiyun"], kept.reference)
    visitor("haiyun").get(f"/bulk/{kept.reference}", 404)
    assert "0 of 1 done" in visitor("li").get(f"/bulk/{kept.reference}")


def test_the_page_takes_a_table_and_watches_it(small_scene: Scene, visitor: Door) -> None:
    """Without a file or with a wrong table everything typed stays; a right one leads to its lines and the report."""
    li = visitor("li")
    said: dict[str, Any] = {"name": "Fair Trade Union", "kind": "organisation", "email": "post@fair.example"}
    page = li.send("/bulk", "/bulk", 422, **said).text
    assert "Choose the file" in page and "Fair Trade Union" in page
    assert '<a href="#address">Postal address: Papers by message are not ticked' in page, "nothing reaches them yet"
    said |= {"address": "1 Lake Road"}
    place = li.send(
        "/bulk", "/bulk", **said, table=(io.BytesIO(table({}, {"relief_1_amount": "x"})), "claims.csv")
    ).headers["Location"]
    small_scene.work()
    page = li.get(place)
    assert "2 of 2 done" in page and "relief_1_amount" in page
    report = li.raw(f"{place}/report.csv").data.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(report)))) == 3
    assert b"relief_1_amount" in li.raw(f"{place}/to-mend.csv").data


@pytest.mark.parametrize("is_table", [True, False])
def test_who_has_no_address_to_give_yet_lodges_all_the_same(small_scene: Scene, is_table: bool) -> None:
    """What says so lets the bulk through and is no field of a claim (REG 2)."""
    said = {"name": "Li Wen", "email": "li@parties.example", "no_address": True}
    given = (
        read(PACK, table({}), PACK.causes.list)
        if is_table
        else [claim().model_dump(mode="json", exclude={"claimant"}, exclude_none=True)]
    )
    lodging.keep(
        small_scene.court,
        small_scene.people["li"],
        "March",
        AboutYouStep.model_validate(said),
        given,
        is_table=is_table,
    )
    small_scene.work()
    assert [(line.state, line.faults) for line in lines(small_scene)] == [(LineState.LODGED, [])]


def test_the_clerk_sees_what_is_the_same_once_and_what_differs_marked(small_scene: Scene, visitor: Door) -> None:
    """One claim with another price among four stands out; one decision accepts the chosen, the rest stays."""
    kept = sent(
        small_scene,
        *({"order_number": f"B-{n}", "relief_1_amount": "999.00" if n == 2 else "300.00"} for n in range(4)),
    )
    small_scene.work()
    clerk = visitor("clerk")
    queue = clerk.get("/registry")
    assert "4 claims to review" in queue and all(f"Order B-{n}</a>" in queue for n in range(4)), (
        "claims of one name are told apart by their orders"
    )
    page = clerk.get(f"/registry/batch/{kept.reference}")
    assert page.count("<mark") == 2 and "The same in all" in page  # the sum, and the one request it is made of
    small_scene.court.readings.enter()
    with small_scene.court.database.read() as session:
        noted = select(func.count(distinct(CaseReading.case_id))).where(CaseReading.role == Role.CLERK)
        assert session.scalar(noted) == 4
        references = [session.get_one(Case, line.case_id).reference for line in lines(small_scene)]
        first = session.get_one(Case, lines(small_scene)[0].case_id)
        small_scene.case_id, sender = first.id, first.parties[0].reference
    # Seen once, the sender is known in all their claims.
    small_scene.do("verify_identity", "clerk", party=sender, means="licence")
    page = clerk.send(
        f"/registry/batch/{kept.reference}",
        f"/registry/batch/{kept.reference}",
        422,
        decision="return",
        case=references[2:3],
    ).text
    assert '<a href="#defect">To return the claims, write what is missing' in page
    clerk.send(
        f"/registry/batch/{kept.reference}",
        f"/registry/batch/{kept.reference}",
        303,
        decision="accept",
        case=[references[0], references[1]],
    )
    clerk.send(
        f"/registry/batch/{kept.reference}",
        f"/registry/batch/{kept.reference}",
        303,
        decision="return",
        defect="Explain the price.",
        case=references[2:3],
    )
    small_scene.later(minutes=11)
    with small_scene.court.database.read() as session:
        stages = {c.reference: c.stage for c in session.scalars(select(Case))}
    assert [stages[r] for r in references] == [Stage.PENDING, Stage.PENDING, Stage.RETURNED, Stage.LODGED]


def test_another_clerk_decides_nothing_of_the_batch(small_scene: Scene, visitor: Door) -> None:
    """A batch is the desk's whose claims they are."""
    kept = sent(small_scene, {}, {"order_number": "B-2"})
    small_scene.work()
    visitor("li").get(f"/registry/batch/{kept.reference}", 404)
    with small_scene.court.database.write() as session:
        for seat in session.scalars(select(Seat).where(Seat.role == Role.CLERK)):
            seat.until_at = small_scene.clock.now()
    visitor("clerk").get(f"/registry/batch/{kept.reference}", 404)
