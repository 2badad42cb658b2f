"""The proof of service as a paper: the certificate that stands as the return of service (OLR 31)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from odr.papers import ProofOfServicePaper, Signatory, Trail, Words
from odr.procedure.working import text_from_json
from odr.service.deemed import Weight
from odr.service.kinds import AddressClass, Channel, ConsentWay, FactKind
from odr.service.models import ProofOfService
from odr.text import T, Text


def proof_paper(
    proof: ProofOfService,
    *,
    court: Text,
    signatories: Sequence[Signatory],
    zone: ZoneInfo,
    case_number: str | None = None,
    document_code: str | None = None,
    check_url: str | None = None,
    limit: Text | None = None,
    cite: Callable[[str], Text | str] = str,
) -> ProofOfServicePaper:
    """The proof as a paper, from its stored reasoning alone: set again later it says the same (OLR 31). ``cite`` writes
    its article out.
    """
    told: Mapping[str, Any] = proof.reasoning
    address = _decisive_address(told)
    rule = _rule(told, cite)
    return ProofOfServicePaper(
        court=court,
        issued_on=proof.issued_at.astimezone(zone).date(),
        signatories=signatories,
        case_number=case_number,
        document_code=document_code,
        check_url=check_url,
        limit=limit,
        proof_number=proof.number,
        paper=text_from_json(told["title"]),
        paper_digest=told["documents"][0]["sha256"] if len(told["documents"]) == 1 else None,
        recipient=told["recipient"]["name"] or T("the addressee"),
        channel=proof.channel.label if proof.channel else T("none"),
        address=address["value"] if address else T("none"),
        attribution=_attribution(address, zone),
        consent=_consent(told, zone),
        trail=tuple(_trail(fact) for fact in told["facts"]),
        rule=rule,
        conclusion=proof.conclusion.label,
        served_at=proof.effective_at,
    )


def _decisive_address(told: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The address of the channel that counted; the first one used when none did."""
    here = [a for a in told["addresses"] if a["channel"] == told["channel"]] or list(told["addresses"])
    return here[0] if here else None


def _rule(told: Mapping[str, Any], cite: Callable[[str], Text | str]) -> Text:
    counted = [r for r in told["reasons"] if r["weight"] in (Weight.EFFECTIVE.value, Weight.PRESUMED.value)]
    chosen = next((r for r in counted if r["at"] == told["effective_at"]), None)
    if chosen is None:
        return T("No fact on record completes service.")
    return T("%(why)s (%(article)s)", why=text_from_json(chosen["text"]), article=cite(chosen["article"]))


def _attribution(address: Mapping[str, Any] | None, zone: ZoneInfo) -> Text:
    if address is None:
        return T("No address was used.")
    if address["standing"] == AddressClass.GIVEN.value:
        return T(
            "Given or confirmed by the recipient on %(day)s (%(source)s).",
            day=_day(address["given_at"], zone),
            source=address["source"],
        )
    return T("Not given by the recipient; attributed from: %(source)s.", source=address["source"])


def _consent(told: Mapping[str, Any], zone: ZoneInfo) -> Text:
    if not told["consents"]:
        return T("No consent to electronic service on record.")
    last = told["consents"][-1]
    way = ConsentWay(last["way"]).label
    if last["withdrawn_at"]:
        return T(
            "%(way)s on %(day)s, withdrawn on %(end)s.",
            way=way,
            day=_day(last["at"], zone),
            end=_day(last["withdrawn_at"], zone),
        )
    return T("%(way)s on %(day)s, not withdrawn.", way=way, day=_day(last["at"], zone))


def _day(instant: str, zone: ZoneInfo) -> Any:
    return datetime.fromisoformat(instant).astimezone(zone).date()


def _trail(fact: Mapping[str, Any]) -> Trail:
    source: Words = Channel(fact["channel"]).label if fact["channel"] else T("the court’s record")
    return Trail(
        datetime.fromisoformat(fact["at"]), FactKind(fact["kind"]).label, source, fact["words"] or fact["raw_digest"]
    )
