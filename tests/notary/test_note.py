"""Signed notes, checkpoints and proof files are read in their one spelling and no other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, strategies as st

from odr.notary.canonical import canonical
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.log_proof import Proof
from odr.notary.log.note import (
    Note,
    NoteKey,
    NoteRefused,
    SignatureLine,
    SignatureType,
    cosigned_message,
    parse_note,
    verify_note,
)
from odr.notary.log.receipts import OWN_NAMES, digest_of_leaf, leaf_line, receipt_bodies, receipt_body
from odr.notary.log.strict import Malformed, b64, base64_bytes, decimal, hash_value
from tests.conftest import MORNING

PRIVATE = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
KEY = NoteKey("court.example/log/2026", SignatureType.ED25519, PRIVATE.public_key().public_bytes_raw())
TEXT = Checkpoint("court.example/log/2026", 3, bytes(32)).text


def line(text: str = TEXT, key: NoteKey = KEY, private: Ed25519PrivateKey = PRIVATE) -> SignatureLine:
    return SignatureLine(key.name, key.id, private.sign(text.encode()))


def stranger(name: str = "stranger.example") -> SignatureLine:
    private = Ed25519PrivateKey.generate()
    return line(key=NoteKey(name, SignatureType.ED25519, private.public_key().public_bytes_raw()), private=private)


NOTE = Note(TEXT, (line(),))


def test_the_standards_own_example_verifies() -> None:
    """The example key of the go checksum database has the id it is published with."""
    assert NoteKey.parse("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8").id.hex() == "033de0ae"


def test_signed_note_verifies_and_comes_apart() -> None:
    """A note is read back as it was written, and its signature is good."""
    read = parse_note(NOTE.encode())
    assert read == NOTE
    assert [verified.key for verified in verify_note(read, [KEY])] == [KEY]
    assert NoteKey.parse(KEY.vkey) == KEY


@given(
    st.lists(
        st.text(st.characters(min_codepoint=0x20, blacklist_categories=("Cs",)), min_size=1), min_size=1, max_size=4
    )
)
def test_any_text_survives(lines: list[str]) -> None:
    """Whatever lines a note has, it comes apart into the same text."""
    note = Note("\n".join(lines) + "\n", (line("\n".join(lines) + "\n"),))
    assert parse_note(note.encode()) == note
    verify_note(parse_note(note.encode()), [KEY])


@given(st.integers(0, len(NOTE.encode()) - 1), st.integers(0, 7))
def test_one_flipped_bit_is_noticed(at: int, bit: int) -> None:
    """No single bit of a signed note can change unnoticed."""
    data = bytearray(NOTE.encode())
    data[at] ^= 1 << bit
    with pytest.raises((Malformed, NoteRefused)):
        verify_note(parse_note(bytes(data)), [KEY])


@pytest.mark.parametrize(
    "data",
    [
        NOTE.encode()[:-1],
        NOTE.encode().replace(b"\n", b"\r\n"),
        NOTE.encode() + b"\n",
        NOTE.encode().replace("— ".encode(), b"- "),
        NOTE.encode().replace("— ".encode(), "—  ".encode()),
        NOTE.encode().replace(b"\n\n", b"\n"),
        b"\n" + NOTE.encode()[len(TEXT) :],
        NOTE.encode().replace(b"court", b"co\turt"),
        NOTE.encode()[:-2] + b"\n",
        b"\xff" + NOTE.encode(),
        NOTE.encode() + b"x" * 1_000_000,
        TEXT.encode() + b"\n" + str(line()).encode() * 65,
        b"",
    ],
)
def test_misspelt_notes_are_refused(data: bytes) -> None:
    """Missing newline, CRLF, other dash, control characters, stray lines, too large: not a note."""
    with pytest.raises(Malformed):
        parse_note(data)


def test_signatures_of_strangers_are_passed_over() -> None:
    """Unknown keys neither help nor harm, also when they bear a known name."""
    assert len(verify_note(NOTE.with_signatures([stranger(), stranger(KEY.name)]), [KEY])) == 1
    with pytest.raises(NoteRefused):
        verify_note(Note(TEXT, (stranger(), stranger(KEY.name))), [KEY])


def test_bad_signature_by_a_known_key_rejects_the_note() -> None:
    """One bad signature by a known key is a forgery attempt, whoever else signed well."""
    witness = Ed25519PrivateKey.from_private_bytes(b"\x08" * 32)
    other = NoteKey("witness.example", SignatureType.ED25519, witness.public_key().public_bytes_raw())
    bad = SignatureLine(other.name, other.id, bytes(64))
    with pytest.raises(NoteRefused, match="bad signature"):
        verify_note(NOTE.with_signatures([bad]), [KEY, other])


def test_duplicate_signature_is_refused() -> None:
    """The same key signs once."""
    with pytest.raises(NoteRefused, match="two signatures"):
        verify_note(NOTE.with_signatures([line()]), [KEY])


def test_cosignature_covers_time_and_text() -> None:
    """A witness's signature is good for the time it names and for no other."""
    key = NoteKey("w.example", SignatureType.COSIGNATURE, KEY.public)
    signature = PRIVATE.sign(cosigned_message(TEXT, 1_700_000_000))
    good = SignatureLine(key.name, key.id, (1_700_000_000).to_bytes(8, "big") + signature)
    late = SignatureLine(key.name, key.id, (1_700_000_001).to_bytes(8, "big") + signature)
    huge = SignatureLine(key.name, key.id, (2**63).to_bytes(8, "big") + signature)
    assert verify_note(Note(TEXT, (good,)), [key])[0].time == 1_700_000_000
    for bad in (late, huge, SignatureLine(key.name, key.id, signature)):
        with pytest.raises(NoteRefused):
            verify_note(Note(TEXT, (bad,)), [key])


def test_log_signature_does_not_pass_as_cosignature() -> None:
    """The type of a signature is part of the key's id: no downgrade from one to the other."""
    key = NoteKey(KEY.name, SignatureType.COSIGNATURE, KEY.public)
    assert key.id != KEY.id
    with pytest.raises(NoteRefused):
        verify_note(NOTE, [key])


@pytest.mark.parametrize(
    "text", [" 1", "1 ", "1_000", "+1", "-1", "01", "00", "", "１", "1e3", "9223372036854775808", "1\n", "0x1", "٣"]
)
def test_numbers_have_one_spelling(text: str) -> None:
    """What ``int()`` would let pass is refused."""
    with pytest.raises(Malformed):
        decimal(text)


@given(st.integers(0, 2**63 - 1))
def test_plain_numbers_are_read(number: int) -> None:
    """Every number below 2^63 in its plain spelling is read."""
    assert decimal(str(number)) == number


@pytest.mark.parametrize("text", ["AA", "AA=", "AB==", "A A=", "AA==\n", "AA==AA==", "__==", "AA＝＝"])
def test_base64_has_one_spelling(text: str) -> None:
    """Missing padding, stray bits, white space and the URL alphabet are refused."""
    with pytest.raises(Malformed):
        base64_bytes(text)


def test_hash_has_32_bytes() -> None:
    """A shorter hash is not a hash."""
    with pytest.raises(Malformed):
        hash_value(b64(bytes(31)))


@pytest.mark.parametrize(
    "text", ["a\n01\n{}\n", "a\n1\n{}", "\n1\n{}\n", "a\n1\n{}\nextension\n", "a\n１\n{}\n", "a\n1\nAAAA\n", "a\n1\n"]
)
def test_misspelt_checkpoints_are_refused(text: str) -> None:
    """A checkpoint is origin, size, root, and nothing more."""
    with pytest.raises(Malformed):
        Checkpoint.parse(text.format(b64(bytes(32))))


@given(st.integers(0, 2**40), st.lists(st.binary(min_size=32, max_size=32), max_size=63))
def test_proof_file_is_read_back(index: int, path: list[bytes]) -> None:
    """A proof file keeps index, path and note."""
    proof = Proof(index, tuple(path), NOTE.encode())
    assert Proof.parse(proof.encode()) == proof


def test_extra_line_is_read_and_not_believed() -> None:
    """The standard's extra line is allowed and carries nothing."""
    data = Proof(0, (), NOTE.encode()).encode().replace(b"index", b"extra AAAA\nindex")
    assert Proof.parse(data) == Proof(0, (), NOTE.encode())


@pytest.mark.parametrize(
    "change",
    [
        (b"tlog-proof@v1", b"tlog-proof@v2"),
        (b"index 0", b"index 00"),
        (b"index 0", b"Index 0"),
        (b"index 0\n", b""),
        (b"index 0\n", b"index 0\n" + b"A" * 43 + b"=\n" * 2),
        (b"index 0\n", b"index 0\n" + (b64(bytes(32)) + "\n").encode() * 64),
        (b"index 0", b"extra ?\nindex 0"),
        (b"index 0\n", b"index 0\r\n"),
    ],
)
def test_misspelt_proofs_are_refused(change: tuple[bytes, bytes]) -> None:
    """Another version, spelling or length is not a proof."""
    data = Proof(0, (), NOTE.encode()).encode().replace(*change)
    with pytest.raises(Malformed):
        Proof.parse(data)


@pytest.mark.parametrize(
    "leaf",
    [
        b"",
        b"SHA1 (receipt.json) = " + b"0" * 40 + b"\n",
        leaf_line(b"")[:-1],
        leaf_line(b"").upper(),
        leaf_line(b"") + b"\n",
        b" " + leaf_line(b""),
    ],
)
def test_leaf_names_sha256_and_nothing_else(leaf: bytes) -> None:
    """Another algorithm or spelling in a leaf is refused: no downgrade."""
    with pytest.raises(Malformed):
        digest_of_leaf(leaf)


def test_canonical_form_is_that_of_rfc_8785() -> None:
    """Names go by UTF-16 units, text stays as it is, control characters have their short forms."""
    value = {"\U0001f600": 1, "\ufb33": 2, "\u20ac": 3, "1": None, "a": [True, 'é\n\u000f"\\/']}
    assert canonical(value).decode() == '{"1":null,"a":[true,"é\\n\\u000f\\"\\\\/"],"€":3,"\U0001f600":1,"\ufb33":2}'


NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True).filter(lambda name: name not in OWN_NAMES)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=("Cs",)), max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(NAMES, VALUES, max_size=6), min_size=1, max_size=4), st.booleans())
def test_receipts_written_together_are_canonical_each_with_its_own_salt(
    subjects: list[dict[str, Any]], first: bool
) -> None:
    """Whatever they say, the bytes are the RFC 8785 form of what they say, and no salt comes twice."""
    earlier = None if first else Checkpoint("court.example/log/2026", 7, bytes(32))
    bodies = receipt_bodies(subjects, log="court.example/log", now=MORNING, logged_at=MORNING, earlier=earlier)
    for body, said in zip(bodies, subjects, strict=True):
        read = json.loads(body)
        assert (
            canonical(read) == body
            and {name: read[name] for name in said} == said
            and set(read) == OWN_NAMES | set(said)
        )
    assert len({json.loads(body)["salt"] for body in bodies}) == len(bodies)


@pytest.mark.parametrize("name", [*sorted(OWN_NAMES), "", "Case", "näme", 'a"b', "a\n"])
def test_a_receipt_refuses_names_of_the_notary_and_odd_ones(name: str) -> None:
    """What would overwrite the notary's own words, or stand in another order elsewhere, is refused."""
    with pytest.raises(ValueError, match=r"notary itself|small letters"):
        receipt_body({name: 1}, log="court.example/log", now=MORNING, logged_at=MORNING, earlier=None)


@pytest.mark.parametrize("value", [1.5, 2**53, {"a": b"x"}, "\ud800", {1: 2}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    """Floats, large integers, bytes, lone surrogates and names that are not text."""
    with pytest.raises(ValueError, match=r"canonical|string"):
        canonical(value)  # type: ignore[arg-type]
