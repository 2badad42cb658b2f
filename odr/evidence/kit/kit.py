"""The evidence kit and the case file: files, docket and proofs in one bag, with the program that checks them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from odr.evidence.kit.bag import BagWriter
from odr.ground.canonical import canonical
from odr.notary.log.handed_out import ReceiptFiles
from odr.notary.log.note import NoteKey

FORMAT = "odr-kit@v1"
VERIFIER = Path(__file__).with_name("verifier.py")
DOCKET = "docket.jsonl"
README = """This bag holds files of a court with the proofs that they are unchanged.

To check it you need Python 3.9 or newer, openssl, and the fingerprint of the court's log key. Take the
fingerprint from the court's website, from a judgment on paper, or from anybody who noted it: never from this bag.

    python3 verify.py --log-key-fingerprint FINGERPRINT

本文件包收录法院的文件及其未经改动的证明。

核验需要Python 3.9或更高版本、openssl，以及法院日志公钥的指纹。指纹请从法院网站、纸质裁判文书或者其他独立留存处取得，
切勿从本文件包中取得。
"""


@dataclass(frozen=True)
class KitFile:
    """A file with its receipt; ``path`` below ``data/``, ``chunks`` gives its bytes."""

    path: str
    receipt: ReceiptFiles
    chunks: Callable[[], Iterable[bytes]]


@dataclass(frozen=True)
class KitEntry:
    """A docket entry with its receipt; ``payload`` is None where the reader may know only that there is one."""

    number: int
    receipt: ReceiptFiles
    payload: bytes | None


@dataclass(frozen=True)
class LeftOut:
    """Something of the case that this reader's bag does not hold, and why.

    ``item`` names it as ``entry 7`` or ``exhibit C-2``; ``why`` gives the reason by language. ``sha256`` is given
    where the docket names the file to this reader, so that its absence is explained, not just seen.
    """

    item: str
    why: Mapping[str, str]
    sha256: str | None = None


@dataclass(frozen=True)
class Kit:
    """What goes into one bag.

    ``name`` is the bag's folder, ``case`` the case's reference (None for files of no case yet), ``authority`` the root
    certificate of the court's time authority (PEM), ``info`` the lines of ``bag-info.txt``.
    """

    name: str
    case: str | None
    files: Sequence[KitFile]
    entries: Sequence[KitEntry] = ()
    authority: bytes = b""
    info: Mapping[str, str] = field(default_factory=dict)
    left_out: Sequence[LeftOut] = ()


class NotProvenYet(Exception):
    """A receipt has no proof yet: sequence the log, then make the kit."""


def fingerprint(vkey: str) -> str:
    """The fingerprint of a log's key as people compare it: SHA-256 of its DER, hexadecimal.

    ``openssl pkey -pubin -in log.pem -outform DER | sha256sum`` gives the same.
    """
    return hashlib.sha256(_public(vkey, serialization.Encoding.DER)).hexdigest()


def write_kit(kit: Kit) -> Iterator[bytes]:
    """The bag as a ZIP, piece by piece.

    Raises NotProvenYet for a receipt that no published log holds yet, or ValueError for a file that is not its
    receipt's.
    """
    bag = BagWriter(kit.name)
    for file in kit.files:
        yield from bag.payload(file.path, file.chunks())
    lines = [entry.payload for entry in kit.entries if entry.payload is not None]
    if kit.entries:
        yield from bag.payload(DOCKET, (line + b"\n" for line in lines))
    yield from bag.tag("contents.json", canonical(_contents(kit)))
    for name, data in _proofs(kit):
        yield from bag.tag(name, data)
    yield from bag.tag("verify.py", VERIFIER.read_bytes())
    yield from bag.tag("README.txt", README.encode())
    yield from bag.finish(kit.info)


def _proofs(kit: Kit) -> Iterator[tuple[str, bytes]]:
    """Receipts, rounds of renewal and keys, each once, by the path in the bag."""
    named = [file.receipt for file in kit.files] + [entry.receipt for entry in kit.entries]
    receipts = {receipt.reference: receipt for receipt in named}
    for reference in sorted(receipts):
        for name, data in _proof_files(receipts[reference]).items():
            yield f"receipts/{reference}/{name}", data
    renewed = [receipt.renewed for receipt in receipts.values() if receipt.renewed]
    rounds = {each.number: each for renewals in renewed for each in renewals.rounds}
    for _, each in sorted(rounds.items()):
        for name, data in each.files.items():
            yield f"renewals/{name}", data
    logs = {(receipt.log or "", receipt.vkey or "") for receipt in receipts.values()}
    for log, vkey in sorted(logs | {(each.log, each.vkey) for each in rounds.values()}):
        yield f"keys/log-{log}.pem", _public(vkey, serialization.Encoding.PEM)
    if kit.authority:
        yield "keys/time-authority.pem", kit.authority
    for authority in {each.authority for each in rounds.values() if each.authority}:
        certificate = x509.load_der_x509_certificate(authority)
        yield "keys/time-authority-sha512.pem", certificate.public_bytes(serialization.Encoding.PEM)


def _contents(kit: Kit) -> dict[str, object]:
    """``contents.json``: which receipt proves which file or entry, and in which line of the docket an entry stands."""
    readable = 0
    entries: list[dict[str, object]] = []
    for entry in kit.entries:
        readable += entry.payload is not None
        entries.append(
            {
                "number": entry.number,
                "receipt": entry.receipt.reference,
                "line": readable if entry.payload is not None else None,
            }
        )
    files = [{"path": f"data/{file.path}", "receipt": file.receipt.reference} for file in kit.files]
    left_out = [{"item": each.item, "why": dict(each.why), "sha256": each.sha256} for each in kit.left_out]
    return {"format": FORMAT, "case": kit.case, "files": files, "entries": entries, "left_out": left_out}


def _proof_files(receipt: ReceiptFiles) -> dict[str, bytes]:
    if receipt.proof is None or receipt.spicy is None or receipt.checkpoint is None:
        raise NotProvenYet(receipt.reference)
    leaf_and_checkpoint = {
        "receipt.leaf.spicy": receipt.spicy,
        "checkpoint.body": receipt.checkpoint_body or b"",
        "checkpoint.sig": receipt.checkpoint_sig or b"",
    }
    # Statements stand once in the bag, not beside each receipt.
    shared = {name for each in receipt.renewed.rounds for name in each.files} if receipt.renewed else set()
    return {name: data for name, data in (receipt.named | leaf_and_checkpoint).items() if name not in shared}


def _public(vkey: str, encoding: serialization.Encoding) -> bytes:
    key = Ed25519PublicKey.from_public_bytes(NoteKey.parse(vkey).public)
    return key.public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
