"""Statements in CAMT.053, headings a bank invented, and money nobody can place."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, strategies as st

from odr.docket.models import Case, Party, Role
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.notary.check.audit import audit
from odr.payments.books import ledger, unmatched
from odr.payments.books.paydesk import say_of_doubted, take_statement
from odr.payments.books.statements import HeadingsUnknown, mark_of, read_statement
from odr.payments.fee.assessment import CODE, check_letter, one_letter_off, transfer_code
from odr.payments.models import AssessmentState, BankColumns, BankFile, BankLine, BankReturn, DailyClose, FeeAssessment
from tests.payments.conftest import BASE, PayCourt, Served

OLD, NEW = "camt.053.001.02", "camt.053.001.08"
Booked = tuple[int, str, str, str]
"""Fen (below nothing: out), name, purpose, account."""


def money(minor: int, *, currency: str = "CNY") -> str:
    """An amount and its side, as both versions write them."""
    whole, part = divmod(abs(minor), 100)
    return f'<Amt Ccy="{currency}">{whole}.{part:02}</Amt><CdtDbtInd>{"DBIT" if minor < 0 else "CRDT"}</CdtDbtInd>'


def detail(one: Booked, version: str) -> str:
    """One transfer of an entry."""
    minor, name, purpose, account = one
    side = "Cdtr" if minor < 0 else "Dbtr"
    party = f"<Nm>{escape(name)}</Nm>"
    party = f"<{side}>{party if version == OLD else f'<Pty>{party}</Pty>'}</{side}>"
    amount = f"<AmtDtls><TxAmt>{money(minor).partition('<CdtDbtInd>')[0]}</TxAmt></AmtDtls>"
    amount = amount if version == OLD else money(minor)
    return (
        f"<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>{amount}<RltdPties>{party}"
        f"<{side}Acct><Id><IBAN>{account}</IBAN></Id></{side}Acct></RltdPties>"
        f"<RmtInf><Ustrd>{escape(purpose)}</Ustrd></RmtInf></TxDtls>"
    )


def entry(lines: Sequence[Booked], version: str = NEW, status: str = "BOOK", whole: int | None = None) -> str:
    """One entry of a statement with its transfers."""
    told = status if version == OLD else f"<Cd>{status}</Cd>"
    total = sum(line[0] for line in lines) if whole is None else whole
    details = "".join(detail(line, version) for line in lines)
    return f"<Ntry>{money(total)}<Sts>{told}</Sts><BookgDt><Dt>2026-03-05</Dt></BookgDt><NtryDtls>{details}</NtryDtls></Ntry>"


def statement(*entries: str, version: str = NEW, opening: int = 100_00, closing: int | None = None) -> bytes:
    """A statement with its balances, where they are given."""
    balances = ""
    if closing is not None:
        for code, minor in (("OPBD", opening), ("CLBD", closing)):
            balances += f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{money(minor)}</Bal>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}">'
        f"<BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>1</Id>{balances}{''.join(entries)}</Stmt>"
        "</BkToCstmrStmt></Document>"
    ).encode()


WORDS = st.text("abc 诉讼费&<>'\"", min_size=1, max_size=12).filter(
    lambda text: text.strip() == text and "  " not in text
)
LINES = st.tuples(st.integers(1, 10**9), WORDS, WORDS, st.sampled_from(["CN1", "DE89370400440532013000"]))


@given(
    st.lists(st.lists(LINES, min_size=1, max_size=3), max_size=4), st.sampled_from([OLD, NEW]), st.integers(0, 10**9)
)
def test_every_transfer_of_a_camt_statement_is_read(entries: list[list[Booked]], version: str, opening: int) -> None:
    """In both habits of writing it, single and collected, each with its name, purpose and account; what is only announced is
    left out, and balances that agree are no hindrance.
    """
    closing = opening + sum(line[0] for each in entries for line in each)
    announced = entry([(5_00, "later", "x", "CN1")], version, "PDNG")
    data = statement(
        *(entry(each, version) for each in entries), announced, version=version, opening=opening, closing=closing
    )
    found = [(one.amount.minor, one.payer, one.purpose, one.account) for one in read_statement(data, "CNY")]
    assert found == [line for each in entries for line in each]


@given(st.lists(LINES, min_size=1, max_size=4), st.data())
def test_a_statement_that_lost_a_line_is_refused(lines: list[Booked], data: st.DataObject) -> None:
    """The closing balance tells that somebody's transfer is missing."""
    closing = 100_00 + sum(line[0] for line in lines)
    kept = [line for number, line in enumerate(lines) if number != data.draw(st.integers(0, len(lines) - 1))]
    if len(kept) == len(lines):
        return
    with pytest.raises(InvalidInput, match="add up to the closing balance"):
        read_statement(statement(*(entry([line]) for line in kept), closing=closing), "CNY")


def test_what_went_out_is_below_nothing_and_collected_transfers_add_up() -> None:
    """A reversed credit is money that went out; an entry whose transfers do not make it up is refused."""
    (out,) = read_statement(statement(entry([(-20_00, "Li", "back", "CN1")])), "CNY")
    assert out.amount.minor == -20_00 and out.payer == "Li"
    with pytest.raises(InvalidInput, match="do not add up"):
        read_statement(statement(entry([(5_00, "Li", "a", "CN1"), (6_00, "Wu", "b", "CN1")], whole=12_00)), "CNY")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<Document", "cannot be read as XML"),
        (b'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"/>', "CAMT.053"),
        (b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Document>&b;</Document>', "cannot be read as XML"),
        (statement(entry([(1_00, "Li", "x", "CN1")]).replace('Ccy="CNY"', 'Ccy="EUR"')), "kept in CNY"),
        (statement(entry([(1_00, "Li", "x", "CN1")]).replace("1.00", "1.001")), "amount cannot be read"),
        (statement(entry([(1_00, "Li", "x", "CN1")]).replace("CRDT", "BOTH")), "came in or went out"),
        (statement(entry([(1_00, "Li", "x", "CN1")]).replace("2026-03-05", "5.3.")), "day of the booking"),
    ],
)
def test_xml_that_is_no_statement_of_this_account_says_why(data: bytes, why: str) -> None:
    """Not XML, another message, an entity, another currency, and what cannot be read in an entry."""
    with pytest.raises(InvalidInput, match=why):
        read_statement(data, "CNY")


def test_a_camt_statement_pays_a_fee(pay_court: PayCourt) -> None:
    """By the code in the purpose, as a CSV does; importing it again changes nothing."""
    case_id = pay_court.accepted()
    code = pay_court.fees(case_id)[0].transfer_code
    data = statement(entry([(275_00, "Li Wei", f"court fee {code[:5]} {code[5:]}", "CN1")]))
    for expected in ((1, 0, 1), (0, 1, 0)):
        with pay_court.court.sit() as sitting:
            done = take_statement(sitting, read_statement(data, "CNY"))
        assert (done.new, done.known, done.matched) == expected
    assert pay_court.fees(case_id)[0].state is AssessmentState.PAID


def imported(pay: PayCourt, data: bytes) -> tuple[int, int, int, int]:
    """Import a file: new, known, matched, doubted."""
    with pay.court.sit() as sitting:
        done = take_statement(sitting, read_statement(data, "CNY"))
    return done.new, done.known, done.matched, done.doubted


def test_one_transfer_told_in_two_forms_is_paid_once(pay_court: PayCourt) -> None:
    """A CSV, then the same transfer in CAMT with the payer's own reference: it waits, in no book, until the cashier says that it
    is known. Said to be another, it is booked and pays.
    """
    first, second = pay_court.accepted(), pay_court.accepted()
    codes = [pay_court.fees(case_id)[0].transfer_code for case_id in (first, second)]
    assert (
        imported(pay_court, f"date,amount,payer,purpose\n2026-03-05,275.00,Li,transfer {codes[0]}\n".encode())[2] == 1
    )

    def told(code: str) -> bytes:
        return statement(entry([(275_00, "Li", code, "CN1")]).replace("NOTPROVIDED", "E2E-1"))

    assert imported(pay_court, told(codes[0])) == (1, 0, 0, 1)
    assert pay_court.balances() == {"bank": 275_00, "deferred": -550_00, "receivable": 275_00}
    (line,) = [line for line in pay_court.rows(BankLine) if line.doubted_at is not None]
    with pytest.raises(ActNotOpen), pay_court.court.sit() as sitting:
        unmatched.ask_return(sitting, sitting.session.get_one(BankLine, line.id), "twice", 1)
    with pay_court.court.sit() as sitting:
        say_of_doubted(sitting, sitting.session.get_one(BankLine, line.id), same=True)
    assert pay_court.balances() == {"bank": 275_00, "deferred": -550_00, "receivable": 275_00}
    assert imported(pay_court, told(codes[0])) == (0, 1, 0, 0)
    assert imported(pay_court, told(codes[1])) == (1, 0, 0, 1)
    line = pay_court.rows(BankLine)[-1]
    with pay_court.court.sit() as sitting:
        say_of_doubted(sitting, sitting.session.get_one(BankLine, line.id), same=False)
    assert pay_court.fees(second)[0].state is AssessmentState.PAID
    assert pay_court.balances() == {"bank": 550_00, "deferred": -550_00}


def test_two_people_of_one_name_are_two_transfers(pay_court: PayCourt) -> None:
    """The same day, sum, name and words from two accounts: both are kept."""
    data = statement(entry([(50_00, "Li", "fee", "CN1")]), entry([(50_00, "Li", "fee", "CN2")]), closing=200_00)
    assert imported(pay_court, data) == (2, 0, 0, 0)
    assert imported(pay_court, data) == (0, 2, 0, 0)
    assert pay_court.balances() == {"bank": 100_00, "suspense": -100_00}


def test_the_payers_own_reference_may_hold_the_code(pay_court: PayCourt) -> None:
    """Where people write the code into the other field."""
    code = pay_court.fees(pay_court.accepted())[0].transfer_code
    data = statement(entry([(275_00, "Li", "court", "CN1")]).replace("NOTPROVIDED", code))
    assert imported(pay_court, data) == (1, 0, 1, 0)


@given(st.integers(0, 9), st.sampled_from([*CODE, "0", "I", "O"]))
def test_a_code_with_one_wrong_letter_is_found_again(place: int, letter: str) -> None:
    """Whatever letter was mistyped, the code that was meant is among the few it may be, and each of them is a code."""
    code = transfer_code()
    wrong = code[:place] + letter + code[place + 1 :]
    near = one_letter_off(wrong)
    assert len(near) <= 10 and all(check_letter(one[:9]) == one[9] for one in near)
    assert wrong == code or code in near


def unplaced(pay: PayCourt, *lines: str) -> list[BankLine]:
    """Import a CSV; what waits without a fee."""
    with pay.court.sit() as sitting:
        take_statement(sitting, read_statement(("date,amount,payer,purpose\n" + "\n".join(lines)).encode(), "CNY"))
    return [line for line in pay.rows(BankLine) if line.matched_at is None and line.amount_minor > 0]


def test_what_a_transfer_may_be_for_is_proposed_with_its_reasons(pay_court: PayCourt) -> None:
    """By a code with one wrong letter, the case's number, or the payer's name; a sum alone only where one fee has it."""
    first, second = pay_court.accepted(), pay_court.accepted()
    fee = pay_court.fees(first)[0]
    mistyped = ("2" if fee.transfer_code[0] != "2" else "3") + fee.transfer_code[1:]
    with pay_court.court.database.read() as session:
        number = session.get_one(Case, second).number
        payer = session.get_one(Party, fee.party_id).name
    assert number
    lines = unplaced(
        pay_court,
        f"2026-03-05,275.00,Somebody,fee {mistyped}",
        f"2026-03-05,100.00,Somebody,part for {number}",
        f"2026-03-05,9.00,{payer},thanks",
        "2026-03-05,275.00,Somebody,thanks",
        "2026-03-05,7.77,Somebody,thanks",
    )
    with pay_court.court.database.read() as session:
        found = unmatched.proposals(session, lines)
        by_code, by_number, by_name, by_sum, by_nothing = (found[line.id] for line in lines)
        assert by_code[0].case.id == first and "one letter" in str(by_code[0].reasons[0])
        assert by_number[0].case.id == second and "names the case" in str(by_number[0].reasons[0])
        assert {one.case.id for one in by_name} == {first, second}
        assert by_sum == [] and by_nothing == [], "two fees have this sum: it says nothing"


def test_the_sum_says_something_where_one_fee_has_it(pay_court: PayCourt) -> None:
    """And nothing of it is credited by itself."""
    case_id = pay_court.accepted()
    (line,) = unplaced(pay_court, "2026-03-05,275.00,Somebody,thanks")
    with pay_court.court.database.read() as session:
        (may_be,) = unmatched.proposals(session, [line])[line.id]
        assert may_be.case.id == case_id and may_be.left.minor == 275_00
    assert pay_court.fees(case_id)[0].state is AssessmentState.DUE


def test_money_that_belongs_to_no_fee_goes_back_with_two_persons(pay_court: PayCourt) -> None:
    """Asked by one, above the sum of the settings agreed to by another, transferred, booked once and in the public log."""
    ann, bo = pay_court.account("ann", Role.CASHIER).id, pay_court.account("bo", Role.CASHIER).id
    limit = pay_court.court.settings.refund_second_person_above
    small, large = unplaced(
        pay_court,
        f"2026-03-05,{limit / 100:.2f},Wang,wrong court",
        f"2026-03-05,{limit / 100 + 1:.2f},Wang,wrong court",
    )
    came = pay_court.balances()

    def line(one: BankLine) -> BankLine:
        return sitting.session.get_one(BankLine, one.id)

    with pay_court.court.sit() as sitting:
        unmatched.ask_return(sitting, line(small), "no case here", ann)
        unmatched.record_return(sitting, line(small), "T-1", ann)
    with pay_court.court.sit() as sitting:
        unmatched.ask_return(sitting, line(large), "no case here", ann)
    for who, what in ((ann, "approve"), (ann, "record")):
        with pytest.raises(ActNotOpen), pay_court.court.sit() as sitting:
            if what == "approve":
                unmatched.approve_return(sitting, line(large), who)
            unmatched.record_return(sitting, line(large), "T-2", who)
    with pay_court.court.sit() as sitting:
        unmatched.approve_return(sitting, line(large), bo)
        unmatched.record_return(sitting, line(large), "T-2", ann)
    with pytest.raises(ActNotOpen), pay_court.court.sit() as sitting:
        unmatched.record_return(sitting, line(large), "T-3", ann)
    with pytest.raises(ActNotOpen), pay_court.court.sit() as sitting:
        unmatched.drop_return(sitting, line(large), bo)
    assert came["suspense"] == -(2 * limit + 100)
    assert pay_court.balances() == {}
    pay_court.court.notary.sequence()
    rows = pay_court.rows(BankReturn)
    with pay_court.court.database.read() as session:
        held = unmatched.records_kept(pay_court.court, session, [row.receipt or "" for row in rows])
        assert len(held) == 2
        for row in rows:
            assert b"".join(held[row.receipt or ""].chunks()).decode() == row.record
            assert row.record and "Wang" not in row.record
        assert audit(pay_court.court.notary, session) == []


def test_what_two_agreed_to_pay_back_is_kept_by_the_second_alone_and_stays_on_record(pay_court: PayCourt) -> None:
    """Whoever asked for it cannot transfer it and then take it back."""
    ann, bo = pay_court.account("ann", Role.CASHIER).id, pay_court.account("bo", Role.CASHIER).id
    (one,) = unplaced(pay_court, "2026-03-05,9000.00,Wang,wrong court")
    with pay_court.court.sit() as sitting:
        row = sitting.session.get_one(BankLine, one.id)
        unmatched.ask_return(sitting, row, "no case here", ann)
        unmatched.approve_return(sitting, row, bo)
    with pytest.raises(ActNotOpen, match="Two persons"), pay_court.court.sit() as sitting:
        unmatched.drop_return(sitting, sitting.session.get_one(BankLine, one.id), ann)
    with pay_court.court.sit() as sitting:
        unmatched.drop_return(sitting, sitting.session.get_one(BankLine, one.id), bo)
        unmatched.ask_return(sitting, sitting.session.get_one(BankLine, one.id), "no case here after all", ann)
    assert [(row.dropped_by, row.approved_by) for row in pay_court.rows(BankReturn)] == [(bo, bo), (None, None)]


def test_money_on_its_way_back_is_credited_to_nothing_until_somebody_keeps_it(served: Served) -> None:
    """At the desk: proposed, asked back, refused as a payment, kept after all, and credited by the proposal."""
    case_id = served.pay.accepted()
    served.pay.account("cashier", Role.CASHIER)
    client, served.form_page = served.sign_in("cashier"), "/payments/desk"
    (line,) = unplaced(served.pay, "2026-03-05,275.00,Somebody,thanks")
    at, fee = f"/payments/desk/lines/{line.reference}", served.pay.fees(case_id)[0]
    page = client.get("/payments/desk", base_url=BASE).get_data(as_text=True)
    assert "It may be for" in page and "it is the same sum" in page
    assert served.post(client, f"{at}/return", why="").status_code == 422
    assert served.post(client, f"{at}/return", why="No case here").status_code == 303
    assert "It goes back. Why: No case here" in client.get("/payments/desk", base_url=BASE).get_data(as_text=True)
    assert served.post(client, f"{at}/match", assessment=fee.reference).status_code == 409
    assert served.post(client, f"{at}/return/drop").status_code == 303
    assert served.post(client, f"{at}/match", assessment=fee.reference).status_code == 303
    assert served.pay.fees(case_id)[0].state is AssessmentState.PAID
    assert served.post(client, f"{at}/return", why="No case here").status_code == 409


def test_a_bank_s_own_headings_are_asked_about_once(served: Served) -> None:
    """The file is kept until somebody says which column is which; what is wrong is said; the next one is read by itself."""
    case_id = served.pay.accepted()
    served.pay.account("cashier", Role.CASHIER)
    client, served.form_page = served.sign_in("cashier"), "/payments/desk"
    code = served.pay.fees(case_id)[0].transfer_code
    head = "Gebucht;Von;IBAN des Auftraggebers;Zweck;Betrag\n"
    text = f"{head}2026-03-05;Li;CN1;{code};275.00\n"
    with pytest.raises(HeadingsUnknown):
        read_statement(text.encode(), "CNY")
    answer = served.post(client, "/payments/desk/statement", statement=(io.BytesIO(text.encode()), "bank.csv"))
    at = answer.headers["Location"]
    assert answer.status_code == 303 and "/statements/" in at
    shown = client.get(at, base_url=BASE).get_data(as_text=True)
    assert "Gebucht" in shown and code in shown
    served.form_page = at
    again_sent = served.post(client, "/payments/desk/statement", statement=(io.BytesIO(text.encode()), "again.csv"))
    assert again_sent.headers["Location"] == at and len(served.pay.rows(BankFile)) == 1
    wrong = served.post(client, at, day="0", amount="0", purpose="")
    page = wrong.get_data(as_text=True)
    assert wrong.status_code == 422 and "chosen twice" in page and "Choose the column." in page
    unread = served.post(client, at, day="1", amount="4", purpose="3")
    assert unread.status_code == 422 and "Line 2" in unread.get_data(as_text=True)
    right = {"day": "0", "payer": "1", "account": "2", "purpose": "3", "amount": "4"}
    seen = served.post(client, at, **right).get_data(as_text=True)
    assert "1 line" in seen and "275.00" in seen and served.pay.rows(BankLine) == [], "looked at before it is booked"
    assert "Credited to their fee: 1" in served.post(client, at, **right, sure="yes").get_data(as_text=True)
    assert served.pay.fees(case_id)[0].state is AssessmentState.PAID
    assert served.pay.rows(BankFile) == [] and served.pay.rows(BankColumns)[0].mark == mark_of(head.strip().split(";"))
    served.form_page = "/payments/desk"
    again = f"{head}2026-03-06;Wu;CN2;thanks;9.00\n"
    sent = served.post(client, "/payments/desk/statement", statement=(io.BytesIO(again.encode()), "bank.csv"))
    assert sent.status_code == 200 and "New lines: 1" in sent.get_data(as_text=True)
    assert [line.payer_account for line in served.pay.rows(BankLine)] == ["CN1", "CN2"]
    (known,) = served.pay.rows(BankColumns)
    assert "Gebucht" in client.get("/payments/desk", base_url=BASE).get_data(as_text=True)
    assert served.post(client, f"/payments/desk/columns/{known.id}/forget").status_code == 303
    later = served.post(client, "/payments/desk/statement", statement=(io.BytesIO(again.encode()), "bank.csv"))
    assert "/statements/" in later.headers["Location"], "asked about again"


def test_a_fee_paid_in_part_says_what_is_missing(served: Served) -> None:
    """On the desk, with the code under which the rest comes."""
    case_id = served.pay.accepted()
    served.pay.account("cashier", Role.CASHIER)
    fee = served.pay.fees(case_id)[0]
    assert unplaced(served.pay, f"2026-03-05,100.00,Li,{fee.transfer_code}") == []
    page = served.sign_in("cashier").get("/payments/desk", base_url=BASE).get_data(as_text=True)
    assert "Fees paid in part" in page and "175.00" in page and fee.transfer_code in page


def test_any_day_that_is_over_can_be_closed(served: Served) -> None:
    """Days somebody forgot are offered, one by one or all together; a day that runs is not."""
    served.pay.accepted()
    served.pay.account("cashier", Role.CASHIER)
    tz, day = served.pay.court.settings.tz, timedelta(days=1)
    begun = served.pay.clock.now().astimezone(tz).date()
    served.pay.clock.advance(timedelta(days=4))
    client, served.form_page = served.sign_in("cashier"), "/payments/desk/books"
    with served.pay.court.database.read() as session:
        open_days = ledger.unclosed_days(session, tz, served.pay.clock.now())
    assert open_days == [begun + number * day for number in range(4)]
    assert served.post(client, "/payments/desk/books/close", day=str(begun + day)).status_code == 303
    assert served.post(client, "/payments/desk/books/close", day=str(begun + 4 * day)).status_code == 303
    assert [close.day for close in served.pay.rows(DailyClose)] == [begun + day]
    assert served.post(client, "/payments/desk/books/close").status_code == 303
    assert sorted(close.day for close in served.pay.rows(DailyClose)) == open_days


def test_the_desk_asks_as_much_for_fifty_transfers_as_for_one(pay_court: PayCourt) -> None:
    """Proposals and returns are looked up together."""
    from sqlalchemy import event

    pay_court.accepted()
    counts = []
    for many in (1, 49):
        unplaced(pay_court, *(f"2026-03-05,{number + many}.00,Li,x {number} {many}" for number in range(1, many + 1)))
        asked: list[str] = []
        engine = pay_court.court.database.engine
        event.listen(engine, "before_cursor_execute", lambda *told, asked=asked: asked.append(told[2]))
        with pay_court.court.database.read() as session:
            lines = [line for line in session.query(BankLine).all() if line.matched_at is None]
            unmatched.proposals(session, lines)
            unmatched.returns_of(session, lines)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert pay_court.rows(FeeAssessment)
