"""What is hidden of a decision: the people its docket knows, the candidates, and the public text that follows from the choices."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import BENCH_ROLES, Case, Party, PartyKind, Role, Seat, office_of
from odr.filing.models import Claim
from odr.ground.canonical import canonical, sha256_hex
from odr.hearing.models import Witness
from odr.identity.models import Account, Mandate
from odr.judgment.enforcement_remedies.deferral.models import EnforcementSecurity
from odr.judgment.enforcement_remedies.objections.queries import objections_of
from odr.judgment.enforcement_remedies.successors.models import DebtorChange
from odr.procedure.rules.redaction import Private
from odr.register.enforcement_list.models import ConsumptionOrder, Listing
from odr.register.enforcement_list.sanctions.models import ConductSanction, Sanction
from odr.register.publication.models import Publication, PublicationObjection
from odr.register.redaction.apply import apply
from odr.register.redaction.known import Candidate, Choice, Known, Standing, grouped, naming_of, open_candidates
from odr.register.redaction.propose import Pointed, propose
from odr.register.redaction.structure import PublicText
from odr.register.redaction.surnames import ENGLISH_FORMS, FORMS
from odr.service.models import ServiceAddress
from odr.service.vocabulary import Channel

if TYPE_CHECKING:
    from odr.procedure.rules.redaction import RedactionRules
    from odr.procedure.sitting import Sitting

CHANNELS = {Channel.EMAIL: Private.EMAIL, Channel.SMS: Private.PHONE}
_PLACE = re.compile(r"[,，;；:：(（]|(?<=[\u4e00-\u9fff])\s")
"""What parts the name of an officer from their place in the organisation."""
STAFF = (*sorted(BENCH_ROLES, key=lambda role: role.value), Role.CLERK)


@dataclass(frozen=True)
class Redaction:
    """A decision beside its public text: the original, every candidate, what was decided on each."""

    original: PublicText
    candidates: tuple[Candidate, ...]
    choices: Mapping[int, Choice]

    @property
    def groups(self) -> dict[int, tuple[Candidate, ...]]:
        """Candidates by number, with all their places."""
        return grouped(self.candidates)

    @property
    def open(self) -> tuple[int, ...]:
        """Numbers on which a person has still to decide."""
        return open_candidates(self.candidates, self.choices)

    @property
    def text(self) -> PublicText:
        """The public text as it would read now. Raises ValueError while a candidate is open."""
        return apply(self.original, self.candidates, self.choices)


def redaction_of(sitting: Sitting, case: Case, row: Publication, choices: Mapping[int, str] | None = None) -> Redaction:
    """A decision with its candidates as the rules of the case find them now, and the choices that are given or were kept.

    Names are replaced as in the case's earlier decisions, and what a party objected to is a candidate too.
    """
    original = PublicText.from_json(row.original)
    told = dict.fromkeys([*row.pointed, *_objected(sitting, row)])
    pointed = [Pointed(words, Private.OTHER, what=OBJECTED) for words in told]
    candidates = propose(
        original, known_in(sitting, case), rules_of(sitting, case), naming=_naming(sitting, row), pointed=pointed
    )
    if choices is not None:
        return Redaction(original, candidates, {number: Choice(choice) for number, choice in choices.items()})
    kept = {number: row.choices.get(key_of(places)) for number, places in grouped(candidates).items()}
    open_to = kept.keys() - fixed(candidates)
    return Redaction(original, candidates, {n: Choice(c) for n, c in kept.items() if c is not None and n in open_to})


OBJECTED = "objected"


def key_of(places: Sequence[Candidate]) -> str:
    """What a choice is kept under: numbers change when there is more to decide, the thing itself does not."""
    surfaces = dict.fromkeys(one.surface for one in places)
    return f"{places[0].kind.value}|{'|'.join(surfaces)}"


def _naming(sitting: Sitting, row: Publication) -> dict[str, str]:
    earlier = sitting.session.scalars(
        select(Publication.naming)
        .where(Publication.case_id == row.case_id, Publication.number <= row.number)
        .order_by(Publication.number)
    )
    return {key: name for naming in earlier for key, name in naming.items()}


def rules_of(sitting: Sitting, case: Case) -> RedactionRules:
    """What the rules of the case hide. Raises LookupError where they know no publication."""
    publication = sitting.pack(case).publication
    if publication is None:
        raise LookupError("the rules of the case publish nothing")
    return publication.rules


def _objected(sitting: Sitting, row: Publication) -> list[str]:
    found = sitting.session.scalars(
        select(PublicationObjection)
        .where(PublicationObjection.publication_id == row.id)
        .order_by(PublicationObjection.id)
    )
    return list(dict.fromkeys(passage for one in found for passage in one.passages))


def known_in(sitting: Sitting, case: Case) -> tuple[Known, ...]:
    """Everybody and everything the docket of a case knows by name: parties with all they are called, who acts for them, who
    was heard, where they are reached; and the court's own people, who are always shown.
    """
    return (
        *_parties(sitting, case),
        *_agents(sitting, case),
        *_heard(sitting, case),
        *_addresses(sitting, case),
        *_claims(sitting, case),
        *_officers(sitting, case),
        *_disturbers(sitting, case),
        *_objectors(sitting, case),
        *_in_an_enforcement(sitting, case),
        *_staff(sitting, case),
    )


def _told(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.strip() for value in values if value and value.strip()))


def _parties(sitting: Sitting, case: Case) -> list[Known]:
    found = []
    for party in case.parties:
        account = sitting.session.get(Account, party.account_id) if party.account_id is not None else None
        kind = Private.PERSON if party.kind is PartyKind.PERSON else Private.ORGANISATION
        aliases = [account.name] if account is not None and kind is Private.PERSON else []
        names = _told([party.name, *aliases, *_named_in(party.details, "known_as")])
        found.append(Known(kind, names, role=party.role.value, minor="guardian" in party.details))
        details = {key: value for key, value in party.details.items() if key != "before"}
        found += _before(party)
        people = _told([account.name] if account is not None and kind is Private.ORGANISATION else [])
        people += _told(_named_in(details, "name", "legal_representative", "contact"))
        found.extend(
            Known(Private.PERSON, (name,), role="representative", represents_by_law=True)
            for name in people
            if name not in names
        )
        found.extend(
            Known(Private.ID_NUMBER, (number,), role=party.role.value)
            for number in _told(_named_in(details, "id_number", "number", "licence_number"))
        )
    return found


def _before(party: Party) -> list[Known]:
    """Whoever stood in the party's place before, as what they are: a company is also found by its short name, and a child
    with who acted for it.
    """
    found = []
    for one in party.details.get("before", []):
        if one.get("name", "").strip() and one["name"].strip() != party.name.strip():
            kind = Private.PERSON if one.get("kind") == PartyKind.PERSON.value else Private.ORGANISATION
            found.append(Known(kind, _told([one["name"]]), role=party.role.value, minor="guardian" in one))
        found += [
            Known(Private.PERSON, (name,), role="representative", represents_by_law=True)
            for name in _told([one.get("guardian")])
        ]
    return found


def _named_in(details: Any, *keys: str) -> list[str]:
    """Strings under these keys, however deep."""
    if isinstance(details, Mapping):
        here = [value for key, value in details.items() if key in keys and isinstance(value, str)]
        return here + [one for value in details.values() for one in _named_in(value, *keys)]
    if isinstance(details, Sequence) and not isinstance(details, str):
        return [one for value in details for one in _named_in(value, *keys)]
    return []


def _agents(sitting: Sitting, case: Case) -> list[Known]:
    names = sitting.session.scalars(
        select(Account.name).join(Mandate, Mandate.account_id == Account.id).where(Mandate.case_id == case.id)
    )
    return [Known(Private.PERSON, (name,), role="representative") for name in _told(names)]


def _heard(sitting: Sitting, case: Case) -> list[Known]:
    witnesses = sitting.session.execute(
        select(Witness.name, Witness.role, Witness.email).where(Witness.case_id == case.id)
    )
    found = [Known(Private.PERSON, (name.strip(),), role=role.value) for name, role, _ in witnesses if name.strip()]
    seated = sitting.session.execute(
        select(Account.name, Seat.role).join(Seat, Seat.account_id == Account.id).where(Seat.case_id == case.id)
    )
    heard = {(name, role) for name, role in seated if role not in STAFF and role is not Role.PRESIDENT}
    return found + [
        Known(Private.PERSON, (name,), role=role.value) for name, role in sorted(heard, key=str) if name.strip()
    ]


def _addresses(sitting: Sitting, case: Case) -> list[Known]:
    ids = [party.id for party in case.parties]
    rows = sitting.session.execute(
        select(ServiceAddress.channel, ServiceAddress.value).where(ServiceAddress.party_id.in_(ids))
    )
    told: list[tuple[Private, str | None]] = [
        (CHANNELS.get(channel, Private.ADDRESS), value) for channel, value in rows
    ]
    for party in case.parties:
        told += [(Private.EMAIL, party.email), (Private.PHONE, party.phone), (Private.ADDRESS, party.address)]
    unique = dict.fromkeys((kind, value.strip()) for kind, value in told if value and value.strip())
    return [Known(kind, (value,)) for kind, value in unique]


def _claims(sitting: Sitting, case: Case) -> list[Known]:
    found = []
    for shop, order in sitting.session.execute(select(Claim.shop, Claim.order_number).where(Claim.case_id == case.id)):
        found += [Known(Private.ORGANISATION, (shop.strip(),), role="shop")] if shop and shop.strip() else []
        found += [Known(Private.ORDER_NUMBER, (order.strip(),))] if order and order.strip() else []
    return found


def _officers(sitting: Sitting, case: Case) -> list[Known]:
    """Who of an organisation was to be fined, detained, listed or barred from costly consumption with it: the name, without the place
    in it that stands behind.
    """
    bars = sitting.session.scalars(select(ConsumptionOrder.people).where(ConsumptionOrder.case_id == case.id))
    told = [
        *(one for people in bars for one in people),
        *sitting.session.scalars(select(Sanction.officer).where(Sanction.case_id == case.id)),
        *sitting.session.scalars(select(ConductSanction.officer).where(ConductSanction.case_id == case.id)),
        *sitting.session.scalars(select(Listing.head).where(Listing.case_id == case.id)),
    ]
    names = _told(_PLACE.split(one.strip())[0] for one in told if one)
    return [Known(Private.PERSON, (name,), role="representative", represents_by_law=True) for name in names]


def _disturbers(sitting: Sitting, case: Case) -> list[Known]:
    """Who was to be fined or detained for what they did in a hearing or in the proceedings, and is no party."""
    rows = sitting.session.execute(
        select(ConductSanction.name, ConductSanction.role).where(
            ConductSanction.case_id == case.id, ConductSanction.party_id.is_(None)
        )
    )
    told = {(name.strip(), role.value) for name, role in rows}
    return [Known(Private.PERSON, (name,), role=role) for name, role in sorted(told) if name]


def _objectors(sitting: Sitting, case: Case) -> list[Known]:
    """Who objected to an enforcement and is no party, and where they are reached."""
    found = []
    for one in objections_of(sitting.session, case):
        if not one.outsider or not one.outsider.strip():
            continue
        name = one.outsider.strip()
        found.append(Known(_kind_of(name), (name,), role="outsider"))
        told = (Private.EMAIL, one.email), (Private.ADDRESS, one.address)
        found += [Known(kind, (value.strip(),)) for kind, value in told if value and value.strip()]
    return found


def _in_an_enforcement(sitting: Sitting, case: Case) -> list[Known]:
    """Who gave security in an enforcement, or was named as its debtor and is none, and where they are reached."""
    found = []
    given = select(EnforcementSecurity.giver, EnforcementSecurity.address).where(EnforcementSecurity.case_id == case.id)
    named = select(DebtorChange).where(DebtorChange.case_id == case.id)
    for giver, address in sitting.session.execute(given):
        found += _outside("guarantor", giver, None, (Private.ADDRESS, address))
    mine = {party.name.strip() for party in case.parties}
    for row in sitting.session.scalars(named):
        reached = (Private.EMAIL, row.email), (Private.PHONE, row.phone), (Private.ADDRESS, row.address)
        found += _outside("successor", row.name if (row.name or "").strip() not in mine else None, row.kind, *reached)
    return found


def _outside(role: str, name: str | None, kind: PartyKind | None, *reached: tuple[Private, str | None]) -> list[Known]:
    found = []
    for one in _told([name]):
        is_person = kind is PartyKind.PERSON if kind is not None else _kind_of(one) is Private.PERSON
        found.append(Known(Private.PERSON if is_person else Private.ORGANISATION, (one,), role=role))
    return found + [Known(what, _told([value])) for what, value in reached if _told([value])]


def _kind_of(name: str) -> Private:
    """Whether a name is one of an organisation, by how it ends; nobody is of four signs and a shop."""
    is_firm = len(name) > 4 and name.endswith(tuple(FORMS))
    return Private.ORGANISATION if is_firm or name.lower().rstrip(".").split()[-1] in ENGLISH_FORMS else Private.PERSON


def _staff(sitting: Sitting, case: Case) -> list[Known]:
    rows = sitting.session.execute(
        select(Account.name, Seat.role).join(Seat, Seat.account_id == Account.id).where(Seat.case_id == case.id)
    )
    sitting_here = {(name, office_of(role)) for name, role in rows if role in (*STAFF, Role.PRESIDENT)}
    return [Known(Private.PERSON, (name,), role=role.value, keep=True) for name, role in sorted(sitting_here, key=str)]


def seen(redaction: Redaction) -> str:
    """The candidates somebody was shown, as a digest: numbers given for others are not taken for these."""
    return sha256_hex(
        canonical([[c.number, c.block, c.cell, c.start, c.end, c.surface, c.kind.value] for c in redaction.candidates])
    )


def digest_of(text: Mapping[str, Any]) -> str:
    """The digest of a public text: over its canonical JSON, the same for whoever takes it."""
    return sha256_hex(canonical(text))


def salted(row: Publication, text: PublicText) -> PublicText:
    """A public text with its salt: made of the reference of the decision, which nobody outside the case knows, so that the
    same words have the same digest again, and other words one that cannot be guessed.
    """
    plain = canonical(replace(text, salt="").as_json())
    return replace(text, salt=hmac.new(row.reference.encode(), plain, hashlib.sha256).hexdigest())


def summary(redaction: Redaction, text: PublicText) -> list[dict[str, Any]]:
    """What was replaced and cut in a public text, by kind of thing and rule: how many things, at how many places. It tells
    nothing of what stood there.
    """
    places: Counter[tuple[str, str, str]] = Counter()
    for block in text.blocks:
        places.update((mark.private, mark.kind.value, mark.article) for mark in block.marks)
    things: dict[tuple[str, str], set[int]] = {}
    for number, group in redaction.groups.items():
        for one in group:
            things.setdefault((one.kind.value, one.article), set()).add(number)
    provisional = {(one.kind.value, one.article) for one in redaction.candidates if one.provisional}
    return [
        {
            "what": what,
            "how": how,
            "article": article,
            "things": len(things.get((what, article), ())) or count,
            "places": count,
            "provisional": (what, article) in provisional,
        }
        for (what, how, article), count in sorted(places.items())
    ]


def fixed(candidates: Iterable[Candidate]) -> set[int]:
    """Numbers on which nobody has a choice."""
    return {one.number for one in candidates if one.choice in (Standing.FIXED, Standing.KEPT)}


__all__ = [
    "Redaction",
    "digest_of",
    "fixed",
    "key_of",
    "known_in",
    "naming_of",
    "redaction_of",
    "rules_of",
    "salted",
    "seen",
    "summary",
]
