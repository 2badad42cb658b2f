"""After judgment each side reads first what it means for them: who pays what to whom by when, and what if not."""

from __future__ import annotations

import re

from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Party, Role
from odr.ground.text import Money, T
from odr.judgment.enforcement.owed import of_costs
from odr.judgment.models import Decision
from odr.judgment.queries import obligations_of
from odr.payments.costs.rules import Allocation, CostShare
from odr.procedure.acts.act_versions import current_input
from odr.procedure.acts.table import TABLE
from odr.procedure.case.before_doing import said_before
from odr.procedure.case.next_box import NextBox, next_box
from odr.service.models import Packet
from tests.judgment.bench import Bench, to_the_cent
from tests.judgment.web import ORIGIN, Visitor


def box(bench: Bench, who: str) -> NextBox:
    """What a party sees first."""
    with bench.court.database.read() as session:
        found = next_box(bench.court.look(session), session.get_one(Case, bench.case_id), bench.actor(who))
        assert found is not None
        return found


def test_each_side_is_told_in_plain_words_what_is_to_be_paid_by_when_and_what_if_not(bench: Bench) -> None:
    """In effect: the debtor pays, the creditor waits. Overdue: the debtor is late, the creditor may enforce. Paid: nobody
    has anything to do.
    """
    bench.effective()
    lost, won = box(bench, "respondent/1"), box(bench, "claimant/1")
    assert str(lost.waits).startswith("Next for you: pay") and "8,000.00 and interest" in str(lost.waits)
    assert not lost.is_quiet
    assert lost.owed is not None and lost.owed.otherwise is not None and lost.owed_act is not None
    assert won.is_quiet and "must pay you" in str(won.waits) and "8,000.00" in str(won.waits)
    bench.wait(days=40)
    lost, won = box(bench, "respondent/1"), box(bench, "claimant/1")
    assert str(lost.waits).startswith("You are late")
    assert "You can ask the court to enforce" in str(won.waits) and won.owed_act is not None
    assert won.owed_act.name == "apply_for_enforcement"
    assert won.owed_by is not None and won.owed_act not in [step.act for step in won.remedies]
    with bench.court.database.read() as session:
        (reference,) = [o.reference for o in obligations_of(session, bench.case()) if o.amount_minor == 800_000]
    today = bench.clock.now().date().isoformat()
    whole = to_the_cent(bench.court, bench.case_id)
    bench.do("claimant/1", "record_performance", {"obligation": reference, "amount": whole, "on": today})
    assert box(bench, "claimant/1").owed is None and box(bench, "respondent/1").owed is None


def lines(found: NextBox) -> dict[str, str]:
    """The lines under the box: what is feared or asked, and what follows."""
    return {str(one.when): str(one.then) for one, _ in found.ifs}


def letters(bench: Bench, occasion: str) -> set[str]:
    """To whom an occasion was written."""
    with bench.court.database.read() as session:
        rows = session.scalars(select(Packet).where(Packet.case_id == bench.case_id, Packet.occasion == occasion))
        return {bench.case().party(row.party_id).label for row in rows}


def test_before_a_judgment_is_in_effect_each_side_reads_what_it_means_and_until_when_one_may_appeal(
    bench: Bench,
) -> None:
    """The loser: pay or appeal, until when, what delay costs, what is owed to the court. The winner: nothing to do, when it
    takes effect, what comes back.
    """
    bench.issue()
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    lost, won = box(bench, "respondent/1"), box(bench, "claimant/1")
    assert str(lost.waits).startswith("Next for you: pay") and "or appeal" in str(lost.waits) and not lost.is_quiet
    assert {"By which day", "If you want to appeal", "If you pay late"} <= lines(lost).keys()
    appeal = next(act for one, act in lost.ifs if str(one.when) == "If you want to appeal")
    assert appeal is not None and appeal.name == "appeal_decision"
    assert str(won.waits).startswith("You won") and won.is_quiet
    assert {"If nobody appeals", "If somebody appeals", "When it comes"} <= lines(won).keys()


def test_before_a_judgment_is_served_each_side_reads_from_when_one_may_appeal_and_what_its_effect_waits_for(
    bench: Bench,
) -> None:
    """Issued and not served: no last day is named that does not run; each reads that theirs begins with service on them, and on
    whom it has not been served. Served on one alone, nobody is told a day of effect.
    """
    bench.issue()
    with bench.court.database.read() as session:
        name = {p.label: p.name for p in session.get_one(Case, bench.case_id).parties}
    for who in ("claimant/1", "respondent/1"):
        said = lines(box(bench, who))
        assert "15 days from the day after the decision is served on you" in said["If you want to appeal"], said
        assert set(name.values()) == {n for n in name.values() if n in said["When the decision is in effect"]}
    bench.serve_decision("respondent/1")
    lost, won = lines(box(bench, "respondent/1")), lines(box(bench, "claimant/1"))
    assert "You may until the end of" in lost["If you want to appeal"]
    assert "days from the day after" in won["If you want to appeal"] and "If nobody appeals" not in won
    for said in (lost, won):
        assert said["When the decision is in effect"].endswith(f"Not served yet: {name['claimant/1']}.")
    bench.serve_decision("claimant/1")
    for who in ("claimant/1", "respondent/1"):
        assert "When the decision is in effect" not in lines(box(bench, who))
    assert "If nobody appeals" in lines(box(bench, "claimant/1"))


def test_what_an_appeal_costs_is_said_before_it_is_made(bench: Bench) -> None:
    """An appeal has a fee of its own: the box does not promise that nothing is to be paid, the form says what follows."""
    bench.issue()
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    said = lines(box(bench, "respondent/1"))["If you want to appeal"]
    assert "An appeal against all that you lost costs CNY\u00a050.00" in said
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        said = [str(one) for one in said_before(look, case, bench.actor("respondent/1"), TABLE["appeal_decision"])]
    assert any("within 7 days" in one and "counts as withdrawn" in one for one in said), said


def test_what_is_ordered_besides_a_sum_is_told_to_both_sides(bench: Bench) -> None:
    """To pay and to take something down: each side reads both, before the judgment is in effect, then, and when late."""
    pay = {"kind": "pay", "relief": bench.relief(1), "amount": "5,000.00"}
    sides = {"debtor": "respondent/1", "creditor": "claimant/1"}
    take_down = {"kind": "do", "what": "Take the article down.", "relief": bench.relief(1)}
    bench.issue(orders=[take_down | sides, pay | sides, {"kind": "dismiss"}])
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    for days in (1, 20, 40):
        for who in ("respondent/1", "claimant/1"):
            found = box(bench, who)
            assert "5,000.00" in str(found.waits), (days, who)
            assert any("Take the article down." in then for then in lines(found).values()), (days, who, lines(found))
        bench.wait(days=days)


def test_a_payment_that_is_reported_is_asked_about_and_confirmed_or_denied(bench: Bench) -> None:
    """The debtor says that they paid: the creditor gets a letter and is asked first; denied, it is owed as before."""
    bench.effective()
    with bench.court.database.read() as session:
        (reference,) = [o.reference for o in obligations_of(session, bench.case()) if o.amount_minor == 800_000]
    today = bench.clock.now().date().isoformat()
    given = {"obligation": reference, "amount": "8,000.00", "on": today, "note": "Transfer 77"}
    bench.do("respondent/1", "record_performance", given)
    assert letters(bench, "record_performance") == {"claimant/1"}
    asked, reported = box(bench, "claimant/1"), box(bench, "respondent/1")
    assert "say whether" in str(asked.waits) and not asked.is_quiet
    assert asked.owed_act is not None and asked.owed_act.name == "confirm_performance"
    assert "What you have reported" in lines(reported)
    assert reported.is_quiet and "asked whether it arrived" in str(reported.waits), "nobody is told to pay twice"
    bench.do("claimant/1", "confirm_performance", {"obligation": reference, "arrived": False})
    assert letters(bench, "confirm_performance") == {"respondent/1"}
    assert "must pay you" in str(box(bench, "claimant/1").waits)
    again = box(bench, "respondent/1")
    assert "What you have reported" not in lines(again) and str(again.waits).startswith("Next for you: pay")


def test_both_sides_are_written_to_when_a_decision_takes_effect_and_when_it_is_overdue(bench: Bench) -> None:
    """On the day of effect, and on the day after the last day to perform: what is owed with interest, a day more costs more."""
    bench.effective()
    assert letters(bench, "take_effect") == {"claimant/1", "respondent/1"}
    assert letters(bench, "tell_overdue") == set()
    bench.wait(days=40)
    assert letters(bench, "tell_overdue") == {"claimant/1", "respondent/1"}
    assert "Each further day" in lines(box(bench, "respondent/1"))
    assert "With interest, today" in lines(box(bench, "claimant/1"))


def page(bench: Bench, who: str, rest: str) -> str:
    """A page of the case as somebody sees it."""
    visitor = Visitor(create_app(court=bench.court), bench, {"claimant/1": "li", "respondent/1": "haiyun"}[who])
    return visitor.get(rest).replace("\u00a0", " ")


def test_the_questions_of_an_application_to_enforce_are_read_before_it_opens(bench: Bench) -> None:
    """Before the last day: what is filled in, from when it opens, no form. Overdue: the same with interest, and the form."""
    bench.effective()
    early = page(bench, "claimant/1", "/enforcement")
    assert "This opens on" in early and "8,000.00" in early and "apply_for_enforcement" not in early
    assert "/enforcement" in page(bench, "claimant/1", "")
    bench.wait(days=40)
    late = page(bench, "claimant/1", "/enforcement")
    assert "You can send this now." in late and "interest to today" in late and "/do/apply_for_enforcement" in late
    assert "Nothing is owed to you" in page(bench, "respondent/1", "/enforcement")


def test_who_owes_is_shown_what_waiting_costs_as_sums_on_days(bench: Bench) -> None:
    """In time, and a month later: people do not multiply percentages."""
    bench.effective()
    table = page(bench, "respondent/1", "").split("What it costs to wait")[1].split("</table>")[0]
    assert "in time" in table and "30 days late" in table
    assert "What it costs to wait" not in page(bench, "claimant/1", "")


def test_a_bank_slip_goes_with_the_word_that_it_was_paid(bench: Bench) -> None:
    """The file stands with the entry, for the other side to see; a report of before had none."""
    bench.effective()
    form = page(bench, "respondent/1", "/do/record_performance")
    assert "Bank slip or screenshot" in form
    act = TABLE["record_performance"]
    assert current_input(act, 1, {"obligation": "x"}) == {"obligation": "x", "proof": None}


def test_what_of_the_fee_comes_back_and_what_is_owed_to_the_court_is_told(bench: Bench) -> None:
    """The winner's advance comes back without asking; the loser's part is owed to the court besides (CPI 207)."""
    nothing = Money(0, "CNY")
    fee = Money(5_000, "CNY")
    shares = (
        CostShare("claimant/1", bears=nothing, prepaid=fee, refund=fee, owes_court=nothing),
        CostShare("respondent/1", bears=fee, prepaid=nothing, refund=nothing, owes_court=fee),
    )
    costs = Allocation(fee, shares, (), False, T("The loser bears the fee."), ("FEE 29",)).to_json()
    won, lost = (
        of_costs(Decision(costs=costs), Party(role=role, ordinal=1)) for role in (Role.CLAIMANT, Role.RESPONDENT)
    )
    assert [str(line.when) for line in won] == ["Your court fee"] and "50.00" in str(won[0].then)
    assert [str(line.when) for line in lost] == ["What you owe the court"] and "50.00" in str(lost[0].then)


def test_whoever_won_is_asked_first_to_which_account(bench: Bench) -> None:
    """Without an account nobody can pay them: that is their next step, before and after the judgment takes effect; named,
    they have nothing to do.
    """
    bench.effective()
    asked = box(bench, "claimant/1")
    assert "Next for you: say to which account" in str(asked.waits) and asked.is_quiet
    assert asked.owed_act is not None and asked.owed_act.name == "name_account"
    bench.do("claimant/1", "name_account", {"holder": "Li Wen", "bank": "Lake Bank", "account": "6222 0000 1111 2222"})
    named = box(bench, "claimant/1")
    assert "Nothing for you to do now" in str(named.waits) and named.owed_act is None


def test_while_the_court_enforces_nobody_is_told_to_ask_for_it(bench: Bench) -> None:
    """Asked for once: whoever is owed waits for the court, whoever owes reads what it does; the page offers nothing again."""
    bench.effective()
    bench.wait(days=40)
    bench.do("claimant/1", "apply_for_enforcement", {"note": None})
    won, lost = box(bench, "claimant/1"), box(bench, "respondent/1")
    assert "the court is enforcing" in str(won.waits) and won.is_quiet
    assert lost.owed is not None and str(lost.owed.otherwise).startswith("The court is enforcing")
    shown = page(bench, "claimant/1", "/enforcement")
    assert "the court is enforcing" in shown and "You can send this now." not in shown and "Not open yet" not in shown


def test_whether_a_payment_arrived_is_asked_as_yes_or_no(bench: Bench) -> None:
    """Nothing is said by a box left empty: both answers are offered, none is chosen; the sum reported stands beside."""
    bench.effective()
    with bench.court.database.read() as session:
        (reference,) = [o.reference for o in obligations_of(session, bench.case()) if o.amount_minor == 800_000]
    today = bench.clock.now().date().isoformat()
    bench.do("respondent/1", "record_performance", {"obligation": reference, "amount": "3,000.00", "on": today})
    visitor = Visitor(create_app(court=bench.court), bench, "li")
    form = visitor.get("/do/confirm_performance").replace("\u00a0", " ")
    assert "CNY 3,000.00 reported" in form
    radios = re.findall(r'<input[^>]*name="arrived"[^>]*>', form)
    assert len(radios) == 2 and not any("checked" in one for one in radios)
    assert re.search(r'<input[^>]*name="obligation"[^>]*checked', form), "the one it can be about is chosen"
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token is not None
    sent = {"csrf_token": token[1], "obligation": reference}
    address, origin = visitor.base + "/do/confirm_performance", {"Origin": ORIGIN}
    asked = visitor.client.post(address, base_url=ORIGIN, data=sent, headers=origin)
    assert asked.status_code == 422 and "Say whether it arrived" in asked.text
    said = visitor.client.post(address, base_url=ORIGIN, data=sent | {"arrived": "false"}, headers=origin)
    assert said.status_code == 303 and "must pay you" in str(box(bench, "claimant/1").waits)
