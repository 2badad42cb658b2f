"""Offers, agreements and what the court gets of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry, Document, Outcome, Role, Stage
from odr.docket.queries import entries_of
from odr.docket.visibility import reads_document, reads_entry
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.identity.actors import Actor
from odr.judgment.models import EnforcementCase, Obligation
from odr.notary.seal.seal_check import SealState, validate_pdf
from odr.procedure.acts.events import CaseClosed
from odr.procedure.case.next_box import next_box
from odr.procedure.case.overview import entry_view
from odr.procedure.models import Window, WindowState
from odr.service.models import Packet
from odr.service.packet.case_views import service_page
from odr.service.packet.papers import seal_proofs
from odr.settlement.models import Agreement, AgreementState, Offer, OfferState
from odr.settlement.offers.acts import OfferInput
from odr.settlement.offers.agreement_acts import shut
from tests.judgment.bench import Bench
from tests.kept import kept
from tests.scene import PAPERS

OFFER: dict[str, Any] = {
    "to": "claimant/1",
    "amount": "6,000.00",
    "payer": "respondent/1",
    "instalments": [{"on": "2026-03-20", "amount": "2,000.00"}, {"on": "2026-04-20", "amount": "4,000.00"}],
    "accelerates": True,
    "words": "We would like to end this.",
    "days": 7,
}


def offer_of(bench: Bench) -> str:
    """Reference of the newest offer."""
    with bench.court.database.read() as session:
        return (
            session.scalars(
                select(Offer.reference).where(Offer.case_id == bench.case_id).order_by(Offer.id.desc())
            ).first()
            or ""
        )


def agreement_of(bench: Bench) -> Agreement:
    """The newest agreement."""
    with bench.court.database.read() as session:
        found = session.scalars(
            select(Agreement).where(Agreement.case_id == bench.case_id).order_by(Agreement.id.desc())
        ).first()
        assert found is not None
        session.expunge_all()
        return found


@kept
def settle(bench: Bench, **changes: Any) -> str:
    """An offer that is accepted; gives the agreement's reference."""
    bench.do("respondent/1", "make_offer", OFFER | changes)
    bench.do("claimant/1", "accept_offer", {"offer": offer_of(bench)})
    return agreement_of(bench).reference


def test_an_open_offer_is_named_in_the_box_of_whoever_got_it(bench: Bench) -> None:
    """Whose offer, and over which sum: not only that something may be accepted."""
    bench.do("respondent/1", "make_offer", OFFER)
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        mine, theirs = (next_box(look, case, bench.actor(who)) for who in ("claimant/1", "respondent/1"))
    assert mine is not None and theirs is not None
    titles = [str(step.title) for step in mine.remedies]
    assert any("6,000.00" in title and "Answer the offer of" in title for title in titles), titles
    assert not any("offer" in str(step.title) for step in theirs.remedies)
    waits = [str(one.words) for one in theirs.awaited]
    assert (
        len(waits) == 1
        and "answer your offer of CNY\N{NO-BREAK SPACE}6,000.00" in waits[0]
        and "has time for this" in waits[0]
    )
    assert theirs.awaited[0].window.due_at is not None and not mine.awaited
    lines = [str(line.then) for line, _ in theirs.awaited[0].ifs]
    assert any("take your offer back" in line for line in lines), lines


def _letters(bench: Bench, who: str) -> list[str]:
    """By which acts papers came to somebody, in order."""
    with bench.court.database.read() as session:
        sent = select(Packet.occasion).where(Packet.party_id == bench.actor(who).party_id)
        return list(session.scalars(sent.order_by(Packet.id)))


def test_a_proof_that_an_offer_was_served_stays_in_the_private_room(bench: Bench) -> None:
    """It names the letter and whom it reached: the parties read it, the people of the court do not (CPL 53; OMR 16)."""
    bench.do("respondent/1", "make_offer", OFFER)
    bench.serve("claimant/1")
    seal_proofs(bench.court)
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        (entry,) = entries_of(session, case, "record_service")
        (proof,) = session.scalars(select(Document).where(Document.kind == "proof_of_service"))
        read = {
            who: (reads_entry(actor, entry), reads_document(actor, proof))
            for who in ("claimant/1", "respondent/1", "judge", "clerk")
            for actor in [bench.actor(who)]
        }
    assert read == {"claimant/1": (True, True), "respondent/1": (True, True), "judge": NEITHER, "clerk": NEITHER}


NEITHER = (False, False)


def test_whoever_made_an_offer_is_told_what_became_of_it(bench: Bench) -> None:
    """Declined or accepted: its maker gets a letter; taken back: whoever had it does."""
    bench.do("respondent/1", "make_offer", OFFER)
    bench.do("claimant/1", "decline_offer", {"offer": offer_of(bench)})
    assert _letters(bench, "respondent/1")[-1] == "decline_offer"
    bench.do("respondent/1", "make_offer", OFFER)
    bench.do("respondent/1", "withdraw_offer", {"offer": offer_of(bench)})
    assert _letters(bench, "claimant/1")[-1] == "withdraw_offer"
    settle(bench)
    assert "accept_offer" in _letters(bench, "respondent/1")


def test_an_offer_accepted_becomes_a_statement_that_binds(bench: Bench) -> None:
    """Offer, acceptance, the judge's statement, both signatures: the case is in effect and the instalments are watched."""
    reference = settle(bench)
    assert agreement_of(bench).state is AgreementState.SIGNED
    bench.do("judge", "sign_mediation", {"agreement": reference, "case_number": bench.number, "language": "en"})
    bench.do("claimant/1", "sign_statement", {"agreement": reference})
    assert bench.case().stage is Stage.HEARING
    bench.do("respondent/1", "sign_statement", {"agreement": reference})
    assert bench.case().stage is Stage.EFFECTIVE
    with bench.court.database.read() as session:
        owed = session.scalars(select(Obligation).order_by(Obligation.id)).all()
        assert [(o.amount_minor, o.due_on.isoformat(), o.accelerates) for o in owed] == [
            (200_000, "2026-03-20", True),
            (400_000, "2026-04-20", True),
        ]
        document = session.scalars(PAPERS.where(Document.kind == "mediation_statement")).one()
        trust = bench.court.notary.authority.root(session)
        assert (
            validate_pdf(
                document.content,
                trust.public_bytes(__import__("cryptography").hazmat.primitives.serialization.Encoding.PEM),
            ).state
            is SealState.SEALED
        )


def _in_effect(bench: Bench, **changes: Any) -> None:
    """Settled on these terms, and the statement signed by both."""
    reference = settle(bench, **changes)
    bench.do("judge", "sign_mediation", {"agreement": reference, "case_number": bench.number, "language": "en"})
    for who in ("claimant/1", "respondent/1"):
        bench.do(who, "sign_statement", {"agreement": reference})


def test_what_is_to_be_done_by_a_settlement_is_owed_to_somebody(bench: Bench) -> None:
    """Goods that go back are owed to whoever pays for them: they are named to the doer, have it enforced when it is late,
    and their word that it was done settles it (CPL 100, 247, 250).
    """
    _in_effect(bench, deed="The goods go back.", deed_by="claimant/1")
    with bench.court.database.read() as session:
        deed = session.scalars(select(Obligation).where(Obligation.what.is_not(None))).one()
        names = {party.id: party.label for party in bench.case().parties}
        assert (names[deed.debtor_id], names[deed.creditor_id or 0]) == ("claimant/1", "respondent/1")
    bench.wait(days=100)
    bench.do("respondent/1", "apply_for_enforcement", {})
    with bench.court.database.read() as session:
        assert [row["what"] for row in session.scalars(select(EnforcementCase)).one().claimed] == ["The goods go back."]
    day = bench.clock.now().date().isoformat()
    bench.do("respondent/1", "record_performance", {"obligation": deed.reference, "on": day})
    with bench.court.database.read() as session:
        assert session.get_one(Obligation, deed.id).done_at is not None


def test_where_only_something_is_to_be_done_the_two_years_run_from_its_last_day(bench: Bench) -> None:
    """No sum names a day: it is due within the time of the rules, and enforcement may be asked for from then (CPL 250)."""
    _in_effect(bench, amount="0", payer=None, instalments=[], deed="The page is taken down.", deed_by="respondent/1")
    with bench.court.database.read() as session:
        owed = session.scalars(select(Obligation)).one()
        (window,) = session.scalars(select(Window).where(Window.kind == "enforcement_application")).all()
        assert bench.case().party(window.party_id).label == "claimant/1"
        assert window.opened_at.astimezone(bench.court.settings.tz).date() == owed.due_on


def test_an_offer_whose_day_of_payment_is_past_is_not_accepted(bench: Bench) -> None:
    """Nobody is late with what they have only just agreed to; on the day itself it is still accepted."""
    soon = [{"on": "2026-03-05", "amount": "6,000.00"}]
    bench.do("respondent/1", "make_offer", OFFER | {"instalments": soon, "days": 20})
    bench.clock.set(datetime(2026, 3, 6, 0, 0, tzinfo=bench.court.settings.tz))
    with pytest.raises(ActNotOpen, match="is past"):
        bench.do("claimant/1", "accept_offer", {"offer": offer_of(bench)})
    bench.clock.set(datetime(2026, 3, 5, 23, 59, tzinfo=bench.court.settings.tz))
    bench.do("claimant/1", "accept_offer", {"offer": offer_of(bench)})


def test_an_offer_by_agreement_to_withdraw_ends_the_case(bench: Bench) -> None:
    """The claimant withdraws by leave once the parties agreed so (CPL 148)."""
    reference = settle(bench, ending="withdrawal")
    bench.do("judge", "allow_agreed_withdrawal", {"agreement": reference})
    case = bench.case()
    assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.WITHDRAWN)


def test_neither_judge_nor_clerk_reads_anything_of_the_room(bench: Bench) -> None:
    """Offers and answers are read by the parties only; the court sees neither words, act nor author (CPL 53)."""
    bench.do("respondent/1", "make_offer", OFFER)
    bench.do("claimant/1", "decline_offer", {"offer": offer_of(bench), "words": "not enough"})
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        court = bench.court.look(session)
        rows = [e for act in ("make_offer", "decline_offer") for e in entries_of(session, case, act)]
        assert len(rows) == 2
        for who in ("judge", "clerk", "assistant"):
            actor = bench.actor(who)
            for row in rows:
                assert not reads_entry(actor, row)
                seen = entry_view(court, case, actor, row, "en")
                assert (seen.words, seen.payload, seen.by_name, seen.act) == (None, None, None, "")
                assert "offer" not in str(seen.title).lower()
        for who in ("claimant/1", "respondent/1"):
            assert all(reads_entry(bench.actor(who), row) for row in rows)


def test_no_letter_tells_the_court_of_an_offer(bench: Bench) -> None:
    """Neither the page of service nor the docket says to judge or clerk that an offer was made, declined, taken back or
    accepted, and by whom; the clerk knows that a letter has to be served.
    """
    bench.do("respondent/1", "make_offer", OFFER)
    bench.do("claimant/1", "decline_offer", {"offer": offer_of(bench)})
    bench.do("respondent/1", "make_offer", OFFER)
    bench.do("respondent/1", "withdraw_offer", {"offer": offer_of(bench)})
    settle(bench)
    for who, occasion in (("claimant/1", "make_offer"), ("respondent/1", "decline_offer")):
        bench.serve(who, occasion=occasion)
    with bench.court.database.read() as session:
        case, court = session.get_one(Case, bench.case_id), bench.court.look(session)
        served = entries_of(session, case, "record_service")
        assert any(reads_entry(bench.actor("claimant/1"), row) for row in served)
        for who in ("judge", "clerk", "assistant"):
            actor = bench.actor(who)
            titles = {view.title.render("en") for view in service_page(court, case, actor).packets}
            assert not any("offer" in title.lower() or "agreement" in title.lower() for title in titles), titles
            assert ("A letter from the private room" in titles) is (who == "clerk")
            told = [str(entry_view(court, case, actor, row, "en").words) for row in served]
            assert not any("offer" in words.lower() for words in told), told
        mine = {view.title.render("en") for view in service_page(court, case, bench.actor("respondent/1")).packets}
        assert "An offer was declined in the private room" in mine


def test_the_court_gets_the_agreed_text_and_nothing_else(bench: Bench) -> None:
    """The entry that brings the agreement to the court has its terms, and no word that was said on the way."""
    settle(bench)
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        entry = entries_of(session, case, "submit_agreement")[0]
        assert reads_entry(bench.actor("judge"), entry)
        assert "2,000.00" in entry.payload and "We would like to end this" not in entry.payload


@pytest.mark.parametrize("role", ["judge", "clerk"])
def test_the_bench_cannot_make_or_answer_offers(bench: Bench, role: str) -> None:
    """Settling is the parties' own: the court's people are refused every act of the room."""
    with pytest.raises(Forbidden):
        bench.do(role, "make_offer", OFFER)


def test_an_offer_expires_by_itself(bench: Bench) -> None:
    """After its days an offer can no longer be accepted."""
    bench.do("respondent/1", "make_offer", OFFER | {"days": 2})
    bench.wait(days=4)
    with bench.court.database.read() as session:
        assert session.scalars(select(Offer)).one().state is OfferState.EXPIRED
    with pytest.raises(ActNotOpen):
        bench.do("claimant/1", "accept_offer", {"offer": offer_of(bench)})


def test_an_offer_is_answered_once_and_by_its_recipient(bench: Bench) -> None:
    """Nobody accepts her own offer, one that was taken back, or one twice."""
    bench.do("respondent/1", "make_offer", OFFER)
    reference = offer_of(bench)
    with pytest.raises(ActNotOpen):
        bench.do("respondent/1", "accept_offer", {"offer": reference})
    bench.do("respondent/1", "withdraw_offer", {"offer": reference})
    with pytest.raises(ActNotOpen):
        bench.do("claimant/1", "accept_offer", {"offer": reference})


def test_accepting_one_offer_overtakes_the_others(bench: Bench) -> None:
    """With an agreement there is nothing more to accept."""
    bench.do(
        "claimant/1",
        "make_offer",
        OFFER
        | {"to": "respondent/1", "amount": "7,000.00", "instalments": [{"on": "2026-03-30", "amount": "7,000.00"}]},
    )
    first = offer_of(bench)
    settle(bench)
    with bench.court.database.read() as session:
        assert session.scalars(select(Offer).where(Offer.reference == first)).one().state is OfferState.OVERTAKEN


@pytest.mark.parametrize(
    "changes",
    [
        {"instalments": [{"on": "2026-03-20", "amount": "2,000.00"}]},
        {"payer": None},
        {"instalments": []},
        {"amount": "0", "instalments": [], "payer": None},
        {"deed": "goods back"},
        {"instalments": [{"on": "2026-04-20", "amount": "2,000.00"}, {"on": "2026-03-20", "amount": "4,000.00"}]},
        {"days": 0},
    ],
)
def test_terms_that_do_not_fit_are_refused(changes: dict[str, Any]) -> None:
    """Payments add up, come in order, have a payer; a deed has somebody who does it."""
    with pytest.raises((ValidationError, InvalidInput)):
        OfferInput.model_validate(OFFER | changes)


def test_the_statement_goes_to_the_case_whose_number_was_typed(bench: Bench) -> None:
    """A statement cannot be made for the wrong case, and nothing is sealed then."""
    reference = settle(bench)
    with pytest.raises(InvalidInput):
        bench.do(
            "judge",
            "sign_mediation",
            {"agreement": reference, "case_number": bench.number + " ", "language": "en"}
            | {"case_number": "(2026)网0192民初124号"},
        )
    with bench.court.database.read() as session:
        assert session.scalars(select(Document).where(Document.kind == "mediation_statement")).all() == []


def test_a_judgment_never_records_a_settlement(bench: Bench) -> None:
    """While an agreement lies before the court no judgment can be signed (CPI 148); after it failed, it can."""
    reference = settle(bench)
    bench.findings()
    bench.do("judge", "draft_decision", bench.draft())
    with pytest.raises(ActNotOpen, match="never records a settlement"):
        bench.do("judge", "send_for_signing", {"decision": bench.draft_reference()})
    bench.do("claimant/1", "decline_agreement", {"agreement": reference})
    bench.do("judge", "send_for_signing", {"decision": bench.draft_reference()})


@pytest.mark.parametrize("how", ["declined", "withdrawn"])
def test_a_statement_that_not_everybody_signed_is_not_taken_for_one_that_binds(bench: Bench, how: str) -> None:
    """One has signed, the other says no, or the claim is withdrawn meanwhile: whoever checks the sealed paper is told that it
    does not hold (CPL 100, 102).
    """
    reference = settle(bench)
    bench.do("judge", "sign_mediation", {"agreement": reference, "case_number": bench.number, "language": "en"})
    bench.do("claimant/1", "sign_statement", {"agreement": reference})
    with bench.court.database.read() as session:
        paper = session.scalars(PAPERS.where(Document.kind == "mediation_statement")).one()
    visitor = create_app(court=bench.court).test_client()
    assert "no longer holds" not in visitor.get(f"/check?code={paper.reference}").text
    if how == "declined":
        bench.do("respondent/1", "decline_agreement", {"agreement": reference})
    else:
        with bench.court.sit() as sitting:
            shut(sitting, CaseClosed(sitting.session.get_one(Case, bench.case_id)))
    assert "no longer holds" in visitor.get(f"/check?code={paper.reference}").text
    assert agreement_of(bench).state is AgreementState.FAILED


def test_who_declines_is_not_told_to_the_court(bench: Bench) -> None:
    """The court learns that no agreement came about, not who did not want it."""
    reference = settle(bench)
    bench.do("claimant/1", "decline_agreement", {"agreement": reference})
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        entry = entries_of(session, case, "agreement_failed")[0]
        assert entry.party_id is None and "Li" not in entry.payload
        assert not any(reads_entry(bench.actor("judge"), e) for e in entries_of(session, case, "decline_agreement"))


def test_an_ordinary_mandate_does_not_settle(bench: Bench) -> None:
    """Settling needs special powers of a representative (CPL 62)."""
    from odr.identity.models import Mandate, MandateScope

    with bench.court.database.write() as session:
        case = session.get_one(Case, bench.case_id)
        respondent = next(p for p in case.parties if p.role is Role.RESPONDENT)
        mandate = Mandate(
            case_id=case.id,
            party_id=respondent.id,
            account_id=bench.account("mei").id,
            scope=MandateScope.ORDINARY,
            **mandate_times(bench),
        )
        session.add(mandate)
        session.flush()
        actor = Actor(
            Role.RESPONDENT,
            bench.account("mei").id,
            "Mei",
            case.id,
            respondent.id,
            mandate.id,
            MandateScope.ORDINARY,
            bench.clock.now(),
        )
    with pytest.raises(Forbidden):
        bench.do("respondent/1", "make_offer", OFFER, actor=actor)


def mandate_times(bench: Bench) -> dict[str, Any]:
    """Whatever a live mandate needs besides its people."""
    now = bench.clock.now()
    return {
        "from_at": now - timedelta(days=2),
        "signed_at": now - timedelta(days=1),
        "accepted_at": now - timedelta(days=1),
    }


__all__ = ["DocketEntry"]


def test_the_box_tells_where_an_agreement_stands(bench: Bench) -> None:
    """Accepted: the judge has it. The statement made: it waits for a signature, then for the other one. In effect: nobody is
    asked for evidence any more.
    """

    def says(who: str) -> str:
        with bench.court.database.read() as session:
            found = next_box(bench.court.look(session), session.get_one(Case, bench.case_id), bench.actor(who))
            assert found is not None
            return str(found.waits)

    agreement = settle(bench)
    assert says("claimant/1") == says("respondent/1") and says("claimant/1").startswith("You have agreed.")
    given = {"agreement": agreement, "case_number": bench.number, "language": "en"}
    bench.do("judge", "sign_mediation", given)
    assert says("claimant/1").startswith("Next for you: sign the mediation statement")
    bench.do("claimant/1", "sign_statement", {"agreement": agreement})
    assert "Still to sign" in says("claimant/1") and says("respondent/1").startswith("Next for you: sign")
    with pytest.raises(ActNotOpen, match="no longer say no"):
        bench.do("claimant/1", "decline_agreement", {"agreement": agreement})
    bench.do("respondent/1", "sign_statement", {"agreement": agreement})
    with bench.court.database.read() as session:
        asked = {w.kind for w in session.scalars(select(Window).where(Window.state == WindowState.OPEN))}
    assert not {"evidence", "answer", "examination"} & asked
