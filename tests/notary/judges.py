"""Which program refuses which attack: the table of ``tests/notary/test_judges.py`` and of ``docs/attacks.md``.

``python -m tests.notary.judges`` writes the document.
"""

# ruff: noqa: E501 - rows of a table in a document are one line each
from __future__ import annotations

from pathlib import Path

from tests.attacks import database_section, section

JUDGES = ("court", "sha256sum", "openssl", "openssl ts", "rfc3161-client", "litetlog", "pymerkle")
"""In order; the first is our own verifier. pymerkle judges as an oracle: it builds the tree and its proof anew."""

ATTACKS: dict[str, str] = {
    "nothing": "A A A A A A A",
    "one bit of the file": "R R · · · · ·",
    "file cut short": "R R · · · · ·",
    "file made longer": "R R · · · · ·",
    "file empty": "R R · · · · ·",
    "receipt shown in another case": "R · · · · · ·",
    "receipt altered": "R R · · · · ·",
    "receipt in another spelling, leaf fitted": "R A · · · R R",
    "receipt and leaf rewritten": "R A · · · R R",
    "weaker algorithm in the leaf": "R R · · · R R",
    "inner node as leaf": "R R · · · R R",
    "proof of the neighbour": "R · · · · R R",
    "index one higher": "R · · · · R R",
    "index beyond the tree": "R · · · · R R",
    "hash too many": "R · · · · R R",
    "hash missing": "R · · · · R R",
    "hash of zeroes": "R · · · · R R",
    "hashes exchanged": "R · · · · R R",
    "another root, signed": "R · A · · R R",
    "another size, not signed": "R · R · · R R",
    "one bit of the signature": "R · R · · R ·",
    "size with leading zero, signed": "R · A · · R ·",
    "size in full-width digits, signed": "R · A · · R ·",
    "size with underscore, signed": "R · A · · R ·",
    "root without padding, signed": "R · A · · R ·",
    "carriage returns": "R · R · · R ·",
    "last newline missing": "R · A · · R ·",
    "signature given twice": "R · A · · A ·",
    "good and bad signature of the log": "R · A · · A ·",
    "signature of a stranger added": "A · A · · A ·",
    "signed by a stranger's key under the log's name": "R · R · · R ·",
    "another origin, signed": "R · A · · R ·",
    "token of another checkpoint": "R · · R R · ·",
    "one bit of the token": "R · · R R · ·",
    "token answers another request": "R · · A R · ·",
    "token from the future": "R · · A A · ·",
    "token older than the receipt": "R · · A R · ·",
    "read after the certificate ended": "A · · R A · ·",
    "token under another root": "R · · R R · ·",
}
"""R refuses, A accepts, · does not look at that part (and accepts the rest)."""

NOTES: dict[str, str] = {
    "receipt in another spelling, leaf fitted": "sha256sum compares digests and reads no JSON; that the leaf is in no log it cannot know.",
    "receipt and leaf rewritten": "Receipt and leaf agree with one another, which is all sha256sum is asked. Only the log tells that this leaf never stood in it.",
    "another root, signed": "openssl checks that the log signed these bytes, which is true; that no leaf leads to that root it does not compute.",
    "size with leading zero, signed": "openssl checks a signature over bytes and reads no number.",
    "size in full-width digits, signed": "As before. A lax reader (Python's `int()`) would take it for 300.",
    "size with underscore, signed": "As before; Python's `int()` would take it, too.",
    "root without padding, signed": "As before: openssl reads no root.",
    "last newline missing": "For openssl a person cuts text and signature out by hand, and the missing newline is not in either part.",
    "signature given twice": "litetlog takes the first line of a key and passes over further ones; openssl is given one line. We refuse, since a note has one spelling.",
    "good and bad signature of the log": "litetlog has believed the first line and does not look at the second of the same key. The standard lets a verifier do so; we take a known key's bad signature for an attempt.",
    "another origin, signed": "openssl knows keys and no names; which log it is, the others read from the note.",
    "token answers another request": "`openssl ts -verify -data` is not given the request and so compares no nonce; with `-queryfile` it would.",
    "token from the future": "Neither openssl nor rfc3161-client bounds the time a token states. We do: not before the receipt was written, not after now.",
    "token older than the receipt": "openssl judges the certificate at the moment it is given; rfc3161-client at the token's own time, when there was no certificate yet.",
    "read after the certificate ended": "openssl judges at the moment of reading unless `-attime` names the token's; a token proves its time when its certificate was good then. Renewals keep that believable (`flask log renew`).",
}

HEAD = """# Attacks, and who refuses them

What the court hands out is checked by programs nobody here wrote. This page is made from the table that
`tests/notary/test_judges.py` runs: each attack before each program that can judge it. **R** refuses, **A** accepts, **·** does not
look at that part. *court* is our own verifier; *openssl* is `pkeyutl -verify` over the tree head; *litetlog* is `spicy-litetlog -verify`;
*pymerkle* builds the tree of all entries and compares root and path.

"""

MORE = """
## Attacks on more than a receipt

| Attack | Judges | Test |
|---|---|---|
| bag rewritten consistently, unlisted tag file, `fetch.txt`, paths that lead out, names alike, bombs | our kit verifier refuses; `bagit.py` accepts the consistent rewriting, since manifests prove nothing | `tests/evidence/test_kit.py` |
| key taken from the kit; everything signed anew by a forger | our verifier refuses by the fingerprint from outside; bagit.py accepts | `tests/evidence/test_kit.py` |
| changes to a sealed PDF: update after sealing, second signature, page turned | pyHanko refuses; pdfsig calls a turned page valid, so pyHanko judges | `tests/papers/test_seal.py` |
| a countersigned paper in a case file: the issued one alone, another size, beginning or order, a later entry of another paper, a changed byte | our kit verifier takes what was issued for the beginning of the file only where a later entry of the same paper names the whole | `tests/evidence/test_kit_signed_again.py` |
| split view, rollback, another past, wrong tile, wrong or missing entry, over HTTP | our monitor names each; an honest log made by litetlog passes | `tests/notary/test_monitor.py` |
| forged tree before a witness: other root at a size, other past, hash too many or missing, stranger's signature | litewitness (Debian) refuses each, accepts the true tree; two roots at one size it calls 422, the standard now 409 | `tests/notary/test_litewitness.py` |
| the same before a witness that cosigns, and a court set back to an older copy; the witness restarted | aics-witness (PyPI, C2SP tlog-witness 1.1) cosigns the true tree and no other, and keeps each lie as evidence; its authors' aics-tlog accepts the cosigned head | `tests/notary/test_cosignature.py` |
| database, published log and signer's memory set back together | aics-witness alone knows it: 409, later 422; the vault signs nothing until an operator answers, and log, metrics, doctor and readiness say so | `tests/notary/test_refusals.py`, `tests/ops/test_witness_alarm.py` |
| node as leaf, sizes around powers of two and tiles, equal leaves, m = 0, m = n, empty | our verifier; pymerkle gives the same roots and paths | `tests/notary/test_tree.py` |
| flipped bits in tiles, entries, checkpoints; database set back; crash at each step; two writers | audit, signer and monitor | `tests/notary/test_faults.py`, `tests/faults` |
| the newest entry taken off a docket by whoever owns the database, triggers down, counters set back; its number given again; its receipt deleted, or made to look erased | docket audit and log audit go from receipts and log lines to entries and name case, number and hour; `log lost` tells the holder of the receipt; no second entry is signed under a receipted number. Forged rows of an erased upload would explain an erased receipt to the audits: then the party's own receipt tells, *LOST* | `tests/faults/test_entry_taken_out.py` |
| a row that repeats the docket changed by whoever owns the database, triggers down: stage, a time limit, its last day with its working, a party, an order or what is owed, a fee, a payment, a refund, a booking | docket audit rebuilds each from the entries and names case, entry and row; where no entry says it (an address, the start of a time limit, a sum a settlement makes owed) nothing is compared | `tests/demo/test_rows_against_docket.py` |
| SHA-1 request, wrong policy, missing or further purpose of a certificate, serial after a restart, clock set back | our authority and verifier, openssl | `tests/notary/test_time.py` |
| renewals of a time token changed, exchanged, missing, late, too weak; pieces of a hash renewal (line, path, tree head, statement, tokens) | our kit verifier, by openssl, names each; openssl accepts the honest ones, pymerkle builds the same SHA-512 tree | `tests/evidence/test_kit_renewed.py`, `test_kit_rehashed.py`, `tests/notary/test_rounds.py` |
| frozen key, wrong key's use, downgrade of a signature's type | vault and verifier | `tests/notary/test_vault.py`, `test_note.py` |
| lying offsets, other bytes on resuming, two writers, damaged pieces, 10,000 mutated uploads | the upload desk | `tests/evidence/test_tus.py`, `test_form.py` |
| SVG, HTML, PDF and polyglots opened in a browser | Chromium: no script runs | `tests/evidence/test_browser.py` |
| a page that sends the court's browser inside, never ends, eats memory | the gate and the bounded child | `tests/evidence/test_capture.py` |
"""


def table() -> str:
    """The document."""
    lines = ["| Attack | " + " | ".join(JUDGES) + " |", "|---|" + "---|" * len(JUDGES)]
    lines += [f"| {name} | " + " | ".join(row.split()) + " |" for name, row in ATTACKS.items()]
    told = [f"- **{name}**: {why}" for name, why in NOTES.items()]
    return (
        HEAD
        + "\n".join(lines)
        + "\n\n## Where they disagree, and why\n\n"
        + "\n".join(told)
        + "\n"
        + MORE
        + database_section()
        + section()
    )


if __name__ == "__main__":
    (Path(__file__).resolve().parents[2] / "docs" / "attacks.md").write_text(table(), encoding="utf-8")
