"""On what occasion a paper is served, and what kind of paper it then is."""

from __future__ import annotations

from dataclasses import dataclass

from odr.service.kinds import PaperKind
from odr.text import T, Text


@dataclass(frozen=True)
class Occasion:
    """An occasion of service: its key on the packet, the words on the letter, the kind of paper."""

    key: str
    title: Text
    kind: PaperKind


_OCCASIONS = {
    "claim": Occasion("claim", T("Claim against you, with notice to answer"), PaperKind.PLEADING),
    "joinder": Occasion("joinder", T("Notice to take part in a case"), PaperKind.PLEADING),
    "substitution": Occasion(
        "substitution", T("Notice that you yourself are a party to a case now"), PaperKind.PLEADING
    ),
    "acceptance": Occasion("acceptance", T("Notice of acceptance and of the court fee"), PaperKind.NOTICE),
    "registry": Occasion("registry", T("Decision of the registry on your claim"), PaperKind.NOTICE),
    "file_answer": Occasion("file_answer", T("Answer to the claim"), PaperKind.PLEADING),
    "assess_fee": Occasion("fee_notice", T("Notice of the court fee"), PaperKind.NOTICE),
    "remind_fee": Occasion("fee_reminder", T("Reminder: the court fee is not paid yet"), PaperKind.NOTICE),
    "decide_relief": Occasion("fee_relief", T("Decision on help with the fee"), PaperKind.NOTICE),
    "demand_costs": Occasion("costs_demand", T("Demand for your part of the court fee"), PaperKind.NOTICE),
    "demand_withdrawn_fee": Occasion(
        "costs_demand", T("Demand for half the fee of the claim you withdrew"), PaperKind.NOTICE
    ),
    "submit_exhibit": Occasion("submit_exhibit", T("New exhibit of the other side"), PaperKind.PLEADING),
    "open_examination": Occasion(
        "open_examination", T("Notice that the examination has begun, with its plan"), PaperKind.NOTICE
    ),
    "put_question": Occasion("put_question", T("Questions of the judge"), PaperKind.NOTICE),
    "issue_decision": Occasion("decision", T("Decision of the court"), PaperKind.DECISION),
    "countersign_decision": Occasion("decision", T("Decision of the court"), PaperKind.DECISION),
    "decision": Occasion("decision", T("Decision of the court"), PaperKind.DECISION),
    "summon": Occasion("summons", T("Summons to a hearing"), PaperKind.NOTICE),
    "summons": Occasion("summons", T("Summons to a hearing"), PaperKind.NOTICE),
    "sign_mediation": Occasion("mediation_statement", T("Mediation statement"), PaperKind.MEDIATION_STATEMENT),
}
_NOTICE = Occasion("notice", T("Something new in your case"), PaperKind.NOTICE)


def occasion_of(act: str) -> Occasion:
    """The occasion an act makes; a plain notice where nothing more special is known."""
    return _OCCASIONS.get(act, _NOTICE)


def occasion_for(key: str, title: Text, kind: PaperKind) -> Occasion:
    """The occasion of a packet that goes out again, in the words it had."""
    return Occasion(key, title, kind)
