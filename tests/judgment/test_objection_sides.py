"""An action about an objection in an enforcement: who sues whom, in ordinary procedure, and who has to prove what (CPI 305, 306, 308, 309)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Stage, Track
from odr.filing.claim.procedure_bars import bars_of, the_procedure_fits
from odr.ground.errors import InvalidInput
from odr.judgment.enforcement_remedies.objections.after import debtor_had_said_nothing
from odr.judgment.enforcement_remedies.objections.sides import suit_panel
from odr.procedure.rules.cases import Bar
from odr.procedure.rules.tracks import track_findings
from tests.judgment.bench import Bench
from tests.judgment.test_enforcement_settlement import enforced
from tests.judgment.test_objections_in_enforcement import (
    CAR,
    OBJECTS,
    action,
    for_outsider,
    outside,
    panel,
    rule,
    third,
)

NUMBER = "(2026)网0192民初777号"


def objected(bench: Bench, answer: str) -> None:
    """The objection of an outsider was ruled on, and everybody has the ruling."""
    enforced(bench)
    outside(bench)
    rule(bench, answer)
    if answer == "unfounded":
        for_outsider(bench, "served")
    bench.serve("claimant/1")


def told(bench: Bench, number: str = NUMBER, who: str = "judge") -> str:
    """What somebody reads of it on the page of the action."""
    with bench.court.database.read() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        found = suit_panel(bench.court.look(session), case, bench.actor(who))
        return "\n".join(line.render("en") for line in found.data["lines"]) if found is not None else ""


def test_the_outsider_sues_the_creditor(bench: Bench) -> None:
    """A claim that leaves out for whom the court enforces is no such action; the debtor who says nothing need not be sued (CPI 305)."""
    objected(bench, "unfounded")
    with pytest.raises(InvalidInput, match="against Li too"):
        for_outsider(bench, "action", claim=action(bench, "Shen Yue", against=("Haiyun Ltd",)))
    for_outsider(bench, "action", claim=action(bench, "Shen Yue", against=("Li",), number="(2026)网0192民初779号"))
    words = told(bench, "(2026)网0192民初779号")
    assert "the outsider sues" in words and "Haiyun Ltd does not contest it" in words


def test_a_debtor_who_contests_it_is_sued_too(bench: Bench) -> None:
    """Beside the creditor (CPI 305)."""
    objected(bench, "unfounded")
    with pytest.raises(InvalidInput, match="against Haiyun Ltd too"):
        for_outsider(bench, "action", claim=action(bench, "Shen Yue", against=("Li",)), debtor="contests")
    both = action(bench, "Shen Yue", against=("LI", "Haiyun  Ltd"), number="(2026)网0192民初779号")
    for_outsider(bench, "action", claim=both, debtor="contests")
    assert "Haiyun Ltd contests it and is sued too" in told(bench, both)


def test_the_creditor_sues_the_outsider(bench: Bench) -> None:
    """And the debtor who contests what the creditor claims (CPI 306); the ruling's reader is told so before."""
    objected(bench, "founded")
    assert "Sue Shen Yue; and Haiyun Ltd too if they contest" in panel(bench, "claimant/1")
    with pytest.raises(InvalidInput, match="against Shen Yue too"):
        bench.do("claimant/1", "name_objection_action", {"claim": action(bench, against=("Haiyun Ltd",))})
    with pytest.raises(InvalidInput, match="against Haiyun Ltd too"):
        one = action(bench, against=("Shen Yue",), number="(2026)网0192民初779号")
        bench.do("claimant/1", "name_objection_action", {"claim": one, "debtor": "contests"})
    bench.do("claimant/1", "name_objection_action", {"claim": one})
    words = told(bench, one)
    assert "the creditor sues" in words and "Shen Yue has to prove" in words and "art. 309" in words


def test_it_follows_the_ordinary_procedure_alone(bench: Bench) -> None:
    """Accepted in simple procedure before it was named in the enforcement, it moves on before its hearing is closed (CPI 308)."""
    objected(bench, "founded")
    number = action(bench, against=("Shen Yue",), stage=Stage.HEARING, track=Track.SIMPLE)
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.scalars(select(Case).where(Case.number == number)).one()
        assert Bar.OBJECTION_ACTION not in bars_of(look, case) and told(bench) == ""
    bench.do("claimant/1", "name_objection_action", {"claim": number})
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.scalars(select(Case).where(Case.number == number)).one()
        bars = bars_of(look, case)
        assert Bar.OBJECTION_ACTION in bars
        open_to_it = [one.track for one in track_findings(look.pack(case), 1, bars, case.filed_on) if one.open]
        assert open_to_it == ["ordinary"]
        why = the_procedure_fits(look, case, bench.actor("judge"))
    assert why is not None and "about an objection in an enforcement" in why.render("en")
    assert "308" in why.render("en")


def test_a_third_party_of_the_case_who_objected_sues_by_themselves(bench: Bench) -> None:
    """They read whom to sue and what they prove, and name their own claim (CPI 305, 309)."""
    third(bench)
    bench.do("third_party/1", "object_to_enforcement", {**OBJECTS, "kind": "property", "what": CAR})
    rule(bench, "unfounded")
    bench.serve("third_party/1")
    assert "Sue Li; and Haiyun Ltd too" in panel(bench, "third_party/1")
    bench.do("third_party/1", "name_objection_action", {"claim": action(bench, by="third_party/1")})
    assert "Wang Lei has to prove" in told(bench, who="claimant/1")


def test_every_other_claim_says_nothing_of_it(bench: Bench) -> None:
    """A claim about no objection has no such part on its page, and what was named before knows of no debtor who contests."""
    enforced(bench)
    assert told(bench, bench.number) == ""
    assert debtor_had_said_nothing({"claim": NUMBER}) == {"claim": NUMBER, "debtor": "does_not"}
