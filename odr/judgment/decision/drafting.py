"""Where a draft starts: filled from the claim, the answers, the findings and the tariff, so that the judge writes what
only they can.
"""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from odr.docket.models import Case, Party, Role
from odr.docket.queries import entries_of, parties
from odr.filing import names as filing_names
from odr.filing.models import Claim, Relief, ReliefKind
from odr.ground.text import Money, T, Text, side_by_side, write
from odr.hearing import names as hearing_names
from odr.judgment import names
from odr.judgment.decision.costs import propose_shares
from odr.judgment.decision.file_before_judge import CaseFile, case_file
from odr.judgment.decision.inputs import OrderInput
from odr.judgment.decision.papers import bare, history_words
from odr.judgment.decision.queries import reliefs_by_key
from odr.judgment.decision.retried import as_it_was_ordered, first_judgment
from odr.judgment.draft.standard_sentences import questions
from odr.judgment.models import Decision
from odr.judgment.vocabulary import FindingResult, OrderKind
from odr.procedure.acts.act_versions import input_of
from odr.procedure.forms.form_data import flatten
from odr.procedure.papers.language import QUOTED, language_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

ANSWERS = (filing_names.FILE_ANSWER, filing_names.ANSWER_COUNTERCLAIM, filing_names.ANSWER_THIRD_PARTY)
KINDS = {
    ReliefKind.MONEY: "pay",
    ReliefKind.PERFORMANCE: "do",
    ReliefKind.REMOVAL: "refrain",
    ReliefKind.APOLOGY: "do",
    ReliefKind.DECLARATION: "declare",
}


def draft_values(sitting: Sitting, case: Case, decision: Decision | None) -> dict[str, Any]:
    """Form values of the draft: what was last written, else a proposal in the language of the case. The language is always
    that of the case; an old draft may have been begun in that of somebody's screen.
    """
    if decision is not None:
        newest = entries_of(sitting.session, case, names.DRAFT_DECISION)
        if newest:
            return flatten(input_of(newest[-1])) | {"language": language_of(sitting, case)}
    return flatten(proposal(sitting, case))


def proposal(sitting: Sitting, case: Case) -> dict[str, Any]:
    """A first draft: everything awarded as asked, or where no fact was found, nothing; on a retrial what the first judgment
    ordered; costs to the losing side. The judge changes what they find otherwise.
    """
    file, locale = case_file(sitting, case), language_of(sitting, case)
    first = first_judgment(sitting, case)
    orders = (
        as_it_was_ordered(sitting, case, first)
        if first is not None
        else _orders(sitting, case, nothing_shown=_nothing_shown(file))
    )
    return {
        "kind": "judgment",
        "language": locale,
        "history": _history(sitting, case, locale),
        "claims": _claims(sitting, case, file, locale),
        "answers": _answers(sitting, case, locale),
        "issues": _issues(sitting, case, file, locale),
        "reasons": [{"text": _reasons(file), "articles": None}],
        "orders": orders,
        "costs": shares(sitting, case, orders),
    }


def _history(sitting: Sitting, case: Case, locale: str) -> str:
    return "\n".join(write(words, locale) for words in history_words(sitting, case))


def _claims(sitting: Sitting, case: Case, file: CaseFile, locale: str) -> str:
    """What each party asks the court for, then the facts it gives for it, in the third person."""
    heads: dict[int | None, list[tuple[Claim, Relief]]] = {}
    for claim, relief in reliefs_by_key(sitting.session, case).values():
        heads.setdefault(claim.party_id, []).append((claim, relief))
    said: list[Text] = []
    for party_id, asked in heads.items():
        numbered = [T("(%(number)s) %(what)s", number=n, what=_asked(c, r)) for n, (c, r) in enumerate(asked, 1)]
        said.append(
            T("%(name)s asks the court: %(heads)s.", name=case.name_of(party_id), heads=side_by_side(numbered, ";"))
        )
        told = [
            _third(f.fact.what, f.party, locale) for f in file.facts if f.party is not None and f.party.id == party_id
        ]
        if told:
            said.append(T("Facts and reasons: %(told)s.", told=side_by_side(told, ";")))
    return "\n".join(one.render(locale) for one in said)


def _asked(claim: Claim, relief: Relief) -> Text | str:
    """One head in words with its sum, if the words do not name it."""
    what = bare(relief.what)
    if relief.amount_minor:
        return T("%(what)s (%(amount)s)", what=what, amount=Money(relief.amount_minor, claim.currency))
    return what


FIRST_PERSON = re.compile("我们|我方|我公司|我司|我店|本公司|本人|(?<!自)我(?!国|市|省|区|县)")

KEPT = re.compile(QUOTED.pattern + '|[“‘「『《〈＂"].*')
"""What stands between marks of quotation, to the end where one is not closed."""

REPORTS = re.compile("说(?!明)|(?<!名)称(?!重)|讲|答|问(?!题)|写|喊|回复|表示|承诺|告知|通知|声明|留言|保证")
"""After one of these words whose “I” it is depends on who speaks, up to the end of the sentence."""

COLON = re.compile("[:：](?![0-9/“])")
"""After a colon without marks of quotation nobody sees where what was said ends: 「被告回复：不退款。我们没有错。」."""


def _third(words: str, party: Party | None, locale: str) -> Text | str:
    """What a party wrote of itself, in the third person: in Chinese by its role, in English between quotation marks."""
    plain = bare(words.replace("\n", " "))
    if locale == "zh-Hans":
        return in_third_person(plain, party.role.label.render(locale)) if party is not None else plain
    return T("“%(words)s”", words=plain)


def in_third_person(words: str, role: str) -> str:
    """Chinese words with the writer's “I” as ``role``. Nothing between quotation marks changes; and where an “I” follows
    somebody's being reported, everything is quoted as it was written: the court puts nobody's words into another's mouth.
    """
    parts, at = [], 0
    for quoted in KEPT.finditer(words):
        parts += [(words[at : quoted.start()], False), (quoted[0], True)]
        at = quoted.end()
    parts.append((words[at:], False))
    own = "".join("“”" if quoted else part for part, quoted in parts)
    if _after(COLON, own) or any(_after(REPORTS, sentence) for sentence in re.split("[。！？!?；;]", own)):
        # Inside marks of quotation those within are single, unless there are such already.
        inner = words if re.search("[‘’]", words) else words.replace("“", "‘").replace("”", "’")
        return f"“{inner}”"
    return "".join(part if quoted else FIRST_PERSON.sub(role, part) for part, quoted in parts)


def _after(sign: re.Pattern[str], words: str) -> bool:
    """Whether an “I” follows the first such sign."""
    found = sign.search(words)
    return found is not None and FIRST_PERSON.search(words, found.end()) is not None


def _answers(sitting: Sitting, case: Case, locale: str) -> str:
    said = []
    answered = set()
    for entry in sorted((e for act in ANSWERS for e in entries_of(sitting.session, case, act)), key=lambda e: e.number):
        who = case.party_if_any(entry.party_id)
        answered.add(entry.party_id)
        statement = _third(input_of(entry).get("statement") or "", who, locale)
        said.append(
            T("%(name)s answers: %(statement)s.", name=who.name if who else "", statement=statement).render(locale)
        )
    silent = [p.name for p in parties(case, Role.RESPONDENT) if p.id not in answered]
    if silent:
        said.append(T("%(names)s filed no answer.", names=side_by_side(silent)).render(locale))
    return "\n".join(said)


def _issues(sitting: Sitting, case: Case, file: CaseFile, locale: str) -> str:
    """The questions as the judge listed them for the parties (CPI 226); where none were listed the usual ones of the
    cause, then what is disputed in this case.
    """
    listed = entries_of(sitting.session, case, hearing_names.LIST_ISSUES)
    if listed:
        return "\n".join(input_of(listed[-1])["issues"])
    facts = [T("Is it so: “%(what)s”?", what=bare(f.fact.what)).render(locale) for f in file.facts if not f.undisputed]
    exhibits = [
        T("Can exhibit %(label)s (%(title)s) be relied on?", label=e.label, title=bare(e.exhibit.title)).render(locale)
        for e in file.exhibits
        if e.is_disputed
    ]
    return "\n".join([*questions(case.cause, locale), *facts, *exhibits])


def _reasons(file: CaseFile) -> str:
    return "\n".join(item.finding.reasons for item in file.items if item.finding is not None and item.finding.reasons)


def _nothing_shown(file: CaseFile) -> bool:
    """Whether every fact was looked at and none was found: an order to pay would say the opposite of the findings."""
    return bool(file.facts) and all(
        f.finding is not None and f.finding.result is FindingResult.REJECTED for f in file.facts
    )


def _orders(sitting: Sitting, case: Case, *, nothing_shown: bool) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for key, (claim, relief) in reliefs_by_key(sitting.session, case).items():
        who = case.party_if_any(claim.party_id)
        if who is None:
            continue
        other = next(
            (p for p in parties(case, Role.RESPONDENT if who.role is not Role.RESPONDENT else Role.CLAIMANT)), None
        )
        if nothing_shown and who.role is Role.CLAIMANT:
            rows.append({"kind": OrderKind.DISMISS.value, "relief": key})
            continue
        kind = KINDS[relief.kind]
        amount = {"minor": relief.amount_minor, "currency": relief.currency} if relief.amount_minor else None
        row = {
            "kind": kind,
            "relief": key,
            "debtor": other.label if other else None,
            "creditor": who.label,
            "amount": amount,
        }
        rows.append(row | ({} if kind == "pay" else {"what": relief.what}))
    return rows


def shares(sitting: Sitting, case: Case, orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The proposed shares of the fee in percent; the last one makes the sum whole."""
    given = [OrderInput.model_validate(o) for o in orders if o["kind"] != OrderKind.PAY.value or o.get("amount")]
    proposed = propose_shares(sitting, case, given)
    lines, left = [], Decimal(100)
    for place, (label, share) in enumerate(proposed.items(), 1):
        percent = left if place == len(proposed) else _percent(share)
        left -= percent
        lines.append({"party": label, "percent": f"{percent:f}"})
    return lines


def _percent(share: Fraction) -> Decimal:
    return (
        (Decimal(share.numerator) * 100 / Decimal(share.denominator))
        .quantize(Decimal("0.0001"), rounding=ROUND_DOWN)
        .normalize()
    )
