"""What is ruled in the course of a case stands in the ledger too: numbered once everybody in the case may know of it, in effect once
it reached them and nobody can appeal from it, and never in the place of what ended the case (JDP 3(2), 7; CPL 103, 157, 158).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from odr import wiring
from odr.app import create_app
from odr.docket.models import Case, Document, Stage, Track
from odr.filing.models import Request, RequestKind
from odr.ground.clock import FixedClock
from odr.procedure.acts.table import TABLE
from odr.procedure.court import Court
from odr.register.publication.models import HeldRuling, RegisterRecord
from odr.register.search.citing import _address as read_at
from odr.register.search.facts import outcome
from odr.register.viewing.applications import decision_in
from tests.evidence.test_requests import ask, newest, with_exhibits
from tests.filing.test_appeals import AWAY, outcome as higher_court, ruled
from tests.judgment.bench import Bench, lay_case
from tests.judgment.test_changed_on_appeal import CHANGED, appealed
from tests.judgment.test_preservation import ASKED, RULING, motion_of, preserved
from tests.register.publishing import numbered, publish
from tests.register.test_publication_endings import desks_of, in_ledger
from tests.scene import Scene

WITHOUT = Path(__file__).with_name("without_number.tsv")
SEALED = frozenset(
    {"prepare_ruling", "prepare_preservation", "prepare_evidence_ruling", "prepare_confirmation", "prepare_objection"}
)
"""What seals a ruling for an act that has no form of its own for it."""
GRANTED = RULING | {"security": None}
OUT = {"kind": "deposit", "what": "Account frozen"}


def held(bench: Bench) -> int:
    """How many rulings of the court have no number yet."""
    with bench.court.database.read() as session:
        return session.scalar(select(func.count()).select_from(HeldRuling)) or 0


def test_every_paper_the_court_calls_a_ruling_or_decision_has_a_number_or_a_reason(whole_court: Court) -> None:
    """Nobody adds an act whose ruling is missed by nobody outside: it stands in the rules, or here with its article (JDP 3)."""
    for room in wiring.rooms():
        wiring.declarations(room.name)
    sealing = {
        act.name
        for act in TABLE
        if act.paper is not None or (act.prepare is not None and act.prepare.__name__ in SEALED)
    }
    rules = whole_court.packs.in_force("cn", whole_court.clock.now().date()).publication
    assert rules is not None
    told = {name for kind in rules.kinds.values() for name in kind.acts}
    lines = [line.split("\t") for line in WITHOUT.read_text(encoding="utf-8").splitlines()]
    without = [act for act, article, why in lines if article and why]
    assert len(without) == len(lines) and without == sorted(set(without))
    assert sealing - told - set(without) == set(), "number it (publication.kinds), or say why not in without_number.tsv"
    assert (told & set(without), (told | set(without)) - sealing) == (set(), set())


def test_a_ruling_nobody_can_appeal_from_has_effect_once_it_reached_everybody(bench: Bench) -> None:
    """A stay is numbered when it is sealed; it is owed to the public seven working days after the last party has it."""
    bench.do(
        "judge",
        "give_ruling",
        {"kind": "stay", "result": "granted", "orders": "The case is stayed.", "reasons": "A party died."},
    )
    assert in_ledger(bench) == [("in_case", False)]
    bench.serve("claimant/1")
    assert in_ledger(bench) == [("in_case", False)]
    bench.wait(days=2)
    bench.serve("respondent/1")
    assert in_ledger(bench) == [("in_case", True)] and "make_public" in desks_of(bench)
    row = numbered(bench)[0]
    pack = bench.court.packs.in_force("cn", row.decided_on)
    assert row.effective_at is not None
    assert row.due_on == pack.working_calendar.add_working(row.effective_at.astimezone(pack.tz).date(), 7)
    assert outcome(None, "in_case") is None, "it decides on no claim"  # type: ignore[arg-type]


@pytest.mark.parametrize("end", ["nobody appeals", "upheld", "set aside"])
def test_that_the_case_stays_here_has_effect_when_nobody_can_appeal_from_it(small_scene: Scene, end: str) -> None:
    """Each party has ten days from its own receipt; set aside, it never had any (CPL 130, 157, 171)."""
    small_scene.pend()
    ruled(small_scene)

    def has_effect() -> bool:
        return [has for kind, has in in_ledger(small_scene) if kind == "in_case"][-1]

    assert not has_effect()
    if end == "nobody appeals":
        small_scene.later(days=13)
        assert has_effect()
        return
    small_scene.do("appeal_jurisdiction", "haiyun", words="The court is wrong.")
    small_scene.later(days=13)
    assert not has_effect()
    given = {"outcome": "upheld"} if end == "upheld" else {"outcome": "set_aside", "court": AWAY["court"]}
    small_scene.do("record_jurisdiction_appeal", "clerk", higher_court(small_scene, **given))
    small_scene.work()
    assert has_effect() is (end == "upheld")


def test_a_preservation_has_no_number_before_the_other_side_knows_of_it(bench: Bench) -> None:
    """A number in the public ledger would tell them what is to be frozen (CPL 103): the ruling waits until it is carried out."""
    bench.do("claimant/1", "ask_for_ruling", ASKED)
    bench.do("judge", "rule_on_preservation", GRANTED | {"motion": motion_of(bench)})
    bench.wait(days=1)
    assert in_ledger(bench) == [] and held(bench) == 1
    with bench.court.database.read() as session:
        assert session.scalar(select(func.count()).select_from(RegisterRecord)) == 0
    bench.do("clerk", "execute_preservation", OUT | {"preservation": preserved(bench).reference})
    assert in_ledger(bench) == [("preservation", True)] and held(bench) == 0
    row = numbered(bench)[0]
    assert row.decided_on < bench.clock.now().date() and row.original["blocks"]


def test_a_refused_preservation_is_numbered_when_the_case_is_over(bench: Bench) -> None:
    """Nobody but who asked ever reads it in the case; nobody outside misses it for ever."""
    bench.do("claimant/1", "ask_for_ruling", ASKED)
    bench.do("judge", "rule_on_preservation", GRANTED | {"motion": motion_of(bench), "result": "refused"})
    assert in_ledger(bench) == [] and held(bench) == 1
    bench.do("claimant/1", "withdraw_claim", {"reasons": "We agreed."})
    with bench.court.database.read() as session:
        asked = session.scalars(select(Request.reference).where(Request.kind == RequestKind.WITHDRAWAL)).one()
    bench.do("judge", "rule_on_withdrawal", {"request": asked, "answer": "allow", "reasons": "Nobody objects."})
    bench.wait(days=20)
    assert bench.case().stage is Stage.CLOSED
    assert sorted(kind for kind, _ in in_ledger(bench)) == ["preservation", "ruling"] and held(bench) == 0


def test_only_what_is_ordered_about_evidence_is_a_ruling(small_scene: Scene) -> None:
    """An order to produce a document is ruled (EV 46); that it is refused, or that something is excluded, is not."""
    with_exhibits(small_scene)
    for result in ("refused", "granted"):
        ask(
            small_scene,
            "li",
            kind="production",
            against="respondent/1",
            what="Log of the batch",
            content="The batch was recalled in May.",
            fact="They knew.",
        )
        small_scene.do(
            "rule_on_evidence",
            "judge",
            request=newest(small_scene).reference,
            result=result,
            reasons="So it is.",
            language="en",
        )
    assert [kind for kind, _ in in_ledger(small_scene)] == ["production"]


def test_what_was_ruled_on_the_way_stands_for_no_decision_of_the_case(whole_court: Court, clock: FixedClock) -> None:
    """Who names the case, cites it, or follows it, means its judgment, though a ruling after it is public too."""
    bench = lay_case(whole_court, clock, track=Track.SMALL)
    bench.effective()
    judgment = publish(bench)
    slip = {"kind": "correction", "result": "granted", "orders": "Line 3 reads 2026.", "reasons": "A slip of the pen."}
    bench.do("judge", "give_ruling", slip)
    for who in ("claimant/1", "respondent/1"):
        bench.serve(who)
    correction = publish(bench)
    assert (judgment.kind, correction.kind) == ("judgment", "in_case") and correction.number > judgment.number
    with bench.court.database.read() as session:
        number = session.get_one(Case, bench.case_id).number
        assert number is not None
        found = decision_in(session, number)
        assert found is not None and found.number == judgment.number
        assert read_at(session, number) == judgment.address
    page = create_app(court=bench.court).test_client().get(f"/decisions/{judgment.address}").text
    assert correction.address in page, "whoever reads the judgment is led to what corrects it"


def test_whoever_reads_a_judgment_reads_that_it_was_changed_above(bench: Bench) -> None:
    """Its orders stand there as they were given, and are not what holds (CPL 177; JDP 7): page and programs say what does."""
    appealed(bench, "respondent/1")
    bench.do("clerk", "record_appeal_outcome", CHANGED | {"decided_on": bench.today, "amount": "500.00"})
    row = publish(bench)
    client = create_app(court=bench.court).test_client()
    assert "Intermediate Court" in client.get(f"/decisions/{row.address}").text
    told = client.get(f"/decisions/{row.address}.json").get_json()
    assert told["in_effect"] and told["changed_by"]["number"] == CHANGED["number"]


def test_the_paper_of_a_number_is_the_sealed_one(bench: Bench) -> None:
    """What waited for its number keeps the digest of what was sealed, and the entry in which it was (CPL 103)."""
    bench.do("claimant/1", "ask_for_ruling", ASKED)
    bench.do("judge", "rule_on_preservation", GRANTED | {"motion": motion_of(bench)})
    bench.do("clerk", "execute_preservation", OUT | {"preservation": preserved(bench).reference})
    with bench.court.database.read() as session:
        body = session.scalars(select(RegisterRecord.body).order_by(RegisterRecord.number)).first()
        paper = session.scalars(select(Document).where(Document.kind == "ruling")).one()
        assert body is not None and paper.sha256 in body and f'"number":{paper.entry_number}' in body.replace(" ", "")
