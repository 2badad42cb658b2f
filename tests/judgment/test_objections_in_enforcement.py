"""Objections in an enforcement: ruled on in fifteen days, what stays untouched, who goes on where (CPL 236, 238; CPI 302 to 314)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry, Party, PartyKind, Role, Stage
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput, OutOfTime
from odr.ground.text import Text
from odr.judgment import desks
from odr.judgment.enforcement_remedies.objections.from_outside import (
    ObjectFromOutsideInput,
    object_from_outside,
    objections_from_outside,
    put_objections,
)
from odr.judgment.enforcement_remedies.objections.models import EnforcementObjection, ObjectionKind, ObjectionState
from odr.judgment.enforcement_remedies.objections.panel import objections_panel
from odr.judgment.models import EnforcementCase
from odr.procedure.audit.row_audit import audit_projections
from odr.procedure.models import Task, Window, WindowState
from odr.procedure.papers.rulings import written_ruling
from odr.procedure.time.written_working import text_from_json
from odr.service.models import Called, Packet
from tests.judgment.bench import Bench
from tests.judgment.test_enforcement_settlement import enforced
from tests.judgment.web import Visitor
from tests.kept import kept

CAR = "A lorry, number plate Zhe A 12345"
OBJECTS: dict[str, Any] = {
    "kind": "conduct",
    "what": "Twice the sum that is owed was frozen.",
    "asks": "Free what is too much.",
    "grounds": "The application names 8,000 yuan, and 16,000 are frozen.",
}
OUTSIDE: dict[str, Any] = {
    "kind": "property",
    "name": "Shen Yue",
    "who": "person",
    "email": "shen@people.example",
    "address": "Jiefang Road 1",
    "what": CAR,
    "asks": "Do not sell it.",
    "grounds": "It is mine: the registration shows it.",
}
REASONS = "The registration and the contract were looked at."


def outside(bench: Bench, **changes: Any) -> None:
    """Somebody who is no party claims a lorry that was seized."""
    bench.do("clerk", "record_outside_objection", {**OUTSIDE, "received_on": bench.today, **changes})


def newest(bench: Bench) -> EnforcementObjection:
    """The newest objection."""
    with bench.court.database.read() as session:
        found = session.scalars(select(EnforcementObjection).order_by(EnforcementObjection.id.desc())).first()
        assert found is not None
        return found


def rule(bench: Bench, answer: str, **changes: Any) -> None:
    """The judge rules on the newest objection."""
    given = {"objection": newest(bench).reference, "answer": answer, "reasons": REASONS, **changes}
    bench.do("judge", "rule_on_enforcement_objection", given)


def for_outsider(bench: Bench, step: str, **changes: Any) -> None:
    """The registry records a step of who is no party."""
    given = {"objection": newest(bench).reference, "step": step, "on": bench.today, "words": "By post.", **changes}
    bench.do("clerk", "record_for_outsider", given)


def sell(bench: Bench) -> None:
    """The registry sells what is claimed."""
    given = {"what": "The lorry was sold.", "on": bench.today, "claimed": newest(bench).reference}
    bench.do("clerk", "record_measure", given)


def on_desk(bench: Bench, desk: Any) -> int:
    """How many tasks of a kind wait."""
    waiting = select(Task).where(Task.kind == desk.kind, Task.done_at.is_(None))
    with bench.court.database.read() as session:
        return len(session.scalars(waiting).all())


def running(bench: Bench, kind: str) -> list[str]:
    """Whose time of a kind runs."""
    with bench.court.database.read() as session:
        rows = session.scalars(select(Window).where(Window.kind == kind, Window.state == WindowState.OPEN)).all()
        labels = {party.id: party.label for party in session.get_one(Case, bench.case_id).parties}
        return sorted(labels.get(row.party_id or 0, "court") for row in rows)


def panel(bench: Bench, who: str) -> str:
    """What somebody reads of it on the page of the case."""
    with bench.court.database.read() as session:
        look = bench.court.look(session)
        found = objections_panel(look, session.get_one(Case, bench.case_id), bench.actor(who))
        if found is None:
            return ""
        rows = [
            line for one in found.data["objected"] for line in (one.what, one.untouched, one.next) if line is not None
        ]
        return "\n".join(line.render("en") for line in [*rows, *(act.title for act in found.data["acts"])])


def action(bench: Bench, by: str = "claimant/1", against: tuple[str, ...] = ("Li", "Shen Yue"), **changes: Any) -> str:
    """Another case at this court, brought today by somebody of this one, or by who has this name, against others by name: its
    number.
    """
    with bench.court.database.write() as session:
        this = session.get_one(Case, bench.case_id)
        facts = {
            column.name: getattr(this, column.name)
            for column in Case.__table__.columns
            if column.name not in ("id", "reference", "number", "lodged_at")
        }
        number = "(2026)网0192民初777号"
        claim = Case(**{**facts, "number": number, "lodged_at": bench.clock.now(), **changes})
        who = next((party for party in this.parties if party.label == by), None)
        same: dict[str, Any] = {"name": by, "kind": PartyKind.PERSON, "locale": "en", "details": {}}
        if who is not None:
            same = {key: getattr(who, key) for key in ("name", "kind", "account_id", "locale", "details")}
        session.add(claim)
        session.flush()
        session.add(Party(case_id=claim.id, role=Role.CLAIMANT, ordinal=1, **same))
        for ordinal, name in enumerate(against, 1):
            other = {"name": name, "kind": PartyKind.PERSON, "locale": "en", "details": {}}
            session.add(Party(case_id=claim.id, role=Role.RESPONDENT, ordinal=ordinal, **other))
    return str(changes.get("number", number))


@kept
def third(bench: Bench) -> None:
    """The court enforces, and a third party of the case is neither creditor nor debtor."""
    enforced(bench)
    with bench.court.database.write() as session:
        account = bench.account("stranger")
        session.add(
            Party(
                case_id=bench.case_id,
                role=Role.THIRD_PARTY,
                ordinal=1,
                name="Wang Lei",
                kind=PartyKind.PERSON,
                account_id=account.id,
                locale="en",
                details={},
            )
        )


def test_a_party_objects_and_a_judge_puts_it_right(bench: Bench) -> None:
    """The court's own conduct is revoked or corrected by a ruling, and the registry carries it out (CPL 236)."""
    enforced(bench)
    bench.do("clerk", "record_measure", {"what": "16,000 yuan were frozen.", "on": bench.today})
    with bench.court.database.read() as session:
        measure = session.scalars(select(DocketEntry.number).where(DocketEntry.act == "record_measure")).one()
    bench.do("respondent/1", "object_to_enforcement", {**OBJECTS, "measure": str(measure)})
    assert newest(bench).measure_entry == measure and running(bench, "enforcement_objection") == ["court"]
    assert (
        on_desk(bench, desks.ENFORCEMENT_OBJECTION),
        "a judge rules by the end of" in panel(bench, "claimant/1"),
    ) == (1, True)
    with pytest.raises(InvalidInput, match="waits for the ruling"):
        bench.do("respondent/1", "object_to_enforcement", {**OBJECTS, "measure": str(measure)})
    with pytest.raises(InvalidInput, match="put right"):
        rule(bench, "founded")
    rule(bench, "founded", orders="The freeze is lifted as far as it is over 8,000 yuan.")
    assert (on_desk(bench, desks.ENFORCEMENT_OBJECTION), on_desk(bench, desks.OBJECTION_CARRY_OUT)) == (0, 1)
    done = {"what": "8,000 yuan were freed.", "on": bench.today, "carries_out": newest(bench).reference}
    bench.do("clerk", "record_measure", done)
    assert on_desk(bench, desks.OBJECTION_CARRY_OUT) == 0 and newest(bench).carried_out_entry is not None
    with pytest.raises(InvalidInput, match="Choose one"):
        bench.do("clerk", "record_measure", done)


def test_each_party_asks_the_higher_court_within_ten_days_of_service(bench: Bench) -> None:
    """The time runs from the service on each (CPL 236); what the higher court changes is carried out."""
    enforced(bench)
    bench.do("respondent/1", "object_to_enforcement", OBJECTS)
    rule(bench, "unfounded")
    with pytest.raises(ActNotOpen):
        bench.do("respondent/1", "ask_objection_review", {"words": "Twice the sum is frozen."})
    bench.serve("respondent/1")
    assert running(bench, "enforcement_objection_review") == ["respondent/1"]
    assert "ask the higher court by the end of" in panel(bench, "respondent/1")
    bench.do("respondent/1", "ask_objection_review", {"words": "Twice the sum is frozen."})
    with pytest.raises((ActNotOpen, OutOfTime)):
        bench.do("respondent/1", "ask_objection_review", {"words": "Once more, please."})
    given = {"objection": newest(bench).reference, "reasons": "Number 9 of 2 April: the freeze is too wide."}
    with pytest.raises(InvalidInput, match="by the higher court"):
        bench.do("clerk", "record_objection_outcome", {**given, "answer": "enforced"})
    bench.do("clerk", "record_objection_outcome", {**given, "answer": "changed"})
    assert (on_desk(bench, desks.OBJECTION_OUTCOME), on_desk(bench, desks.OBJECTION_CARRY_OUT)) == (0, 1)
    assert "changed the ruling" in panel(bench, "claimant/1")


def test_after_ten_days_the_ruling_stands(bench: Bench) -> None:
    """Nobody asks the higher court any more (CPL 236)."""
    enforced(bench)
    bench.do("respondent/1", "object_to_enforcement", OBJECTS)
    rule(bench, "unfounded")
    bench.serve("respondent/1")
    bench.wait(days=16)
    with pytest.raises(OutOfTime):
        bench.do("respondent/1", "ask_objection_review", {"words": "Too late."})


def test_a_ruling_that_is_late_lies_before_everything_else(bench: Bench) -> None:
    """After fifteen days it is put on the judge's desk again, with more weight; the clock never rules."""
    enforced(bench)
    bench.do("respondent/1", "object_to_enforcement", OBJECTS)
    bench.wait(days=22)
    with bench.court.database.read() as session:
        query = select(Task).where(Task.kind == desks.ENFORCEMENT_OBJECTION.kind, Task.done_at.is_(None))
        assert [task.risk for task in session.scalars(query)] == [90]
    assert newest(bench).state is ObjectionState.OPEN
    rule(bench, "unfounded")


def test_what_an_outsider_claims_is_not_sold_until_they_can_no_longer_sue(bench: Bench) -> None:
    """Before the ruling, until it reached them, and fifteen days more (CPL 238; CPI 463); the fifteen days to rule run from the
    receipt of the letter.
    """
    enforced(bench)
    with pytest.raises(InvalidInput, match="still to come"):
        outside(bench, received_on=(date.fromisoformat(bench.today) + timedelta(days=1)).isoformat())
    with pytest.raises(InvalidInput, match="objects itself"):
        outside(bench, name="Haiyun Ltd")
    outside(bench)
    with pytest.raises(InvalidInput, match="not ruled yet"):
        sell(bench)
    rule(bench, "unfounded")
    assert on_desk(bench, desks.OBJECTION_OUTSIDER) == 1
    with pytest.raises(InvalidInput, match="can still bring an action"):
        sell(bench)
    bench.wait(days=30)
    with pytest.raises(InvalidInput, match="can still bring an action"):
        sell(bench)
    for_outsider(bench, "served")
    assert (on_desk(bench, desks.OBJECTION_OUTSIDER), newest(bench).served_on is not None) == (0, True)
    bench.wait(days=14)
    with pytest.raises(InvalidInput, match="can still bring an action"):
        sell(bench)
    bench.wait(days=7)
    with pytest.raises(InvalidInput, match="last day for it"):
        for_outsider(bench, "action", claim=action(bench, "Shen  YUE"))
    sell(bench)


def test_an_outsiders_action_keeps_it_until_the_judgment(bench: Bench) -> None:
    """It is brought here and in time; the judgment takes the place of the ruling (CPI 302, 303, 312, 313)."""
    enforced(bench)
    outside(bench)
    rule(bench, "unfounded")
    with pytest.raises(InvalidInput, match="reached them"):
        for_outsider(bench, "action", claim=action(bench, "Shen  YUE"))
    for_outsider(bench, "served")
    with pytest.raises(InvalidInput, match="does not give that"):
        for_outsider(bench, "review")
    with pytest.raises(InvalidInput, match="brought no claim"):
        for_outsider(bench, "action", claim="(2026)网0192民初000号")
    with pytest.raises(InvalidInput, match="Shen Yue brought no claim"):
        for_outsider(bench, "action", claim=action(bench, number="(2026)网0192民初778号"))
    for_outsider(bench, "action", claim="(2026)网0192民初777号")
    bench.wait(days=60)
    with pytest.raises(InvalidInput, match="under way"):
        sell(bench)
    given = {"objection": newest(bench).reference, "reasons": "Judgment of 1 June: the lorry is theirs."}
    bench.do("clerk", "record_objection_outcome", {**given, "answer": "not_enforced"})
    with pytest.raises(InvalidInput, match="halted"):
        sell(bench)
    assert on_desk(bench, desks.OBJECTION_CARRY_OUT) == 1


def test_a_right_that_holds_halts_it_and_the_creditor_alone_sues(bench: Bench) -> None:
    """Halted by ruling (CPL 238, 267(2)); the creditor has fifteen days from service, the debtor none (CPI 304, 307)."""
    enforced(bench)
    outside(bench)
    rule(bench, "founded")
    with pytest.raises(InvalidInput, match="halted"):
        sell(bench)
    bench.serve("respondent/1")
    bench.serve("claimant/1")
    assert running(bench, "enforcement_objection_action") == ["claimant/1"]
    with pytest.raises(InvalidInput, match="brought no claim"):
        bench.do("claimant/1", "name_objection_action", {"claim": "nothing"})
    bench.do("claimant/1", "name_objection_action", {"claim": action(bench)})
    bench.wait(days=40)
    given = {"objection": newest(bench).reference, "reasons": "Judgment of 1 June: it belongs to the debtor."}
    bench.do("clerk", "record_objection_outcome", {**given, "answer": "enforced"})
    sell(bench)


def test_nobody_holds_up_an_enforcement_by_a_claim_of_others_or_of_before(bench: Bench) -> None:
    """The action is the objector's own, and comes after the ruling: another's claim, an older one and an application without a claim
    are none (CPI 303, 304).
    """
    third(bench)
    older = action(bench, by="third_party/1", number="(2025)网0192民初1号")
    bench.wait(days=1)
    bench.do("third_party/1", "object_to_enforcement", {**OBJECTS, "kind": "property", "what": CAR})
    rule(bench, "unfounded")
    bench.serve("third_party/1")
    with pytest.raises(InvalidInput, match="brought no claim"):
        bench.do("third_party/1", "name_objection_action", {"claim": action(bench, number="(2026)网0192民初776号")})
    with pytest.raises(InvalidInput, match="before the ruling"):
        bench.do("third_party/1", "name_objection_action", {"claim": older})
    order = action(bench, by="third_party/1", number="(2026)网0192民督1号", stage=Stage.PAYMENT_ORDER)
    with pytest.raises(InvalidInput, match="brought no claim"):
        bench.do("third_party/1", "name_objection_action", {"claim": order})
    bench.do("third_party/1", "name_objection_action", {"claim": action(bench, by="third_party/1")})
    with pytest.raises(InvalidInput, match="under way"):
        sell(bench)


def test_an_outsiders_claim_that_came_late_is_late_whatever_day_is_written_down(bench: Bench) -> None:
    """Whether it came in time is read from the claim itself (CPI 303)."""
    enforced(bench)
    outside(bench)
    rule(bench, "unfounded")
    for_outsider(bench, "served")
    day = bench.today
    bench.wait(days=22)
    with pytest.raises(InvalidInput, match="after the last day"):
        for_outsider(bench, "action", claim=action(bench, "Shen Yue"), on=day)


def test_what_is_claimed_stays_untouched_where_the_ruling_had_not_arrived(bench: Bench) -> None:
    """Found not to have been served, the fifteen days have not run: nothing is sold before they have (CPI 463; OLR 31)."""
    third(bench)
    bench.do("third_party/1", "object_to_enforcement", {**OBJECTS, "kind": "property", "what": CAR})
    rule(bench, "unfounded")
    bench.serve("third_party/1")
    bench.wait(days=22)
    with bench.court.database.read() as session:
        packet = session.scalars(
            select(Packet.reference).where(
                Packet.occasion == "rule_on_enforcement_objection",
                Packet.party_id == select(Party.id).where(Party.role == Role.THIRD_PARTY).scalar_subquery(),
            )
        ).one()
    said = {"packet": packet, "says": "not_received", "grounds": "The address is not mine."}
    bench.do("third_party/1", "rebut_service", said)
    found = {"packet": packet, "finding": "not_received", "reasons": "The register shows another."}
    bench.do("judge", "decide_rebuttal", found)
    with pytest.raises(InvalidInput, match="can still bring"):
        sell(bench)


def carries_out(bench: Bench) -> None:
    """The registry does what was ruled on the newest objection."""
    given = {"what": "The seizure of the lorry is lifted.", "on": bench.today, "carries_out": newest(bench).reference}
    bench.do("clerk", "record_measure", given)


def test_measures_are_lifted_though_the_enforcement_is_over(bench: Bench) -> None:
    """The creditor's days to sue run out after its end: what was done to the property is lifted all the same (CPI 314), and nothing
    else is enforced then.
    """
    enforced(bench)
    outside(bench)
    rule(bench, "founded")
    carries_out(bench)
    bench.serve("claimant/1")
    bench.ends_for_now()
    with pytest.raises(ActNotOpen, match="No enforcement"):
        bench.do("clerk", "record_measure", {"what": "An account was frozen.", "on": bench.today})
    bench.wait(days=22)
    assert on_desk(bench, desks.OBJECTION_CARRY_OUT) == 1
    with pytest.raises(ActNotOpen, match="No enforcement"):
        bench.do("clerk", "record_measure", {"what": "An account was frozen.", "on": bench.today})
    carries_out(bench)
    assert on_desk(bench, desks.OBJECTION_CARRY_OUT) == 0 and "court" not in running(bench, "enforcement_inaction")


def test_carrying_a_ruling_out_begins_no_watch_while_all_is_halted(bench: Bench) -> None:
    """The watch over inaction stands still with the enforcement (CPL 237, 267)."""
    enforced(bench)
    outside(bench)
    rule(bench, "founded")
    bench.do("judge", "halt_enforcement", {"ground": "creditor", "reasons": "The creditor agrees to wait."})
    carries_out(bench)
    assert running(bench, "enforcement_inaction") == []


def test_a_lost_action_of_the_creditor_is_carried_out(bench: Bench) -> None:
    """The property was left alone by ruling, and the creditor sued in vain: what was done to it is seen to (CPI 311, 314)."""
    enforced(bench)
    outside(bench)
    rule(bench, "founded")
    bench.serve("claimant/1")
    bench.do("claimant/1", "name_objection_action", {"claim": action(bench)})
    assert on_desk(bench, desks.OBJECTION_CARRY_OUT) == 0
    given = {"objection": newest(bench).reference, "reasons": "Judgment of 1 June: the claim is dismissed."}
    bench.do("clerk", "record_objection_outcome", {**given, "answer": "not_enforced"})
    assert on_desk(bench, desks.OBJECTION_CARRY_OUT) == 1


def test_without_an_action_the_measures_are_lifted(bench: Bench) -> None:
    """Seven days after the creditor's last day (CPI 314); a claim brought in time may be named afterwards, a late one may not."""
    enforced(bench)
    outside(bench)
    rule(bench, "founded")
    bench.serve("claimant/1")
    number = action(bench)
    bench.wait(days=22)
    with bench.court.database.read() as session:
        query = select(Task).where(Task.kind == desks.OBJECTION_CARRY_OUT.kind, Task.done_at.is_(None))
        task = session.scalars(query).one()
        assert task.due_at is not None and task.due_at - task.opened_at <= timedelta(days=10)
    late = action(bench, number="(2026)网0192民初778号")
    with pytest.raises(InvalidInput, match="after the last day"):
        bench.do("claimant/1", "name_objection_action", {"claim": late})
    bench.do("claimant/1", "name_objection_action", {"claim": number})
    assert on_desk(bench, desks.OBJECTION_CARRY_OUT) == 0


def test_a_third_party_of_the_case_claims_property_itself(bench: Bench) -> None:
    """Neither creditor nor debtor may: they are no outsiders (CPL 238). Whoever objected has the action."""
    third(bench)
    claims = {**OBJECTS, "kind": "property", "what": CAR}
    for who in ("claimant/1", "respondent/1"):
        with pytest.raises(InvalidInput, match="neither owes"):
            bench.do(who, "object_to_enforcement", claims)
    bench.do("third_party/1", "object_to_enforcement", claims)
    rule(bench, "unfounded")
    for who in ("third_party/1", "claimant/1"):
        bench.serve(who)
    assert running(bench, "enforcement_objection_action") == ["third_party/1"]
    bench.wait(days=22)
    sell(bench)


def test_an_interested_outsider_asks_the_higher_court_too(bench: Bench) -> None:
    """About how the court enforces, also who is no party (CPL 236)."""
    enforced(bench)
    outside(bench, kind="conduct", what="My shop was closed as if it were the debtor's.")
    rule(bench, "unfounded")
    for_outsider(bench, "served")
    for_outsider(bench, "review")
    assert newest(bench).review_entry is not None and on_desk(bench, desks.OBJECTION_OUTCOME) == 1


def test_where_somebody_is_reached_stands_in_no_entry(bench: Bench) -> None:
    """The outsider is sent a line; no address of theirs lies open in the docket."""
    enforced(bench)
    outside(bench)
    with bench.court.database.read() as session:
        payloads = session.scalars(select(DocketEntry.payload)).all()
        assert not any("shen@" in one or "Jiefang" in one for one in payloads)
        assert any("Shen Yue" in one for one in payloads)
        letters = session.scalars(select(Packet).where(Packet.recipient_name == "Shen Yue")).all()
    assert len(letters) == 1


def test_the_ruling_says_what_can_be_done(bench: Bench) -> None:
    """Whose objection, what follows, by which article and within how many days (CPL 238; CPI 314)."""
    enforced(bench)
    outside(bench)
    with bench.court.database.read() as session:
        look, act = bench.court.look(session), bench.court.table["rule_on_enforcement_objection"]
        given = act.input.model_validate(
            {"objection": newest(bench).reference, "answer": "founded", "reasons": REASONS}
        )
        _, paper = written_ruling(look, act, session.get_one(Case, bench.case_id), given, bench.actor("judge"))
    said = "\n".join(
        line.render("en") if isinstance(line, Text) else str(line) for line in [*paper.orders, paper.remedy]
    )
    for words in ("Shen Yue", CAR, "halted", "within 15 days", "art. 238", "retrial", "is lifted"):
        assert words in said, (words, said)


def test_an_outsider_objects_from_their_own_account(bench: Bench) -> None:
    """By the number of the case or of the enforcement; who is in the case, and who names none, hears the same, and nothing of it is
    recorded. The days run from when it was sent, and it is sent once a day.
    """
    enforced(bench)
    account = bench.account("stranger").id
    given = ObjectFromOutsideInput.model_validate({**OUTSIDE, "number": bench.number})

    def own(who: int) -> list[ObjectionState]:
        with bench.court.database.read() as session:
            return [one.state for one in objections_from_outside(session, who)]

    object_from_outside(bench.court, bench.account("li").id, given)
    object_from_outside(bench.court, account, given.model_copy(update={"number": "(2026)网0192执999号"}))
    put_objections(bench.court)
    assert on_desk(bench, desks.ENFORCEMENT_OBJECTION) == 0
    assert own(account) == own(bench.account("li").id) == [ObjectionState.OPEN]
    with bench.court.database.read() as session:
        number = session.scalars(select(EnforcementCase.number)).one()
    object_from_outside(bench.court, account, given.model_copy(update={"number": number}))
    put_objections(bench.court)
    put_objections(bench.court)
    assert on_desk(bench, desks.ENFORCEMENT_OBJECTION) == 1
    assert (newest(bench).outsider, newest(bench).party_id) == ("Shen Yue", None)
    with pytest.raises(ActNotOpen, match="Wait a day"):
        object_from_outside(bench.court, account, given.model_copy(update={"number": number}))
    with pytest.raises(InvalidInput, match="not ruled yet"):
        sell(bench)
    rule(bench, "founded")
    assert own(account)[0] is ObjectionState.FOUNDED


def written_to_outsiders(bench: Bench) -> list[str]:
    """The notices that went to who is no party, in order."""
    with bench.court.database.read() as session:
        called = {one.key for one in session.scalars(select(Called))}
        packets = session.scalars(select(Packet).where(Packet.party_id.in_(called)).order_by(Packet.id))
        return [text_from_json(one.title).render("en") for one in packets]


def test_whoever_probes_a_number_is_not_written_to_before_the_ruling(bench: Bench) -> None:
    """A receipt by e-mail would tell any account that somebody is enforced against: the page says the same of every number."""
    enforced(bench)
    given = ObjectFromOutsideInput.model_validate({**OUTSIDE, "number": bench.number})
    object_from_outside(bench.court, bench.account("stranger").id, given)
    put_objections(bench.court)
    assert on_desk(bench, desks.ENFORCEMENT_OBJECTION) == 1 and written_to_outsiders(bench) == []
    rule(bench, "founded")
    assert ["has ruled on your objection" in one for one in written_to_outsiders(bench)] == [True]


def test_an_outsider_is_told_that_nothing_is_ruled_any_more(bench: Bench) -> None:
    """They were told by which day a judge rules: where the enforcement ends before, they hear that."""
    enforced(bench)
    outside(bench)
    bench.ends_for_now()
    told = written_to_outsiders(bench)
    assert len(told) == 2 and "A judge rules by" in told[0] and "has ended" in told[1]


def test_the_page_takes_an_objection_from_outside(bench: Bench) -> None:
    """Only who is signed in, and it says what became of it."""
    enforced(bench)
    app = create_app(court=bench.court)
    assert app.test_client().get("/enforcement-objections").status_code in (302, 303)
    person = Visitor(app, bench, "stranger")
    page = "/enforcement-objections"
    form = {**OUTSIDE, "number": bench.number}
    assert person.post(page, {**form, "what": ""}).status_code == 422
    assert person.post(page, form).status_code == 303
    put_objections(bench.court)
    again = person.post(page, form)
    assert "Not ruled on yet" in person.page(page) and (again.status_code, "already objected" in again.text) == (
        409,
        True,
    )
    rule(bench, "unfounded")
    for_outsider(bench, "served")
    assert "was rejected" in person.page(page) and "Your last day for it" in person.page(page)


def test_the_rows_say_what_the_docket_says(bench: Bench) -> None:
    """Kind, ruling, outcome and halt are rebuilt from the docket; whatever row says otherwise is told."""

    def wrong() -> list[str]:
        with bench.court.database.read() as session:
            told = audit_projections(bench.court, session, bench.case())
            return [words for words in told if "objection " in words or "enforcement " in words]

    enforced(bench)
    bench.do("respondent/1", "object_to_enforcement", OBJECTS)
    rule(bench, "unfounded")
    bench.serve("respondent/1")
    bench.do("respondent/1", "ask_objection_review", {"words": "Twice the sum is frozen."})
    given = {"objection": newest(bench).reference, "reasons": "Number 9 of 2 April."}
    bench.do("clerk", "record_objection_outcome", {**given, "answer": "stays"})
    outside(bench)
    bench.do("judge", "halt_enforcement", {"ground": "other", "reasons": "The register is closed today."})
    assert wrong() == []
    with bench.court.database.write() as session:
        first, second = session.scalars(select(EnforcementObjection).order_by(EnforcementObjection.id)).all()
        first.state, first.outcome, second.kind = ObjectionState.FOUNDED, "changed", ObjectionKind.CONDUCT
        session.scalars(select(EnforcementCase)).one().halted_entry = None
    assert len(wrong()) == 4
    with bench.court.database.write() as session:
        session.delete(session.get_one(EnforcementObjection, newest(bench).id))
    assert any("no such row" in words for words in wrong())


def test_an_objection_falls_with_the_enforcement(bench: Bench) -> None:
    """What is over needs no ruling (CPI 462); it waits on no desk, and nobody can object to it."""
    enforced(bench)
    bench.do("respondent/1", "object_to_enforcement", OBJECTS)
    bench.ends_for_now()
    assert (newest(bench).state, on_desk(bench, desks.ENFORCEMENT_OBJECTION)) == (ObjectionState.FELL, 0)
    assert running(bench, "enforcement_objection") == [] and bench.case().stage is Stage.EFFECTIVE
    with pytest.raises(ActNotOpen):
        bench.do("respondent/1", "object_to_enforcement", OBJECTS)


def test_objections_are_each_persons_own_business(bench: Bench) -> None:
    """Parties object, the registry writes down for outsiders, a judge rules; nobody for another."""
    enforced(bench)
    with pytest.raises(Forbidden):
        bench.do("clerk", "object_to_enforcement", OBJECTS)
    with pytest.raises(Forbidden):
        bench.do("claimant/1", "record_outside_objection", {**OUTSIDE, "received_on": bench.today})
    outside(bench)
    with pytest.raises(Forbidden):
        bench.do(
            "clerk",
            "rule_on_enforcement_objection",
            {"objection": newest(bench).reference, "answer": "founded", "reasons": REASONS},
        )
    with pytest.raises(ActNotOpen, match="No objection of an outsider"):
        for_outsider(bench, "served")
    with pytest.raises(ActNotOpen, match="higher court"):
        bench.do(
            "clerk",
            "record_objection_outcome",
            {"objection": newest(bench).reference, "answer": "stays", "reasons": "Number 1."},
        )
