"""Whoever a case names and who is no party is known to the redaction: what is published replaces them (JDP 8)."""

from __future__ import annotations

from odr import wiring
from odr.docket.models import Case
from odr.ground.db import Base
from odr.register.publication.redacting import known_in
from tests.judgment.bench import Bench
from tests.judgment.test_enforcement_security import ADDRESS, guaranteed
from tests.judgment.test_enforcement_settlement import enforced
from tests.judgment.test_successors import HEIR, WHY, ask

NAMING = {"name", "giver", "outsider", "officer", "holder", "person", "guardian", "owner", "payee", "recipient_name"}
"""What a column is called that holds the name of somebody."""
KNOWN = {
    "party.name",
    "witness.name",
    "sanction.officer",
    "conduct_sanction.name",
    "conduct_sanction.officer",
    "enforcement_objection.outsider",
    "enforcement_security.giver",
    "debtor_change.name",
}
ELSEWHERE = {
    "service_packet.recipient_name": "of parties and of who is called, who are known",
    "service_called.name": "witnesses, interpreters and experts, who are known",
    "case_reading.name": "who read the file: in no paper",
    "draft_comment.name": "who of the court wrote it: in no paper",
    "group_member.name": "becomes a party, or stands in no paper but its own",
    "party_questioning.person": "whom a party is to bring: named by their function, or pointed at by a person",
    "interpreter.name": "officers of the court, named in its papers as they are",
    "evidence_request.holder": "an organisation that is asked for evidence, or pointed at by a person",
    "panel_minute.name": "who decides: shown as they are",
    "payout_instruction.holder": "the owner of a bank account: in no paper",
    "conduct_sanction.person": "which of the lists the name is from",
}
"""Why a name that a case keeps need not be known."""


def test_every_name_a_case_keeps_is_known_or_has_a_reason() -> None:
    """Nobody adds a table with somebody's name whose rulings are published with it."""
    for room in wiring.ROOMS:
        wiring.declarations(room)
    kept = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        if "case_id" in table.c
        for column in table.c
        if column.name in NAMING
    }
    assert kept == KNOWN | ELSEWHERE.keys(), kept ^ (KNOWN | ELSEWHERE.keys())


def names_and_addresses(bench: Bench) -> dict[str, str]:
    """Everything that is known by name, and as what."""
    with bench.court.database.read() as session:
        known = known_in(bench.court.look(session), session.get_one(Case, bench.case_id))
    return {name: one.role or one.kind.value for one in known for name in one.names}


def test_who_was_named_as_debtor_and_is_none_is_known(bench: Bench) -> None:
    """The judge refuses: the heir who was named stands in the ruling's reasons, and the dead debtor stays a party."""
    enforced(bench)
    ask(bench, email="heir@parties.example")
    bench.do("judge", "rule_on_debtor", {"answer": "refuse", "reasons": f"Li Heir has renounced. {WHY}"})
    found = names_and_addresses(bench)
    assert found["Li Heir"] == "successor"
    assert {HEIR["address"], "heir@parties.example"} <= found.keys()


def test_who_took_the_debtors_place_is_known_with_who_was_there_before(bench: Bench) -> None:
    """The judge allows it: both are names of the party."""
    enforced(bench)
    ask(bench)
    bench.do("judge", "rule_on_debtor", {"answer": "allow", "worth": "1,000.00", "reasons": WHY})
    found = names_and_addresses(bench)
    assert found["Li Heir"] == "respondent" and found["Haiyun Ltd"] == "respondent"


def test_who_gave_security_is_known(bench: Bench) -> None:
    """A guarantor is no party, and the ruling against them is published."""
    enforced(bench)
    bench.do("respondent/1", "offer_enforcement_security", guaranteed(bench))
    found = names_and_addresses(bench)
    assert found["Zhou Lan"] == "guarantor" and ADDRESS in found
