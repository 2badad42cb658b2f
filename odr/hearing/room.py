"""What the hearing brings."""

from __future__ import annotations

from odr.hearing import acts_court, acts_plan, lookups, phases
from odr.hearing.plan import WINDOW
from odr.hearing.record import seal_records
from odr.procedure.hooks import Room

ROOM = Room(
    name="hearing",
    acts=(
        "odr.hearing.acts_plan", "odr.hearing.acts_exhibits", "odr.hearing.acts_questions", "odr.hearing.acts_postings", "odr.hearing.acts_witness",
        "odr.hearing.acts_court", "odr.hearing.acts_record", "odr.hearing.choices",
    ),
    on_lapse={WINDOW: phases.on_turn_lapsed},
    on_event={"claim_lodged": acts_plan.on_claim_lodged, "party_joined": acts_plan.on_party_joined, "served": acts_court.on_served},
    resolvers={
        "exam_phase": lookups.find_phase, "opinion": lookups.find_opinion, "question": lookups.find_question, "posting": lookups.find_posting,
        "time_request": lookups.find_time_request, "failure": lookups.find_failure, "agreed_fact": lookups.find_agreed_fact, "witness": lookups.find_witness,
        "hearing": lookups.find_hearing, "correction": lookups.find_correction, "addressee": lookups.find_addressee,
    },
    sweeps={"records": seal_records},
    after_act=(phases.settle,),
)  # fmt: skip
