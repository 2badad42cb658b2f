"""later filings that nobody has looked at stand in a list of their own

Revises 0268.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odr.ground.db import UTCDateTime

revision = "0269"
down_revision = "0268"
branch_labels = None
depends_on = None
form = "expand"

ACTS = """
    acknowledge_service correct_claim file_answer amend_claim withdraw_claim file_counterclaim answer_counterclaim
    object_to_jurisdiction ask_extension ask_relief_for_lateness appeal_jurisdiction appeal_dismissal
    appeal_refusal elect_representative propose_disposition consent_to_disposition ask_for_joinder
    file_third_party_claim answer_third_party appoint_representative revoke_representative ask_costs_review
    ask_fee_correction request_relief ask_evidence_order answer_evidence_request produce_ordered submit_exhibit
    describe_exhibit withdraw_exhibit ask_for_appraisal object_to_confirmation ask_to_continue_preservation
    ask_to_set_aside appeal_decision answer_appeal apply_for_retrial name_account propose_enforcement_settlement
    answer_enforcement_settlement resume_enforcement record_performance confirm_performance apply_for_enforcement
    ask_for_preservation_review ask_for_evidence_preservation name_claim ask_for_ruling ask_for_default
    answer_retrial report_property read_property_report ask_for_listing answer_listing ask_about_listing
    ask_to_end_listing ask_listing_review ask_for_consumption_bar ask_for_leave ask_for_sanction answer_sanction
    ask_for_release ask_sanction_review agree_small_claims object_to_procedure ask_rebuttal_time request_legal_aid
    submit_digests attach_proof ask_platform_records ask_for_capture object_to_report ask_leave_for_witness
    propose_fact forgo_rest withdraw_appeal object_to_publication
""".split()
"""By which parties file, when this was written."""


def upgrade() -> None:
    """What waits now is laid; from then on each act lays what it files."""
    op.create_table(
        "filing_waiting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("of_case", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["of_case"], ["case.id"], name=op.f("fk_filing_waiting_of_case_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_waiting")),
        sa.UniqueConstraint("of_case", "entry_number", name=op.f("uq_filing_waiting_of_case")),
    )
    acts = ", ".join(f"'{act}'" for act in ACTS)
    op.execute(
        "INSERT INTO filing_waiting (of_case, entry_number, recorded_at) "
        'SELECT e.case_id, e.number, e.recorded_at FROM docket_entry e JOIN "case" c ON c.id = e.case_id '
        f"WHERE c.stage <> 'closed' AND e.recorded_at >= c.accepted_at AND e.act IN ({acts}) "
        "AND e.role IN ('claimant', 'respondent', 'third_party') "
        "AND e.audience IN ('parties_and_court', 'hearing', 'own_side_and_court', 'court') "
        "AND NOT EXISTS (SELECT 1 FROM filing_look l WHERE l.case_id = e.case_id AND l.entry_number = e.number) "
        "AND NOT EXISTS (SELECT 1 FROM filing_mark m WHERE m.case_id = e.case_id AND m.entry_number = e.number)"
    )
    op.create_index(op.f("ix_filing_waiting_recorded_at"), "filing_waiting", ["recorded_at"])


def downgrade() -> None:
    """They are looked for in every open case."""
    op.drop_table("filing_waiting")
