"""When service takes effect."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random

import pytest
from hypothesis import given, strategies as st

from odr.docket.models import PartyKind
from odr.procedure.acts.letter import PaperKind
from odr.service.packet.deemed import Address, Conclusion, Consent, Fact, Occasion, Rules, conclude
from odr.service.vocabulary import Channel, ConsentWay, FactKind, Proof, ServiceStatus, Signer

DAY = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
LATE = DAY + timedelta(days=200)
GIVEN = Address(1, Channel.EMAIL, given_at=DAY - timedelta(days=10))
FOUND = Address(2, Channel.EMAIL)
ALL_KINDS = frozenset(PaperKind)
ORDINARY, RULES = Occasion(), Rules()
CONSENT = Consent(ConsentWay.EXPRESS, ALL_KINDS, DAY - timedelta(days=10))


def fact(
    kind: FactKind,
    hours: float = 0,
    *,
    channel: Channel | None = Channel.EMAIL,
    address: int | None = 1,
    attempt: int | None = None,
    signer: Signer | None = None,
    proofs: frozenset[Proof] = frozenset(),
) -> Fact:
    """A fact ``hours`` after DAY; the attempt is the address's unless said."""
    return Fact(
        f"{kind.value}/{hours}/{attempt or address}",
        kind,
        DAY + timedelta(hours=hours),
        channel,
        attempt or address,
        address,
        signer,
        proofs,
    )


def weigh(
    *facts: Fact,
    consents: tuple[Consent, ...] = (CONSENT,),
    occasion: Occasion = ORDINARY,
    rules: Rules = RULES,
    now: datetime = LATE,
) -> Conclusion:
    """Conclude with the two addresses."""
    return conclude(facts, consents, (GIVEN, FOUND), rules, occasion, now=now)


def test_arrival_at_a_given_address_is_service() -> None:
    """With consent, what reaches the system of an address the recipient gave is served at that moment (OLR 31)."""
    result = weigh(fact(FactKind.HANDED_OVER), fact(FactKind.REACHED_SYSTEM, 1))
    assert (result.status, result.effective_at, result.channel) == (
        ServiceStatus.SERVED,
        DAY + timedelta(hours=1),
        Channel.EMAIL,
    )
    assert [r.article for r in result.reasons] == ["OLR 31", "OLR 31"]


def test_handing_to_a_relay_is_not_arrival() -> None:
    """A relay's 250 shows that a carrier has the message, not that it arrived."""
    assert weigh(fact(FactKind.HANDED_OVER)).status is ServiceStatus.NOT_SERVED
    assert weigh(fact(FactKind.HANDED_OVER), occasion=Occasion(still_open=True)).status is ServiceStatus.NOT_YET


def test_arrival_at_an_attributed_address_is_not_service() -> None:
    """At an address nobody gave, arrival alone is nothing (OLR 31)."""
    assert weigh(fact(FactKind.REACHED_SYSTEM, address=2)).status is ServiceStatus.NOT_SERVED


def test_an_address_given_later_does_not_heal_an_earlier_arrival() -> None:
    """What arrived before the recipient gave the address was not sent to a given address."""
    later = Address(1, Channel.EMAIL, given_at=DAY + timedelta(days=1))
    result = conclude([fact(FactKind.REACHED_SYSTEM)], [CONSENT], [later], Rules(), Occasion(), now=LATE)
    assert result.status is ServiceStatus.NOT_SERVED


def test_a_changed_address_no_longer_serves() -> None:
    """After the recipient changed the address, arrival at the old one is nothing."""
    ended = Address(1, Channel.EMAIL, given_at=DAY - timedelta(days=10), ended_at=DAY)
    assert (
        conclude([fact(FactKind.REACHED_SYSTEM, 1)], [CONSENT], [ended], Rules(), Occasion(), now=LATE).status
        is ServiceStatus.NOT_SERVED
    )


@pytest.mark.parametrize("kind", [FactKind.REPLIED, FactKind.ACTED])
def test_reply_or_act_completes_service_at_an_attributed_address(kind: FactKind) -> None:
    """A reply or a matching act makes service at any address effective (OLR 31, IC 17)."""
    result = weigh(fact(FactKind.HANDED_OVER, address=2), fact(kind, 5, address=2), consents=())
    assert (result.status, result.effective_at) == (ServiceStatus.SERVED, DAY + timedelta(hours=5))


def test_reading_presumes_service_until_the_judge_finds_otherwise() -> None:
    """A read receipt presumes service; the judge's finding of non-receipt takes the presumption away (OLR 31)."""
    read = fact(FactKind.READ, 3, address=2)
    assert weigh(read).status is ServiceStatus.PRESUMED
    assert weigh(read, fact(FactKind.REBUTTED, 100, address=2)).status is ServiceStatus.NOT_SERVED


def test_first_contact_without_consent_is_not_electronic_service() -> None:
    """Without consent neither arrival nor reading serves; the recipient's own joining does (OLR 29)."""
    first = Occasion(first_contact=True)
    sent = (fact(FactKind.REACHED_SYSTEM), fact(FactKind.READ, 2))
    assert weigh(*sent, consents=(), occasion=first).status is ServiceStatus.NOT_SERVED
    joined = weigh(*sent, fact(FactKind.ACTED, 30, channel=None, address=None), consents=(), occasion=first)
    assert (joined.status, joined.effective_at, joined.channel) == (
        ServiceStatus.SERVED,
        DAY + timedelta(hours=30),
        Channel.EMAIL,
    )


def test_an_act_before_any_sending_proves_nothing() -> None:
    """An act that came first cannot be a reaction to the document."""
    assert (
        weigh(fact(FactKind.ACTED, 0, channel=None, address=None), fact(FactKind.HANDED_OVER, 1)).status
        is ServiceStatus.NOT_SERVED
    )


def test_who_objected_is_not_served_by_answering() -> None:
    """An answer from somebody who had declined electronic service is not acceptance of it (OLR 29)."""
    facts = (fact(FactKind.HANDED_OVER), fact(FactKind.OBJECTED, 1), fact(FactKind.REPLIED, 2))
    assert weigh(*facts, consents=()).status is ServiceStatus.NOT_SERVED


def test_consent_covers_only_its_kinds_and_its_time() -> None:
    """Consent to notices is no consent to judgments, and none after withdrawal (OLR 30)."""
    notices = Consent(ConsentWay.EXPRESS, frozenset({PaperKind.NOTICE}), DAY - timedelta(days=1))
    arrived = fact(FactKind.REACHED_SYSTEM)
    assert weigh(arrived, consents=(notices,)).is_service
    assert not weigh(arrived, consents=(notices,), occasion=Occasion(kind=PaperKind.DECISION)).is_service
    withdrawn = Consent(ConsentWay.EXPRESS, ALL_KINDS, DAY - timedelta(days=2), DAY - timedelta(days=1))
    assert not weigh(arrived, consents=(withdrawn,)).is_service


def test_a_bounce_takes_arrival_back() -> None:
    """What came back did not stay in the system of the address, whichever report came first."""
    assert not weigh(fact(FactKind.REACHED_SYSTEM), fact(FactKind.BOUNCED, 1)).is_service
    assert weigh(fact(FactKind.REACHED_SYSTEM), fact(FactKind.BOUNCED, 1, address=2)).is_service


def test_the_recipient_may_prove_another_arrival() -> None:
    """The time the recipient proves replaces the sender's record (CPI 135)."""
    result = weigh(fact(FactKind.REACHED_SYSTEM), fact(FactKind.ARRIVAL_PROVED, 26))
    assert (result.effective_at, result.reasons[0].article) == (DAY + timedelta(hours=26), "CPI 135")


def test_a_text_message_is_never_service() -> None:
    """Text messages notify beside service (OLR 32)."""
    kinds = (FactKind.HANDED_OVER, FactKind.REACHED_SYSTEM, FactKind.READ, FactKind.REPLIED)
    assert weigh(*(fact(k, n, channel=Channel.SMS) for n, k in enumerate(kinds))).status is ServiceStatus.NOT_SERVED


def test_a_machines_answer_is_no_answer() -> None:
    """An automatic reply does not complete service."""
    assert not weigh(fact(FactKind.HANDED_OVER, address=2), fact(FactKind.AUTO_REPLY, 1, address=2)).is_service


def test_the_earliest_effective_channel_counts() -> None:
    """Of several ways the first effective one gives the date; what stands without presumption is told too (OLR 31)."""
    result = weigh(
        fact(FactKind.READ, 48, address=2),
        fact(FactKind.SIGNED, 260, channel=Channel.POST, address=None, attempt=9, signer=Signer.ADDRESSEE),
    )
    assert (result.status, result.effective_at, result.firm_at) == (
        ServiceStatus.PRESUMED,
        DAY + timedelta(hours=48),
        DAY + timedelta(hours=260),
    )


@pytest.mark.parametrize(
    ("signer", "recipient", "kind", "served"),
    [
        (Signer.ADDRESSEE, PartyKind.PERSON, PaperKind.PLEADING, True),
        (Signer.HOUSEHOLD, PartyKind.PERSON, PaperKind.PLEADING, True),
        (Signer.HOUSEHOLD, PartyKind.COMPANY, PaperKind.PLEADING, False),
        (Signer.MAIL_OFFICER, PartyKind.COMPANY, PaperKind.PLEADING, True),
        (Signer.MAIL_OFFICER, PartyKind.PERSON, PaperKind.PLEADING, False),
        (Signer.REPRESENTATIVE, PartyKind.PERSON, PaperKind.PLEADING, True),
        (Signer.OTHER, PartyKind.PERSON, PaperKind.PLEADING, False),
        (None, PartyKind.PERSON, PaperKind.PLEADING, False),
        (Signer.HOUSEHOLD, PartyKind.PERSON, PaperKind.MEDIATION_STATEMENT, False),
        (Signer.REPRESENTATIVE, PartyKind.PERSON, PaperKind.MEDIATION_STATEMENT, False),
        (Signer.DESIGNATED, PartyKind.PERSON, PaperKind.MEDIATION_STATEMENT, True),
        (Signer.LEGAL_REPRESENTATIVE, PartyKind.COMPANY, PaperKind.MEDIATION_STATEMENT, True),
        (Signer.MAIL_OFFICER, PartyKind.COMPANY, PaperKind.MEDIATION_STATEMENT, False),
    ],
)
def test_who_may_sign(signer: Signer | None, recipient: PartyKind, kind: PaperKind, served: bool) -> None:
    """Only those whom CPL 88 names may sign; a mediation statement goes to the party itself (CPI 133)."""
    signed = fact(FactKind.SIGNED, channel=Channel.POST, address=None, signer=signer)
    assert weigh(signed, occasion=Occasion(kind=kind, recipient=recipient)).is_service is served


def test_leaving_needs_a_refusal_and_a_witness_or_recording() -> None:
    """A document left at the residence serves only after a refusal, with a witness or a recording, and never a
    mediation statement.
    """
    refused = fact(FactKind.REFUSED, channel=Channel.RESIDENCE, address=None, attempt=7)
    bare = fact(FactKind.LEFT, 1, channel=Channel.RESIDENCE, address=None, attempt=7)
    filmed = fact(
        FactKind.LEFT, 2, channel=Channel.RESIDENCE, address=None, attempt=7, proofs=frozenset({Proof.RECORDING})
    )
    assert not weigh(refused, bare).is_service
    assert not weigh(filmed).is_service
    assert weigh(refused, filmed).effective_at == DAY + timedelta(hours=2)
    assert not weigh(refused, filmed, occasion=Occasion(kind=PaperKind.MEDIATION_STATEMENT)).is_service


def test_refusal_to_sign_at_the_court() -> None:
    """Who comes to the court and refuses to sign is served when the court notes it (CPI 131)."""
    noted = fact(FactKind.REFUSED, channel=Channel.DIRECT, address=None, proofs=frozenset({Proof.COURT_NOTE}))
    assert weigh(noted).is_service
    assert not weigh(fact(FactKind.REFUSED, channel=Channel.DIRECT, address=None)).is_service


def test_announcement_needs_causes_and_thirty_days() -> None:
    """Thirty days after the last posting, on a record of causes, and not a second before (CPL 95, CPI 138)."""
    causes = fact(FactKind.CAUSES_RECORDED, -5, channel=Channel.ANNOUNCEMENT, address=None, attempt=8)
    first = fact(FactKind.ANNOUNCED, 0, channel=Channel.ANNOUNCEMENT, address=None, attempt=8)
    last = fact(FactKind.ANNOUNCED, 48, channel=Channel.ANNOUNCEMENT, address=None, attempt=8)
    # 11 March local + 30 days = 10 April, 23:59:59 in Shanghai.
    end = datetime(2026, 4, 10, 15, 59, 59, tzinfo=UTC)
    assert weigh(causes, first, last, now=end).status is ServiceStatus.NOT_YET
    assert weigh(causes, first, last, now=end).pending_until == end
    assert weigh(causes, first, last, now=end + timedelta(seconds=1)).effective_at == end
    assert not weigh(first, last).is_service
    assert not weigh(causes, first, last, rules=Rules(announcement_allowed=False)).is_service
    assert weigh(causes, first, last, occasion=Occasion(abroad=True)).effective_at == end + timedelta(days=30)


def test_the_judge_may_conclude_otherwise() -> None:
    """The latest finding of the judge prevails over the derivation."""
    arrived = fact(FactKind.REACHED_SYSTEM)
    against = fact(FactKind.FOUND_NOT_SERVED, 500, channel=None, address=None)
    assert weigh(arrived, against).status is ServiceStatus.NOT_SERVED
    assert weigh(
        arrived, against, fact(FactKind.FOUND_SERVED, 600, channel=Channel.DIRECT, address=None)
    ).effective_at == DAY + timedelta(hours=600)


ANY_FACT = st.builds(
    Fact,
    event_id=st.uuids().map(str),
    kind=st.sampled_from(FactKind),
    at=st.integers(0, 40).map(lambda h: DAY + timedelta(hours=h)),
    channel=st.sampled_from([*Channel, None]),
    attempt=st.sampled_from([1, 2, 3, None]),
    address=st.sampled_from([1, 2, None]),
    signer=st.sampled_from([*Signer, None]),
    proofs=st.frozensets(st.sampled_from(Proof)),
)
ANY_CONSENT = st.builds(
    Consent,
    st.sampled_from(ConsentWay),
    st.frozensets(st.sampled_from(PaperKind)),
    st.integers(-5, 20).map(lambda h: DAY + timedelta(hours=h)),
    st.one_of(st.none(), st.integers(0, 40).map(lambda h: DAY + timedelta(hours=h))),
)
ANY_OCCASION = st.builds(
    Occasion, st.sampled_from(PaperKind), st.sampled_from(PartyKind), st.booleans(), st.booleans(), st.booleans()
)


@given(st.lists(ANY_FACT, max_size=8), st.lists(ANY_CONSENT, max_size=2), ANY_OCCASION, st.randoms())
def test_order_and_repetition_do_not_matter(
    facts: list[Fact], consents: list[Consent], occasion: Occasion, random: Random
) -> None:
    """The same facts, shuffled and repeated, give the same conclusion with the same reasoning."""
    expected = conclude(facts, consents, (GIVEN, FOUND), Rules(), occasion, now=LATE)
    again = facts + facts[: len(facts) // 2]
    random.shuffle(again)
    assert conclude(again, consents, (GIVEN, FOUND), Rules(), occasion, now=LATE) == expected


def test_every_order_of_an_event_set_gives_one_conclusion() -> None:
    """All 720 orders of six contradicting events, with a duplicate among them, conclude alike."""
    events = (
        fact(FactKind.HANDED_OVER),
        fact(FactKind.REACHED_SYSTEM, 1),
        fact(FactKind.BOUNCED, 2),
        fact(FactKind.READ, 3, address=2),
        fact(FactKind.REPLIED, 4, address=2),
        fact(FactKind.REBUTTED, 5, address=2),
    )
    results = {weigh(*order, order[0]) for order in permutations(events)}
    assert len(results) == 1
    assert results.pop().effective_at == DAY + timedelta(hours=4)


def test_what_somebody_does_upon_a_text_message_is_no_service_of_the_paper() -> None:
    """A text message is a notice beside service: an act reported through it completes none (OLR 32)."""
    assert not weigh(fact(FactKind.HANDED_OVER), fact(FactKind.ACTED, 1, channel=Channel.SMS)).is_service


@given(st.lists(ANY_FACT, max_size=8), st.lists(ANY_CONSENT, max_size=2), ANY_OCCASION)
def test_never_served_without_a_proof_of_the_rule(
    facts: list[Fact], consents: list[Consent], occasion: Occasion
) -> None:
    """Service always rests on a named fact of a kind the rules accept; machine answers and texts are never among them."""
    result = conclude(facts, consents, (GIVEN, FOUND), Rules(), occasion, now=LATE)
    if result.is_service:
        grounds = {f.kind for f in facts if f.channel is not Channel.SMS}
        assert grounds & {
            FactKind.REACHED_SYSTEM,
            FactKind.READ,
            FactKind.REPLIED,
            FactKind.ACTED,
            FactKind.SIGNED,
            FactKind.REFUSED,
            FactKind.LEFT,
            FactKind.ANNOUNCED,
            FactKind.FOUND_SERVED,
            FactKind.CERTIFIED,
        } or any(f.kind is FactKind.FOUND_SERVED for f in facts)
        assert result.effective_at is not None
    assert len(result.reasons) == len({f.event_id for f in facts})
