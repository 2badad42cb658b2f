"""The shapes of the API's answers, as JSON Schema of OpenAPI 3.1. Nothing that is not named here is answered."""

from __future__ import annotations

from typing import Any

from odr.evidence.models import PartKind

Schema = dict[str, Any]

WORDS: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer", "minimum": 0}
FLAG: Schema = {"type": "boolean"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
DIGEST: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
REFERENCE: Schema = {"type": "string", "pattern": "^[a-z2-7]{26}$"}
BOTH: Schema = {"type": "object", "required": ["en", "zh-Hans"], "additionalProperties": WORDS}
"""The same words in every language of the court."""
FREE: Schema = {"type": "object"}
FILE: Schema = {"type": "string", "contentEncoding": "base64"}


def thing(**fields: Schema) -> Schema:
    """An object with exactly these members."""
    return {"type": "object", "required": list(fields), "properties": fields, "additionalProperties": False}


def many(of: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": of}


def maybe(of: Schema) -> Schema:
    """The same or null."""
    return {"anyOf": [of, {"type": "null"}]}


def ref(name: str) -> Schema:
    """A schema of :data:`SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


ACT_STATE = {
    "act": WORDS,
    "open": FLAG,
    "reason": maybe(BOTH),
    "rule": maybe(BOTH),
    "premise": maybe(WORDS),
    "code_needed": FLAG,
}

_UPLOAD: dict[str, Schema] = {
    "upload": REFERENCE,
    # None while the file waits for the malware scanner.
    "sha256": maybe(DIGEST),
    "size": NUMBER,
    "media_type": maybe(WORDS),
    "receipt": maybe(REFERENCE),
}
_BATCH: dict[str, Schema] = {
    "batch": REFERENCE,
    "title": WORDS,
    "count": NUMBER,
    "list_sha256": DIGEST,
    "received_at": INSTANT,
}
_LINE = thing(
    position=NUMBER,
    sha256=DIGEST,
    name=maybe(WORDS),
    size=maybe(NUMBER),
    made_at=maybe(WORDS),
    note=maybe(WORDS),
    receipt=REFERENCE,
    upload=maybe(REFERENCE),
)
_BULK_LINE = thing(
    line=NUMBER,
    state={"type": "string", "enum": ["waiting", "lodged", "refused", "failed"]},
    case=maybe(REFERENCE),
    faults=many({"type": "object", "required": ["at", "en", "zh-Hans"], "additionalProperties": WORDS}),
)

_PASSAGE = thing(
    id=WORDS,
    source={"type": "string", "enum": ["help", "law", "cause", "period"]},
    title=WORDS,
    text=WORDS,
    articles=maybe(WORDS),
    cited=maybe(WORDS),
    dated={"type": "string", "format": "date"},
    url={"type": "string", "format": "uri"},
)
_OFTEN_CITED = thing(key=WORDS, words=WORDS, url=maybe({"type": "string", "format": "uri"}), count=NUMBER)
_DAY: Schema = {"type": "string", "format": "date"}
_LISTED = thing(
    number=NUMBER,
    name=WORDS,
    identity=WORDS,
    sex=maybe({"type": "string", "enum": ["female", "male"]}),
    age=maybe(NUMBER),
    representative=maybe(WORDS),
    conditions=many(thing(what=WORDS, article=WORDS)),
    facts=WORDS,
    duties=many(thing(what=WORDS, paid_minor=maybe(NUMBER), open_minor=maybe(NUMBER), currency=maybe(WORDS))),
    decision=WORDS,
    enforcement=WORDS,
    applied_on=maybe(_DAY),
    decided_on=_DAY,
    decided_by=WORDS,
    served_on=maybe(_DAY),
    until=maybe(_DAY),
    costly_consumption_barred=FLAG,
    records=many(thing(record=NUMBER, sha256=DIGEST)),
    proof=thing(entry=FREE, salt=WORDS),
)
_STANDARD = thing(
    format={"const": "court-evidence-standard/1"},
    cause=WORDS,
    title=BOTH,
    rules=WORDS,
    since=_DAY,
    until=maybe(_DAY),
    versions=many(_DAY),
    provisional=maybe(BOTH),
    facts=many(
        thing(
            key=WORDS,
            fact=BOTH,
            bears={"type": "string", "enum": ["claimant", "respondent"]},
            article=WORDS,
            cited=BOTH,
            shown_by=many(thing(key=WORDS, label=BOTH)),
            provisional=maybe(BOTH),
        )
    ),
)
_FOUND_DECISION = thing(
    address=WORDS,
    url={"type": "string", "format": "uri"},
    title=WORDS,
    case_number=WORDS,
    court=WORDS,
    kind=WORDS,
    language=WORDS,
    decided_on={"type": "string", "format": "date"},
    cause=maybe(WORDS),
    judges=many(WORDS),
    outcome=maybe(WORDS),
    awarded_minor=maybe(NUMBER),
    currency=maybe(WORDS),
    articles=many(WORDS),
    cites=many(WORDS),
    version=NUMBER,
    text_sha256=DIGEST,
    passages=many(many(thing(words=WORDS, found=FLAG))),
)

_SUM = thing(minor={"type": "integer"}, currency=WORDS)
_LIKE = thing(
    address=WORDS,
    url={"type": "string", "format": "uri"},
    title=WORDS,
    case_number=WORDS,
    court=WORDS,
    language=WORDS,
    decided_on=_DAY,
    outcome=maybe(WORDS),
    awarded=maybe(_SUM),
    shared=thing(
        cause=FLAG, articles=many(WORDS), words=many(WORDS), share={"type": "number", "minimum": 0, "maximum": 1}
    ),
)
_SIMILAR: dict[str, Schema] = {
    "format": {"const": "court-similar/1"},
    "ready": FLAG,
    "cut_after": maybe(NUMBER),
    "least": NUMBER,
    "note": maybe(WORDS),
}
_REACH = thing(cases=NUMBER, low=_SUM, first=_SUM, third=_SUM, high=_SUM)
_GUIDING = thing(
    number=NUMBER,
    title=WORDS,
    gist=WORDS,
    published=_DAY,
    replaced_by=maybe(NUMBER),
    same_cause=FLAG,
    articles=many(WORDS),
)

SCHEMAS: dict[str, Schema] = {
    "LikeAClaim": thing(
        **_SIMILAR,
        decisions=many(_LIKE),
        together=maybe(thing(cases=NUMBER, outcomes=many(thing(outcome=WORDS, cases=NUMBER)), awarded=maybe(_REACH))),
    ),
    "LikeACase": thing(
        **_SIMILAR,
        articles=many(WORDS),
        steps=many(
            thing(
                rank={"type": "string", "enum": ["guiding", "supreme", "high", "own"]}, since=maybe(_DAY), found=NUMBER
            )
        ),
        guiding=many(_GUIDING),
        decisions=many(_LIKE),
    ),
    "FoundDecisions": thing(
        format={"const": "court-search/1"},
        question=WORDS,
        shown_instead=maybe(WORDS),
        filters={"type": "object", "additionalProperties": WORDS},
        order={"type": "string", "enum": ["best", "newest"]},
        total=NUMBER,
        decisions=many(_FOUND_DECISION),
        facets={"type": "object", "additionalProperties": many(thing(value=WORDS, count=NUMBER))},
        next=maybe({"type": "string", "format": "uri"}),
    ),
    "MostCited": thing(
        format={"const": "court-cited/1"},
        articles=many(_OFTEN_CITED),
        articles_total=NUMBER,
        decisions=many(_OFTEN_CITED),
        decisions_total=NUMBER,
    ),
    "ListedPersons": thing(
        format={"const": "court-list-lookup/1"},
        entries=many(_LISTED),
    ),
    "GuideAnswer": thing(
        format={"const": "court-guide/1"},
        outcome={"type": "string", "enum": ["found", "unknown", "not_ours"]},
        language={"type": "string", "enum": ["en", "zh-Hans"]},
        passages=many(_PASSAGE),
        instead=maybe(_PASSAGE),
    ),
    "EvidenceStandard": _STANDARD,
    "EvidenceStandards": thing(standards=many(_STANDARD)),
    "EvidenceGaps": thing(
        format={"const": "court-evidence-gaps/1"},
        cause=WORDS,
        standard_since=maybe(_DAY),
        open=FLAG,
        facts=many(thing(number=NUMBER, what=WORDS, needs_no_proof=FLAG, lacks=many(BOTH))),
        not_there_yet=many(thing(fact=WORDS, words=BOTH, missing=many(thing(key=WORDS, label=BOTH)))),
    ),
    "BulkKept": thing(bulk=REFERENCE, total=NUMBER),
    "Bulk": thing(
        bulk=REFERENCE,
        total=NUMBER,
        done=NUMBER,
        finished_at=maybe(INSTANT),
        counts={"type": "object", "additionalProperties": NUMBER},
        lines=many(_BULK_LINE),
    ),
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"type": "string", "pattern": "^urn:court:problem:"},
            "title": WORDS,
            "status": {"type": "integer"},
            "detail": WORDS,
            "source": WORDS,
            "rule": WORDS,
            "errors": many(thing(at=WORDS, message=WORDS)),
            "open_acts": many(WORDS),
        },
        "additionalProperties": False,
    },
    "Money": thing(minor={"type": "integer"}, currency={"type": "string", "pattern": "^[A-Z]{3}$"}),
    "Receipt": thing(
        case=REFERENCE,
        case_number=maybe(WORDS),
        entry=NUMBER,
        act=WORDS,
        digest=DIGEST,
        receipt=REFERENCE,
        recorded_at=INSTANT,
        words=BOTH,
    ),
    "Proof": thing(
        log=maybe(WORDS),
        index=maybe(NUMBER),
        witnessed_by=NUMBER,
        files={
            "type": "object",
            "required": ["receipt.json", "receipt.leaf"],
            "properties": dict.fromkeys(
                ("receipt.json", "receipt.leaf", "receipt.leaf.tlog-proof", "checkpoint", "checkpoint.tsr"), FILE
            ),
            "patternProperties": {
                r"^checkpoint\.renewal-[1-9][0-9]*\.tsr$": FILE,
                r"^renewal-[1-9][0-9]*\.(entry|checkpoint|statement(\.tsr|\.renewal-[1-9][0-9]*\.tsr)?)$": FILE,
            },
            "additionalProperties": False,
        },
    ),
    "Mediators": thing(
        mediators=many(
            thing(
                mediator=WORDS,
                name=WORDS,
                organisation=maybe(WORDS),
                fields=many(WORDS),
                good_at=WORDS,
                speaks=many(WORDS),
                cost=maybe(WORDS),
                full=FLAG,
                outcomes=BOTH,
            )
        )
    ),
    "Cases": thing(
        cases=many(thing(reference=REFERENCE, number=maybe(WORDS), title=WORDS, stage=WORDS)),
        total=NUMBER,
        next=maybe(WORDS),
    ),
    "Desk": thing(
        tasks=many(
            thing(
                case=REFERENCE,
                number=maybe(WORDS),
                title=WORDS,
                stage=WORDS,
                role=WORDS,
                task=BOTH,
                act=maybe(WORDS),
                risk=NUMBER,
                due_at=maybe(INSTANT),
            )
        ),
        total=NUMBER,
        next=maybe(WORDS),
    ),
    "ActState": thing(**ACT_STATE),
    "Act": thing(
        **ACT_STATE,
        version=NUMBER,
        source=maybe(WORDS),
        choices={"type": "object", "additionalProperties": many(thing(value=WORDS, label=WORDS))},
    ),
    "Entry": thing(
        entry=NUMBER,
        act=WORDS,
        by=WORDS,
        effective_at=INSTANT,
        recorded_at=INSTANT,
        digest=DIGEST,
        receipt=REFERENCE,
        content=maybe(FREE),
    ),
    "Exhibit": thing(
        label=WORDS,
        reference=REFERENCE,
        title=WORDS,
        state=WORDS,
        of_court=FLAG,
        facts=many(NUMBER),
        sha256=maybe(DIGEST),
        size=maybe(NUMBER),
        media_type=maybe(WORDS),
        files=many(
            thing(
                **{"as": {"type": "string", "enum": [kind.value for kind in PartKind]}},
                place=NUMBER,
                sha256=maybe(DIGEST),
                size=maybe(NUMBER),
                media_type=maybe(WORDS),
            )
        ),
        entry=maybe(NUMBER),
    ),
    "Document": thing(
        reference=REFERENCE,
        kind=WORDS,
        title=FREE,
        sha256=DIGEST,
        size=NUMBER,
        entry=maybe(NUMBER),
        receipt=maybe(REFERENCE),
        made_at=INSTANT,
    ),
    "Case": thing(
        reference=REFERENCE,
        number=maybe(WORDS),
        title=WORDS,
        stage=WORDS,
        track=WORDS,
        outcome=maybe(WORDS),
        role=WORDS,
        acting_for=WORDS,
        may_act_for=many(WORDS),
        parties=many(thing(reference=REFERENCE, label=WORDS, name=WORDS, name_mark=maybe(BOTH), online=FLAG)),
        windows=many(thing(kind=WORDS, title=BOTH, due_at=maybe(INSTANT), mine=FLAG, working=FREE)),
        next=maybe(
            thing(
                words=BOTH,
                until=maybe(INSTANT),
                act=maybe(WORDS),
                asks=FLAG,
                awaited=many(thing(words=BOTH, until=maybe(INSTANT))),
            )
        ),
        acts=many(ref("ActState")),
        docket=many(ref("Entry")),
        exhibits=many(ref("Exhibit")),
        documents=many(ref("Document")),
    ),
    "Upload": thing(**_UPLOAD),
    "Uploads": thing(
        files=many({"anyOf": [thing(filename=WORDS, **_UPLOAD), thing(filename=WORDS, problem=ref("Problem"))]})
    ),
    "DigestBatch": thing(**_BATCH),
    "DigestLine": _LINE,
    "DigestLines": thing(**_BATCH, lines=many(_LINE)),
    "Fees": thing(
        fees=many(
            thing(
                assessment=REFERENCE,
                payer=WORDS,
                matter=WORDS,
                what=BOTH,
                state=WORDS,
                amount=ref("Money"),
                left=ref("Money"),
                steps=many(thing(words=BOTH, amount=ref("Money"), article=BOTH)),
                due_at=maybe(INSTANT),
                paid_at=maybe(INSTANT),
                transfer_code=WORDS,
                payable=FLAG,
            )
        )
    ),
    "PaymentPage": thing(url={"type": "string", "format": "uri"}),
    "Examination": thing(
        mode=maybe(WORDS),
        phases=many(thing(key=WORDS, title=BOTH, article=WORDS, state=WORDS, until=maybe(INSTANT))),
        questions=many(
            thing(
                reference=REFERENCE, number=NUMBER, to=WORDS, words=WORDS, state=WORDS, mine=FLAG, until=maybe(INSTANT)
            )
        ),
        record_digest=maybe(DIGEST),
    ),
    "Decisions": thing(
        decisions=many(
            thing(
                reference=REFERENCE,
                kind=WORDS,
                state=WORDS,
                issued_at=maybe(INSTANT),
                effective_at=maybe(INSTANT),
                document=maybe(REFERENCE),
                sha256=maybe(DIGEST),
            )
        )
    ),
    "Accounts": thing(
        accounts=many(thing(party=WORDS, holder=WORDS, bank=WORDS, account=WORDS, since=maybe(INSTANT), changed=FLAG))
    ),
    "Letter": thing(
        code=WORDS,
        what=BOTH,
        asked=maybe(BOTH),
        due_at=maybe(INSTANT),
        held_at=maybe(INSTANT),
        off_at=maybe(INSTANT),
        amount=maybe(ref("Money")),
        reference=REFERENCE,
        subject=WORDS,
        body=maybe(WORDS),
        placed_at=INSTANT,
        read_at=maybe(INSTANT),
    ),
    "Inbox": thing(letters=many(ref("Letter"))),
    "Reading": thing(at=INSTANT, name=WORDS, capacity=BOTH, by=BOTH, what=BOTH),
    "Readings": thing(readings=many(ref("Reading")), before=maybe(NUMBER)),
}
