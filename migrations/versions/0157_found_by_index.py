"""what lists look for is found by index

Revises 0156.
"""

from __future__ import annotations

from alembic import op

from odr.ground import migrate

revision = "0157"
down_revision = "0156"
branch_labels = None
depends_on = None
form = "expand"

PLAIN = {
    "ix_draft_case_id": ("draft", ["case_id"]),
    "ix_mode_consent_party_id": ("mode_consent", ["party_id"]),
    "ix_account_role_role": ("account_role", ["role"]),
    "ix_window_subject": ("window", ["subject"]),
    "ix_mediation_state_mediator": ("mediation", ["state", "mediator_id"]),
    "ix_upload_notice_decision_id": ("upload_notice", ["decision_id"]),
    "ix_service_task_attempt_id": ("service_task", ["attempt_id"]),
    "ix_proof_of_service_issued_at": ("proof_of_service", ["issued_at"]),
    "ix_case_stage_head_at": ("case", ["stage", "head_at"]),
    "ix_group_action_until": ("group_action", ["until"]),
    "ix_claim_order_number": ("claim", ["order_number"]),
    "ix_session_expires_at": ("session", ["expires_at"]),
    "ix_session_revoked_at": ("session", ["revoked_at"]),
    "ix_one_time_link_expires_at": ("one_time_link", ["expires_at"]),
    "ix_one_time_link_used_at": ("one_time_link", ["used_at"]),
    "ix_account_letter_written_at": ("account_letter", ["written_at"]),
    "ix_attempt_at": ("attempt", ["at"]),
    "ix_draft_kind_state_saved_at": ("draft", ["kind", "state", "saved_at"]),
    "ix_filing_request_kind_state": ("filing_request", ["kind", "state"]),
}
PARTIAL = {
    "ix_task_open": ("task", ["kind", "case_id"], "done_at IS NULL"),
    "ix_bank_line_open": ("bank_line", ["id"], "matched_at IS NULL"),
    "ix_mandate_waiting": ("mandate", ["id"], "accepted_at IS NULL AND revoked_at IS NULL"),
    "ix_outside_request_waiting": ("outside_request", ["id"], "given IS NOT NULL"),
    "ix_legal_hold_standing": ("legal_hold", ["case_id"], "lifted_by IS NULL"),
}


def upgrade() -> None:
    """Desks and pages that read through a table that grows with every case find their few rows."""
    for name, (table, columns) in PLAIN.items():
        migrate.add_index(name, table, columns)
    for name, (table, columns, where) in PARTIAL.items():
        migrate.add_index(name, table, columns, where)


def downgrade() -> None:
    """The rows stay; they are looked for one by one."""
    for name, (table, *_) in (PLAIN | PARTIAL).items():
        op.drop_index(name, table)
