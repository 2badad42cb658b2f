"""Fields of examples that must agree with each other, act by act."""

from __future__ import annotations

from typing import Any

GIVEN: dict[str, dict[str, Any]] = {
    "open_examination": {"mode": "offline", "at": "09:30"},
    "submit_exhibit": {"facts": [1, 3]},
    "close_part": {"facts": [1, 3]},
    "describe_exhibit": {"facts": [1, 3]},
    "ask_for_evidence_preservation": {"facts": [1, 3]},
    "rule_on_confirmation": {"ground": None},
    "take_payment_order": {"ground": None},
    "record_outcome": {"hour": "15:05"},
    "record_search": {"seller_inbox": "baihua:haiyun"},
    "record_call": {"hour": "15:05"},
    "review_costs": {"decision": "uphold", "lines": []},
    "put_question": {"moment": "0:41", "region": "10,20,50,8"},
    "ask_leave_for_question": {"moment": "0:41", "region": "10,20,50,8"},
    "record_hearing": {"begun": "09:32", "ended": "11:05", "recording_sha256": "0f" * 32},
    "draft_decision": {
        "orders": [
            {
                "kind": "pay",
                "relief": "goldenclaim/1",
                "debtor": "respondent/1",
                "creditor": "claimant/1",
                "amount": "8,000.00",
            }
        ],
        "costs": [{"party": "claimant/1", "percent": "20"}, {"party": "respondent/1", "percent": "80"}],
    },
    "record_appeal_outcome": {
        "outcome": "changed",
        "payments": [
            {
                "debtor": "respondent/1",
                "creditor": "claimant/1",
                "amount": "1,000.50",
                "interest_from": "2026-01-15",
                "interest_percent": "3.1",
            }
        ],
    },
    "record_outsider_judgment": {
        "answer": "changed",
        "whole": False,
        "payments": [{"debtor": "respondent/1", "creditor": "claimant/1", "amount": "3,000.00"}],
    },
    "record_partial_agreement": {
        "between": ["claimant/1", "respondent/1"],
        "payments": [{"debtor": "respondent/1", "creditor": "claimant/1", "amount": "5,000.00"}],
    },
    "offer_enforcement_security": {"kind": "guarantor"},
    "give_ruling": {"kind": None},
    "entrust_inquiry": {"ground": None},
    "find_on_attendance_fee": {"answer": "given_up", "days": None},
    "submit_report": {
        "contents": ["court", "task", "materials", "method", "course", "opinion", "undertaking", "signed"]
    },
}
