#!/usr/bin/env python3
# ruff: noqa: B905, T201, UP017 - runs by itself on other people's machines, from Python 3.9 on
"""Checks a kit of the court without trusting the court: Python's standard library and openssl, nothing else.

It takes no key from the kit. A key lying in the kit is used only if its fingerprint
is the one you give, which you must have from somewhere else.

核验法院文件包，无需信任法院：仅使用Python标准库和openssl。本程序不采信文件包内的任何密钥：
包内密钥只有在其指纹与您另行取得的指纹一致时才会使用。

    python3 verify.py --log-key-fingerprint FINGERPRINT [FOLDER or ZIP]
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from functools import lru_cache, partial
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar

UTC = timezone.utc
V = TypeVar("V")
CHUNK = 1 << 18
SMALL = 1 << 16
READING = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
FIRST = "0" * 64
SKEW = timedelta(minutes=2)
CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
REASONS: dict[str, tuple[str, str]] = {
    "name": ("its name is unsafe or could be taken for another", "文件名不安全或者可能与其他文件混淆"),
    "link": ("it is a link, not a file", "该项是链接而非文件"),
    "packed": ("it is compressed, encrypted or given twice in the archive", "该项在压缩包中经过压缩、加密或者重复出现"),
    "bagit": ("the bag does not declare BagIt 1.0", "文件包未声明BagIt 1.0格式"),
    "fetch": ("the bag wants files fetched from elsewhere", "文件包要求从别处获取文件"),
    "manifest": ("the manifest is not written as the standard says", "清单格式不符合标准"),
    "unlisted": ("it is in no manifest", "该文件未列入任何清单"),
    "missing": ("it is listed but not there", "该文件列入清单但不存在"),
    "digest": ("its bytes are not those of the manifest", "内容与清单不符"),
    "contents": ("the list of contents is not readable", "内容目录无法读取"),
    "unproven": ("no receipt is given for it", "该文件没有回执"),
    "twice": ("it is listed twice among the contents", "该项在内容目录中重复列出"),
    "receipt-files": ("files of its receipt are missing", "回执文件不齐全"),
    "leaf": ("its receipt is not the one entered in the log", "回执与载入日志的内容不一致"),
    "receipt": ("its receipt is not written in the canonical form", "回执格式不规范"),
    "file": ("it is not the file the receipt names: at least one byte differs", "并非回执所载文件：至少有一个字节不同"),
    "case": ("its receipt is of another case", "回执属于另一案件"),
    "label": ("the docket names another file under this label", "卷宗在该证据编号下载明的是另一文件"),
    "unbound": ("no docket entry of this case names it", "本案卷宗条目均未提及该文件"),
    "proof": ("its proof is not written as the standard says", "证明格式不符合标准"),
    "inclusion": ("its proof does not lead to the log's root", "证明无法推导至日志树根"),
    "log": ("the checkpoint is of another log than the receipt names", "检查点所属日志与回执所载日志不同"),
    "key": (
        "no key with the fingerprint you gave has signed its checkpoint",
        "没有与您提供的指纹相符的密钥签署过该检查点",
    ),
    "signature": ("the signature of its checkpoint is wrong", "检查点签名错误"),
    "checkpoint": ("its checkpoint files are not the checkpoint of its proof", "检查点文件与证明中的检查点不一致"),
    "time": ("its time token does not verify", "时间戳未通过验证"),
    "time-bounds": ("its time token states an impossible time", "时间戳所载时间不合理"),
    "renewals": (
        "the renewals of its time token are not numbered from 1 without a gap",
        "时间戳续期文件未从1起连续编号",
    ),
    "renewal": (
        "this renewal does not verify over the checkpoint and the time tokens before it",
        "该时间戳续期对检查点及其前各时间戳未通过验证",
    ),
    "renewal-weak": ("this renewal was not made with SHA-512", "该时间戳续期未使用SHA-512"),
    "renewal-late": (
        "it was renewed only when the time token before it could no longer be believed",
        "续期时，其前的时间戳已不可采信",
    ),
    "renewed-files": ("the files of its hash renewal are misnamed or incomplete", "哈希续期文件命名有误或者不齐全"),
    "statement": ("this statement of hash renewal is not written as it must be", "该哈希续期声明格式不正确"),
    "statement-key": (
        "no key with a fingerprint you gave has signed this statement",
        "没有与您提供的指纹相符的密钥签署过该声明",
    ),
    "statement-signature": ("the signature of this statement is wrong", "该声明的签名错误"),
    "renewed-inclusion": (
        "it does not lead to the root in the statement of hash renewal",
        "证明无法推导至哈希续期声明所载的树根",
    ),
    "renewed-entry": (
        "the round of hash renewal bound another entry or receipt",
        "哈希续期所绑定的是另一条目或者另一回执",
    ),
    "renewed-file": (
        "it is not the file that the round of hash renewal bound with SHA-512",
        "并非哈希续期时以SHA-512绑定的文件",
    ),
    "renewed-checkpoint": (
        "the round of hash renewal bound another checkpoint or other time tokens",
        "哈希续期所绑定的是另一检查点或者其他时间戳",
    ),
    "renewed-weak": ("this time token does not rest on SHA-512 throughout", "该时间戳并非全部基于SHA-512"),
    "renewed-late": (
        "hash renewal came when its last time token could no longer be believed",
        "哈希续期加盖时间戳时，其最后的时间戳已不可采信",
    ),
    "gap": ("an entry before it is missing or out of order", "其前的卷宗条目缺失或者顺序有误"),
    "chain": ("it does not follow the entry before it", "该条目与前一条目不衔接"),
    "line": ("its text in the docket is not the one of its receipt", "卷宗所载文本与回执不符"),
    "lines": ("the docket has lines that belong to no entry", "卷宗中存在不属于任何条目的行"),
    "short": ("the docket ends before the entry you know of", "卷宗在您所知的条目之前即已终止"),
    "absent": (
        "the docket names this file, but it is neither here nor named as left out",
        "卷宗载有该文件，但文件包内既无该文件，也未注明未收录",
    ),
    "openssl": ("openssl could not be run", "无法运行openssl"),
}
ENDED = (
    "The certificate of the last time token has ended since: it was good when the token was made. A newer copy from the court brings renewals."
    " / 最后一份时间戳的证书现已到期：制作时间戳时证书有效。向法院索取新的文件包即可获得续期文件。"
)
RENEWED, RENEWED_PROOF = "odr-notary/renewed@v1", "odr-notary/renewed-proof@v1"
RENEWED_FILE = re.compile(r"renewal-([1-9][0-9]{0,5})\.(entry|checkpoint)\Z", re.ASCII)
WEAK = re.compile(r"OBJECT\s*:\S*(md5|sha1|sha224|sha256)", re.I)
LEAF = re.compile(rb"SHA256 \(receipt\.json\) = ([0-9a-f]{64})\n\Z")
QUOTED = re.compile(rb'"([0-9a-f]{64})"')
LINE = re.compile(r"([0-9a-f]{64})  (.+)\Z")
UNFIT = re.compile(r'[\x00-\x1f\x7f\\<>:"|?*%]')
UNSEEN = ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")
DECIMAL = re.compile(r"(0|[1-9][0-9]{0,18})\Z", re.ASCII)
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.I)


class Wrong(Exception):
    """One thing does not hold."""

    def __init__(self, reason: str, item: str = "") -> None:
        super().__init__(reason)
        self.reason, self.item = reason, item


class Failure(NamedTuple):
    """An item and why it fails."""

    item: str
    reason: str


def failed(item: str, wrong: Wrong) -> Failure:
    """What is wrong with an item, and with which part of it where one is to blame."""
    return Failure(f"{item}: {wrong.item}" if wrong.item else item, wrong.reason)


class Bag:
    """The files of the bag, from a folder or straight out of a ZIP, never unpacked."""

    def __init__(self, place: Path) -> None:
        self.failures: list[Failure] = []
        self._zip: zipfile.ZipFile | None = None
        self._place, self._top = os.path.join(str(place), ""), ""
        self.names: set[str] = set()
        self._small: dict[str, bytes] = {}
        self._of_thread = threading.local()
        for name in self._zipped(place) if place.is_file() else self._walked():
            if not safe(name):
                self.failures.append(Failure(name, "name"))
            self.names.add(name)
        folded: set[str] = set()
        for name in sorted(self.names):
            form = name.lower() if name.isascii() else unicodedata.normalize("NFKC", name).casefold()
            if form in folded:
                self.failures.append(Failure(name, "name"))
            folded.add(form)

    def open(self, name: str) -> IO[bytes]:
        """One file's bytes."""
        if name not in self.names:
            raise Wrong("missing", name)
        return self._zip.open(self._top + name) if self._zip else open(self._place + name, "rb", buffering=0)

    def read(self, name: str, limit: int = 64 << 20) -> bytes:
        """A small file whole."""
        if name in self._small:
            return self._small[name]
        with self.open(name) as file:
            return b"".join(iter(lambda: file.read(min(limit, CHUNK)), b""))[:limit]

    def hashed(
        self, names: list[str], pool: ThreadPoolExecutor
    ) -> dict[str, tuple[str, int] | Future[tuple[str, int]]]:
        """SHA-256 and size of each. Large files are hashed on every processor while this thread goes through the small
        ones, and goes on.
        """
        return {name: self._digest_small(name) or pool.submit(self._digest_large, name) for name in names}

    def _digest_small(self, name: str) -> tuple[str, int] | None:
        """Of a small file, read once: what was hashed is what is judged. None where there is more of it."""
        data = self._start(name)
        if len(data) > SMALL:
            return None
        if name.startswith("receipts/"):
            self._small[name] = data
        return hashlib.sha256(data).hexdigest(), len(data)

    def sha512(self, name: str) -> bytes:
        """SHA-512 of a file, for those a round of hash renewal has bound."""
        hasher = hashlib.sha512()
        with self.open(name) as file:
            for chunk in iter(lambda: file.read(CHUNK), b""):
                hasher.update(chunk)
        return hasher.digest()

    def beginning(self, name: str, size: int) -> str:
        """SHA-256 of the first ``size`` bytes of a file: what a paper was before it was signed again."""
        hasher = hashlib.sha256()
        with self.open(name) as file:
            while size:
                chunk = file.read(min(size, CHUNK))
                if not chunk:
                    break
                hasher.update(chunk)
                size -= len(chunk)
        return hasher.hexdigest()

    def _start(self, name: str) -> bytes:
        """The file, or the beginning of one that is longer than a small one."""
        if self._zip:
            with self.open(name) as member:
                return member.read(SMALL + 1)
        file = os.open(self._place + name, READING)
        try:
            data = os.read(file, SMALL + 1)
            return data + os.read(file, 1) if 0 < len(data) <= SMALL else data
        finally:
            os.close(file)

    def _digest_large(self, name: str) -> tuple[str, int]:
        hasher, size = hashlib.sha256(), 0
        if not hasattr(self._of_thread, "buffer"):
            self._of_thread.buffer = memoryview(bytearray(CHUNK))
        buffer = self._of_thread.buffer
        with self.open(name) as file:
            for count in iter(lambda: file.readinto(buffer), 0):  # type: ignore[attr-defined]
                hasher.update(buffer[:count])
                size += count
        return hasher.hexdigest(), size

    def _walked(self) -> Iterator[str]:
        folders = [""]
        while folders:
            inside = folders.pop()
            with os.scandir(self._place + inside) as entries:
                for entry in entries:
                    if entry.is_file(follow_symlinks=False):
                        yield inside + entry.name
                    elif entry.is_dir(follow_symlinks=False):
                        folders.append(inside + entry.name + "/")
                    else:
                        self.failures.append(Failure(inside + entry.name, "link"))

    def _zipped(self, place: Path) -> Iterator[str]:
        self._zip = zipfile.ZipFile(str(place))
        entries = self._zip.infolist()
        tops = {entry.filename.split("/")[0] for entry in entries}
        self._top = tops.pop() + "/" if len(tops) == 1 else ""
        seen: set[str] = set()
        for entry in entries:
            name = entry.filename[len(self._top) :]
            if (
                entry.compress_type != zipfile.ZIP_STORED
                or entry.flag_bits & 1
                or name in seen
                or entry.filename != entry.orig_filename
            ):
                self.failures.append(Failure(name, "packed"))
            elif (entry.external_attr >> 16) & 0o170000 == 0o120000:
                self.failures.append(Failure(name, "link"))
            elif name and not name.endswith("/"):
                seen.add(name)
                yield name


def safe(name: str) -> bool:
    """Whether every system shows this name and unpacks it to this place."""
    return all(map(safe_part, name.split("/")))


@lru_cache(4096)
def safe_part(part: str) -> bool:
    """Whether the name of one file or folder is safe."""
    if part in ("", ".", "..") or part != part.strip(" .") or UNFIT.search(part) or RESERVED.match(part):
        return False
    return part.isascii() or (
        unicodedata.normalize("NFC", part) == part and not any(unicodedata.category(c) in UNSEEN for c in part)
    )


def manifest(bag: Bag, name: str) -> dict[str, str]:
    """Path → digest, read strictly."""
    listed: dict[str, str] = {}
    try:
        text = bag.read(name).decode("utf-8")
    except UnicodeDecodeError:
        raise Wrong("manifest", name) from None
    if text and not text.endswith("\n"):
        raise Wrong("manifest", name)
    for line in text.split("\n")[:-1]:
        match = LINE.match(line)
        if not match or match.group(2) in listed:
            raise Wrong("manifest", name)
        listed[match.group(2)] = match.group(1)
    return listed


def read_manifests(bag: Bag) -> tuple[list[Failure], dict[str, str]]:
    """What the bag says of itself. Gives failures, and the digest listed for every file."""
    failures = list(bag.failures)
    if "fetch.txt" in bag.names:
        failures.append(Failure("fetch.txt", "fetch"))
    if bag.read("bagit.txt") != b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
        failures.append(Failure("bagit.txt", "bagit"))
    payload, tags = manifest(bag, "manifest-sha256.txt"), manifest(bag, "tagmanifest-sha256.txt")
    failures += [Failure(name, "manifest") for name in payload if not name.startswith("data/")]
    failures += [Failure(name, "manifest") for name in tags if name.startswith("data/")]
    return failures, dict(tags, **payload)


def check_bag(bag: Bag, listed: dict[str, str], digests: dict[str, tuple[str, int]]) -> list[Failure]:
    """Manifests and files agree in both directions."""
    failures = []
    for name in sorted(digests):
        if name not in listed:
            failures.append(Failure(name, "unlisted"))
        elif listed[name] != digests[name][0]:
            failures.append(Failure(name, "digest"))
    return failures + [Failure(name, "missing") for name in sorted(set(listed) - bag.names)]


def strict_base64(text: str) -> bytes:
    """Base64 in its only spelling."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        raise Wrong("proof") from None
    if base64.b64encode(data).decode() != text:
        raise Wrong("proof")
    return data


@lru_cache(1 << 16)
def strict_hash(text: str) -> bytes:
    """A SHA-256 hash in Base64."""
    data = strict_base64(text)
    if len(data) != 32:
        raise Wrong("proof")
    return data


def strict_number(text: str) -> int:
    """A plain decimal."""
    if not DECIMAL.match(text):
        raise Wrong("proof")
    return int(text)


class Note(NamedTuple):
    """A signed checkpoint taken apart."""

    text: bytes
    origin: str
    size: int
    root: bytes
    signatures: tuple[tuple[str, bytes], ...]


def read_proof(data: bytes) -> tuple[int, list[bytes], Note]:
    """A tlog-proof file: index, path, checkpoint."""
    head, blank, note = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Wrong("proof") from None
    if (
        not blank
        or len(lines) < 2
        or lines[0] != "c2sp.org/tlog-proof@v1"
        or not lines[1].startswith("index ")
        or len(lines) > 66
    ):
        raise Wrong("proof")
    return strict_number(lines[1][6:]), [strict_hash(line) for line in lines[2:]], read_note(note)


@lru_cache(1 << 12)
def read_note(data: bytes) -> Note:
    """Checkpoint text, blank line, signature lines."""
    try:
        text, blank, rest = data.decode("utf-8").partition("\n\n")
    except UnicodeDecodeError:
        raise Wrong("proof") from None
    lines = text.split("\n")
    if not blank or len(lines) != 3 or not lines[0] or "\r" in text:
        raise Wrong("proof")
    return Note((text + "\n").encode(), lines[0], strict_number(lines[1]), strict_hash(lines[2]), read_signatures(rest))


def read_signatures(rest: str) -> tuple[tuple[str, bytes], ...]:
    """The signature lines of a note."""
    if not rest.endswith("\n"):
        raise Wrong("proof")
    signatures = []
    for line in rest.split("\n")[:-1]:
        mark, _, tail = line.partition(" ")
        name, _, signature = tail.partition(" ")
        if mark != "—" or not name:
            raise Wrong("proof")
        signatures.append((name, strict_base64(signature)))
    return tuple(signatures)


class Statement(NamedTuple):
    """What the court signed at the end of a round of hash renewal, taken apart."""

    text: bytes
    origin: str
    ruled_on: str
    heads: dict[str, tuple[int, int, int]]
    size: int
    root: bytes
    signatures: tuple[tuple[str, bytes], ...]


def read_statement(data: bytes, number: str) -> Statement:
    """``heads`` are first entry, size and place in the tree of each log; ``size`` all leaves."""
    text, blank, rest = data.decode("utf-8", "replace").rpartition("\n\n")
    lines = text.split("\n")
    if (
        not blank
        or len(lines) < 8
        or lines[0] != RENEWED
        or lines[2] != f"round {number}"
        or not lines[3].startswith("rule ")
    ):
        raise Wrong("statement")
    heads, at = dict[str, tuple[int, int, int]](), 0
    try:
        for line in lines[5:-2]:
            word, origin, *numbers = line.split(" ")
            if word == "log":
                start, size = strict_number(numbers[0]), strict_number(numbers[1])
                heads[origin] = (start, size, at)
                at += size - start
            elif word != "previous":
                raise Wrong("statement")
        (counted, count), (named, root) = lines[-2].split(" "), lines[-1].split(" ")
        if (counted, named) != ("checkpoints", "root") or len(strict_base64(root)) != 64:
            raise Wrong("statement")
        return Statement(
            (text + "\n").encode(),
            lines[1],
            lines[3][5:15],
            heads,
            at + strict_number(count),
            strict_base64(root),
            read_signatures(rest),
        )
    except (Wrong, ValueError, IndexError):
        raise Wrong("statement") from None


def read_renewed(data: bytes) -> tuple[int, list[bytes], bytes]:
    """A file ``renewal-N.entry`` or ``renewal-N.checkpoint``: place, path, leaf."""
    head, blank, leaf = data.partition(b"\n\n")
    lines = head.decode("ascii", "replace").split("\n")
    if not blank or len(lines) < 2 or lines[0] != RENEWED_PROOF or not lines[1].startswith("index ") or len(lines) > 66:
        raise Wrong("proof")
    return strict_number(lines[1][6:]), [strict_base64(line) for line in lines[2:]], leaf


def check_inclusion(leaf: bytes, index: int, path: list[bytes], note: Note) -> None:
    """RFC 6962: the leaf's hash leads to the root over exactly the hashes that belong."""
    if tree_root("sha256", leaf, index, note.size, path) != note.root:
        raise Wrong("inclusion")


def tree_root(algorithm: str, leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root to which a path leads from a leaf; nothing when it has not the hashes that belong."""
    if not 0 <= index < size:
        return b""
    sides, start, end = [], 0, size
    while end - start > 1:
        middle = start + (1 << ((end - start - 1).bit_length() - 1))
        sides.append(index >= middle)
        start, end = (middle, end) if index >= middle else (start, middle)
    value = hashlib.new(algorithm, b"\x00" + leaf).digest()
    if len(sides) != len(path) or any(len(other) != len(value) for other in path):
        return b""
    for is_right, other in zip(reversed(sides), path):
        value = hashlib.new(algorithm, b"\x01" + (other + value if is_right else value + other)).digest()
    return value


class Keys:
    """The keys of the kit whose fingerprints were given from outside, and what openssl says with them."""

    def __init__(self, bag: Bag, logs: set[str], authorities: set[str], folder: Path) -> None:
        self._folder = folder
        self._logs: dict[bytes, Path] = {}
        self.authority: Path | None = None
        self.strong: Path | None = None
        self._signed: dict[Any, bytes | Wrong] = {}
        self._timed: dict[tuple[bytes, bytes, bool], datetime | Wrong] = {}
        self._stood: dict[tuple[bytes, bytes, datetime, bool], bool] = {}
        self._newest: tuple[datetime, bytes, bytes] | None = None
        for number, name in enumerate(sorted(n for n in bag.names if n.startswith("keys/"))):
            der, path = pem_bytes(bag.read(name)), folder / f"key{number}.pem"
            # openssl is given what was named and nothing that lies beside it: it would believe that as well.
            path.write_bytes(pem("PUBLIC KEY" if name.startswith("keys/log-") else "CERTIFICATE", der))
            old, new = hashlib.sha256(der).hexdigest(), hashlib.sha512(der).hexdigest()
            if name.startswith("keys/log-") and len(der) == 44 and not logs.isdisjoint((old, new)):
                self._logs[der[-32:]] = path
            if name == "keys/time-authority.pem" and not authorities.isdisjoint((old, new)):
                self.authority = path
            # The authority that is to outlive SHA-256 is not named by a SHA-256.
            if name == "keys/time-authority-sha512.pem" and new in authorities:
                self.strong = path

    def check_signature(self, note: Note) -> bytes:
        """The log's own signature line, verified by openssl, once for all receipts under it. Gives the note with that
        line alone.
        """
        seen = (note.text, note.signatures)
        if seen not in self._signed:
            self._signed[seen] = tried(lambda: self._signature(note))
        return held(self._signed[seen])

    def _signature(self, note: Note) -> bytes:
        signature = self._signed_by(note.text, note.origin, note.signatures)
        return note.text + (f"\n— {note.origin} {base64.b64encode(signature).decode()}\n").encode()

    def _signed_by(self, text: bytes, origin: str, signatures: tuple[tuple[str, bytes], ...]) -> bytes:
        for name, signature in signatures:
            for public, path in self._logs.items():
                key_id = hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
                if name == origin and signature[:4] == key_id and len(signature) == 68:
                    self._ask(path, text, signature[4:])
                    return signature
        raise Wrong("key")

    def check_statement(self, statement: Statement) -> None:
        """A statement of hash renewal is signed by a log of the court's family whose key was named."""
        try:
            signer = next((name for name, _ in statement.signatures if name.startswith(statement.origin + "/")), "")
            self._signed_by(statement.text, signer, statement.signatures)
        except Wrong as wrong:
            raise Wrong("statement-" + wrong.reason if wrong.reason in ("key", "signature") else wrong.reason) from None

    def _ask(self, key: Path, text: bytes, signature: bytes) -> None:
        (self._folder / "body").write_bytes(text)
        (self._folder / "sig").write_bytes(signature)
        arguments = ["pkeyutl", "-verify", "-pubin", "-inkey", str(key), "-rawin", "-in", "body", "-sigfile", "sig"]
        if not openssl(arguments, self._folder)[0]:
            raise Wrong("signature")

    def check_times(
        self, checkpoint: bytes, tokens: list[tuple[str, bytes]], not_before: datetime, strong: bool = False
    ) -> datetime | None:
        """When a known authority first saw the checkpoint, every renewal of its token checked in order; None when no
        authority was named.

        ``strong`` tokens, over a statement of hash renewal, rest on SHA-512 throughout.
        """
        if (self.strong if strong else self.authority) is None:
            return None
        first = earlier = self._moment(checkpoint, tokens[0][1], strong, strong)
        # openssl itself accepts a time in the future, or before the thing it is about.
        if not not_before - SKEW <= first <= datetime.now(UTC) + SKEW:
            raise Wrong("time-bounds")
        data, before = checkpoint, tokens[0][1]
        for name, token in tokens[1:]:
            try:
                at = self._moment(data + before, token, True, strong)
            except Wrong as wrong:
                raise Wrong("renewal" if wrong.reason == "time" else wrong.reason, name) from None
            if not earlier <= at <= datetime.now(UTC) + SKEW:
                raise Wrong("time-bounds", name)
            if not self.stands(data, before, at, strong):
                raise Wrong("renewal-late", name)
            data, before, earlier = data + before, token, at
        if strong:
            return first
        if self._newest is None or self._newest[0] < first:
            self._newest = (first, data, before)
        return first

    def ended(self) -> bool:
        """Whether the last time token over the newest checkpoint can no longer be believed today."""
        return self._newest is not None and not self.stands(self._newest[1], self._newest[2], datetime.now(UTC))

    def _moment(self, data: bytes, token: bytes, long: bool, strong: bool) -> datetime:
        """The time a token states, once it has verified over these bytes; ``long`` where its imprint must be SHA-512."""
        seen = (data, token, strong)
        if seen not in self._timed:
            self._timed[seen] = tried(lambda: self._time(data, token, long, strong))
        return held(self._timed[seen])

    def _time(self, data: bytes, token: bytes, long: bool, strong: bool) -> datetime:
        (self._folder / "tsr").write_bytes(token)
        good, text = openssl(["ts", "-reply", "-in", "tsr", "-text"], self._folder)
        match = re.search(r"^Time stamp: (\w{3} +\d+ [\d:]{8})(?:\.\d+)? (\d{4}) GMT", text, re.M)
        if not good or not match:
            raise Wrong("time")
        at = datetime.strptime(" ".join(match.groups()), "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
        if not self.stands(data, token, at, strong):
            raise Wrong("time")
        if long and not re.search(r"^Hash Algorithm: sha512$", text, re.M):
            raise Wrong("renewed-weak" if strong else "renewal-weak")
        if strong:
            good, text = openssl(["asn1parse", "-inform", "DER", "-in", "tsr"], self._folder)
            if not good or WEAK.search(text):
                raise Wrong("renewed-weak")
        return at

    def stands(self, data: bytes, token: bytes, moment: datetime, strong: bool = False) -> bool:
        """Whether a token over these bytes could be believed at a moment."""
        asked = (data, token, moment, strong)
        if asked not in self._stood:
            (self._folder / "data").write_bytes(data)
            (self._folder / "tsr").write_bytes(token)
            root = str(self.strong if strong else self.authority)
            arguments = [
                "ts",
                "-verify",
                "-data",
                "data",
                "-in",
                "tsr",
                "-CAfile",
                root,
                "-attime",
                str(int(moment.timestamp())),
            ]
            self._stood[asked] = openssl(arguments, self._folder)[0]
        return self._stood[asked]


def tried(check: Callable[[], V]) -> V | Wrong:
    """What a check gives, or what is wrong, to be remembered."""
    try:
        return check()
    except Wrong as wrong:
        return wrong


def held(found: V | Wrong) -> V:
    """What a check gave before. Raises what was wrong."""
    if isinstance(found, Wrong):
        raise Wrong(found.reason, found.item)
    return found


def pem_bytes(data: bytes) -> bytes:
    """The DER inside a PEM file; nothing for anything else."""
    match = re.search(rb"-----BEGIN [A-Z ]+-----\s+([A-Za-z0-9+/=\s]+)-----END", data)
    return base64.b64decode(match.group(1)) if match else b""


def pem(label: str, der: bytes) -> bytes:
    """A PEM file that holds this and nothing else."""
    return f"-----BEGIN {label}-----\n".encode() + base64.encodebytes(der) + f"-----END {label}-----\n".encode()


def openssl(arguments: list[str], folder: Path) -> tuple[bool, str]:
    """Run openssl; whether it said yes, and what it wrote."""
    environment = dict(os.environ, LC_ALL="C", LANG="C")
    try:
        done = subprocess.run(
            ["openssl", *arguments], cwd=str(folder), env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:
        raise Wrong("openssl") from None
    return done.returncode == 0, done.stdout.decode("utf-8", "replace")


class Rounds:
    """The rounds of hash renewal that receipts of the kit name: statement, signature and time tokens, each checked
    once.
    """

    def __init__(self, bag: Bag, keys: Keys) -> None:
        self._bag, self._keys = bag, keys
        self._checked: dict[str, tuple[Statement, datetime | None] | Wrong] = {}
        self.used: dict[str, list[bool]] = {}
        self.known: dict[str, tuple[Statement, datetime | None]] = {}

    def check(self, number: str) -> tuple[Statement, datetime | None]:
        """A round's statement, and when the named authority saw it."""
        if number not in self._checked:
            self._checked[number] = tried(lambda: self._check(number))
        found = self.known[number] = held(self._checked[number])
        return found

    def _check(self, number: str) -> tuple[Statement, datetime | None]:
        name = f"renewals/renewal-{number}.statement"
        data = self._bag.read(name)
        count = len([n for n in self._bag.names if n.startswith(f"{name}.renewal-")])
        files = [f"{name}.tsr", *(f"{name}.renewal-{place}.tsr" for place in range(1, count + 1))]
        try:
            statement = read_statement(data, number)
            self._keys.check_statement(statement)
            tokens = [(each, self._bag.read(each)) for each in files]
            return statement, self._keys.check_times(data, tokens, datetime.min.replace(tzinfo=UTC) + SKEW, strong=True)
        except Wrong as wrong:
            # What fails with no name of its own is the statement, or its first token.
            fallback = files[0] if wrong.reason in ("time", "time-bounds", "renewed-weak") else name
            raise Wrong(wrong.reason, wrong.item or fallback) from None

    def strays(self) -> list[Failure]:
        """Files of rounds that no receipt names."""
        mine = tuple(f"renewals/renewal-{number}.statement" for number in self._checked)
        return [
            Failure(name, "renewed-files")
            for name in sorted(self._bag.names)
            if name.startswith("renewals/") and not name.startswith(mine or "\n")
        ]


class Receipts:
    """The receipts of the kit, each checked once down to the signed tree."""

    def __init__(self, bag: Bag, keys: Keys) -> None:
        self._bag, self._keys = bag, keys
        self._checked: dict[str, dict[str, Any] | Wrong] = {}
        self._renewals: dict[str, set[str]] = {}
        self._renewed: dict[str, list[str]] = {}
        for name in bag.names:
            place, mark, number = name.partition("/checkpoint.renewal-")
            if mark:
                self._renewals.setdefault(place + "/", set()).add(number)
            place, mark, _ = name.partition("/renewal-")
            if mark and name.startswith("receipts/"):
                self._renewed.setdefault(place + "/", []).append(name[len(place) + 1 :])
        self.rounds = Rounds(bag, keys)
        self._pairs: dict[str, tuple[str, bytes, bytes]] = {}
        self.latest: datetime | None = None
        self.renewed = 0
        self.sizes: dict[str, int] = {}

    def ended(self) -> bool:
        """Whether the last time token can no longer be believed today."""
        return self._keys.ended()

    def check(self, reference: str) -> dict[str, Any]:
        """What the receipt says, believed because the log has it. Raises Wrong."""
        if reference not in self._checked:
            self._checked[reference] = tried(lambda: self._check(f"receipts/{reference}/"))
        return held(self._checked[reference])

    def _check(self, place: str) -> dict[str, Any]:
        if (
            not {place + n for n in ("receipt.json", "receipt.leaf", "receipt.leaf.tlog-proof", "checkpoint")}
            <= self._bag.names
        ):
            raise Wrong("receipt-files")
        body, leaf = self._bag.read(place + "receipt.json"), self._bag.read(place + "receipt.leaf")
        named = LEAF.match(leaf)
        if not named or named.group(1).decode() != hashlib.sha256(body).hexdigest():
            raise Wrong("leaf")
        receipt = canonical_object(body, "receipt")
        index, path, note = read_proof(self._bag.read(place + "receipt.leaf.tlog-proof"))
        check_inclusion(leaf, index, path, note)
        bare = self._keys.check_signature(note)
        if not note.origin.startswith(str(receipt.get("log")) + "/"):
            raise Wrong("log")
        self._check_beside(place, note, bare)
        tokens = self._tokens(place)
        if tokens:
            at = self._keys.check_times(bare, tokens, instant(receipt))
            self.renewed = max(self.renewed, len(tokens) - 1)
            self.latest = max(filter(None, (self.latest, at)), default=None)
        self._check_renewed(place, note, index, bare, body, tokens, instant(receipt))
        self.sizes[note.origin] = max(note.size, self.sizes.get(note.origin, 0))
        return receipt

    def _check_renewed(
        self,
        place: str,
        note: Note,
        index: int,
        bare: bytes,
        body: bytes,
        tokens: list[tuple[str, bytes]],
        written: datetime,
    ) -> None:
        """What rounds of hash renewal have bound of this receipt and its checkpoint."""
        kinds = set[str]()
        for name in sorted(self._renewed.get(place, ())):
            match = RENEWED_FILE.match(name)
            if not match or match.group(2) in kinds:
                raise Wrong("renewed-files", name)
            kinds.add(match.group(2))
            number = match.group(1)
            statement, at = self.rounds.check(number)
            try:
                if at and at < written - SKEW:
                    raise Wrong("time-bounds")
                position, path, leaf = read_renewed(self._bag.read(place + name))
                if tree_root("sha512", leaf, position, statement.size, path) != statement.root:
                    raise Wrong("renewed-inclusion")
                if match.group(2) == "entry":
                    self._check_entry(place, statement, note, index, position, leaf, body, number)
                else:
                    self._check_head(note, bare, leaf, tokens, at)
            except Wrong as wrong:
                raise Wrong(wrong.reason, wrong.item or name) from None

    def _check_entry(
        self,
        place: str,
        statement: Statement,
        note: Note,
        index: int,
        position: int,
        leaf: bytes,
        body: bytes,
        number: str,
    ) -> None:
        start, size, at = statement.heads.get(note.origin, (0, 0, 0))
        origin, where, what, digest = [*leaf.decode("utf-8", "replace").rstrip("\n").split(" "), "", "", ""][:4]
        if not start <= index < size or position != at + index - start or (origin, where) != (note.origin, str(index)):
            raise Wrong("renewed-entry")
        if leaf != f"{note.origin} {index} {what} {digest}\n".encode() or what not in ("file", "receipt"):
            raise Wrong("renewed-entry")
        receipt = hashlib.sha512(body).digest()
        if what == "receipt" and hashlib.sha512(receipt).hexdigest() != digest:
            raise Wrong("renewed-entry")
        if what == "file":
            self._pairs[place] = (digest, receipt, f"renewal-{number}.entry".encode())
        self.rounds.used.setdefault(number, []).append(what == "file")

    def check_file(self, reference: str, sha512: Callable[[], bytes]) -> None:
        """The file of a receipt is the one a round of hash renewal bound with it, if one did."""
        pair = self._pairs.get(f"receipts/{reference}/")
        if pair is not None and hashlib.sha512(pair[1] + sha512()).hexdigest() != pair[0]:
            raise Wrong("renewed-file", pair[2].decode())

    def _check_head(
        self, note: Note, bare: bytes, leaf: bytes, tokens: list[tuple[str, bytes]], at: datetime | None
    ) -> None:
        """Exactly what was bound must be here: the checkpoint, and the tokens it had then."""
        prefix, lines = f"{note.origin} {note.size} ", leaf.decode("utf-8", "replace").split("\n")
        if lines[0] != f"{prefix}checkpoint {hashlib.sha512(bare).hexdigest()}" or lines.pop() != "":
            raise Wrong("renewed-checkpoint")
        if any(not line.startswith((prefix + "token ", prefix + "cosignature ")) for line in lines[1:]):
            raise Wrong("renewed-checkpoint")
        bound = [line for line in lines[1:] if line.startswith(prefix + "token court ")]
        if len(bound) > len(tokens):
            raise Wrong("missing", "checkpoint.tsr" if not tokens else f"checkpoint.renewal-{len(tokens)}.tsr")
        for number, (line, (name, token)) in enumerate(zip(bound, tokens)):
            if line != f"{prefix}token court {number} {hashlib.sha512(token).hexdigest()}":
                raise Wrong("renewed-checkpoint", name)
        before = b"".join(token for _, token in tokens[: len(bound) - 1]) if bound else b""
        if (
            at
            and bound
            and self._keys.authority
            and not self._keys.stands(bare + before, tokens[len(bound) - 1][1], at)
        ):
            raise Wrong("renewed-late")

    def _tokens(self, place: str) -> list[tuple[str, bytes]]:
        """The time token of a checkpoint and its renewals, in order, each with its name."""
        count = len(self._renewals.get(place, ()))
        if self._renewals.get(place, set()) != {f"{number}.tsr" for number in range(1, count + 1)}:
            raise Wrong("renewals")
        names = ["checkpoint.tsr", *(f"checkpoint.renewal-{number}.tsr" for number in range(1, count + 1))]
        if place + names[0] not in self._bag.names:
            if count:
                raise Wrong("missing", names[0])
            return []
        return [(name, self._bag.read(place + name)) for name in names]

    def _check_beside(self, place: str, note: Note, bare: bytes) -> None:
        """The loose files for other programs must be the proof's own, or two programs would check two things."""
        expected = {"checkpoint": bare, "checkpoint.body": note.text}
        for name, data in expected.items():
            if place + name in self._bag.names and self._bag.read(place + name) != data:
                raise Wrong("checkpoint")


def canonical_object(data: bytes, reason: str) -> dict[str, Any]:
    """JSON that is an object in the one canonical spelling, so that no two programs read two things."""
    try:
        value = json.loads(data.decode("utf-8"))
        again = CANONICAL.encode(value).encode()
    except (ValueError, RecursionError):
        raise Wrong(reason) from None
    if not isinstance(value, dict) or again != data:
        raise Wrong(reason)
    return value


def instant(receipt: dict[str, Any]) -> datetime:
    """When the machine entered the receipt."""
    try:
        text = str(receipt["logged_at"])
        at = datetime.fromisoformat(text[:-1])
        if at.tzinfo is not None or at.isoformat(timespec="microseconds") + "Z" != text:
            raise Wrong("receipt")
        return at.replace(tzinfo=UTC)
    except (KeyError, ValueError):
        raise Wrong("receipt") from None


class Contents(NamedTuple):
    """What the kit says it holds."""

    case: str | None
    files: list[tuple[str, str]]
    entries: list[tuple[int, str, int | None]]
    left_out: list[tuple[str, str, str, str | None]]


def plain_number(value: Any) -> int:
    """A number as the court writes it; what only turns into one is none, for other readers take it otherwise."""
    if type(value) is not int:
        raise Wrong("contents", "contents.json")
    return value


def read_contents(bag: Bag) -> Contents:
    """``contents.json``."""
    listed = canonical_object(bag.read("contents.json"), "contents")
    try:
        if listed["format"] != "odr-kit@v1" or not (listed["case"] is None or isinstance(listed["case"], str)):
            raise Wrong("contents", "contents.json")
        files = [(str(each["path"]), str(each["receipt"])) for each in listed["files"]]
        entries = [
            (
                plain_number(each["number"]),
                str(each["receipt"]),
                None if each["line"] is None else plain_number(each["line"]),
            )
            for each in listed["entries"]
        ]
        left = [
            (str(e["item"]), str(e["why"]["en"]), str(e["why"]["zh-Hans"]), e["sha256"])
            for e in listed.get("left_out", [])
        ]
    except (KeyError, TypeError, ValueError):
        raise Wrong("contents", "contents.json") from None
    return Contents(listed["case"], files, entries, left)


def check_entries(
    contents: Contents, lines: list[bytes], receipts: Receipts, at_least: int
) -> tuple[list[Failure], list[bytes]]:
    """The docket from its first entry to its last, none missing, each following the one before.

    Gives the failures and the texts that hold: only those can bind a file to the case.
    """
    failures, held, previous, taken = [], [], FIRST, 0
    for position, (number, reference, line) in enumerate(contents.entries, 1):
        item = f"docket entry {number}"
        try:
            receipt = receipts.check(reference)
            if receipt.get("case") != contents.case or contents.case is None:
                raise Wrong("case")
            if number != position or receipt.get("entry") != number:
                raise Wrong("gap")
            if receipt.get("previous") != previous:
                raise Wrong("chain")
            if line is not None:
                taken += 1
                text = lines[line - 1] if line == taken and line <= len(lines) else b""
                if hashlib.sha256(text).hexdigest() != receipt.get("sha256") or len(text) != receipt.get("size"):
                    raise Wrong("line")
                receipts.check_file(reference, lambda text=text: hashlib.sha512(text).digest())  # type: ignore[misc]
                held.append(text)
            previous = str(receipt.get("sha256"))
        except Wrong as wrong:
            failures.append(failed(item, wrong))
            previous = ""
    if taken != len(lines):
        failures.append(Failure("data/docket.jsonl", "lines"))
    if len(contents.entries) < at_least:
        failures.append(Failure(f"docket entry {at_least}", "short"))
    return failures, held


def check_whole(contents: Contents, bag: Bag, digests: dict[str, tuple[str, int]], lines: list[bytes]) -> list[Failure]:
    """A whole case file holds every exhibit and paper its docket names, or says that it is left out.

    A paper that was signed again is named once for each signature; the last name is that of the file which is here or
    left out, and an earlier one must be the beginning of that file, see :func:`went_on`.
    """
    payload = {digest: (name, size) for name, (digest, size) in digests.items() if name.startswith("data/")}
    left_out = {sha256 for _, _, _, sha256 in contents.left_out if sha256}
    failures: list[Failure] = []
    later: dict[str, list[str]] = {}
    for line in reversed(lines):
        result = canonical_object(line, "line").get("result")
        if not isinstance(result, dict):
            continue
        names, sha256 = str(result.get("exhibit") or result.get("document") or ""), result.get("sha256")
        if not names or not isinstance(sha256, str):
            continue
        paper = later.setdefault(names, []) if not result.get("exhibit") else []
        if (
            sha256 not in payload
            and sha256 not in left_out
            and not went_on(bag, sha256, result.get("size"), paper, payload, left_out)
        ):
            failures.append(Failure(names, "absent"))
        paper.append(sha256)
    return failures[::-1]


def went_on(
    bag: Bag, sha256: str, size: Any, later: list[str], payload: dict[str, tuple[str, int]], left_out: set[str]
) -> bool:
    """Whether a paper became, by a later entry that names the same paper, a file that begins with exactly these bytes,
    or one left out.

    ``later`` are the digests under which entries after this one name the paper.
    """
    if left_out.intersection(later):
        return True
    if not isinstance(size, int) or size <= 0:
        return False
    files = [payload[digest] for digest in later if digest in payload]
    return any(size < whole and bag.beginning(name, size) == sha256 for name, whole in files)


def check_files(
    contents: Contents, bag: Bag, digests: dict[str, tuple[str, int]], lines: list[bytes], receipts: Receipts
) -> list[Failure]:
    """Every payload file is named by exactly one receipt, and by the docket of this case."""
    failures = []
    proven: set[str] = {"data/docket.jsonl"} if contents.entries else set()
    # A kit of one exhibit brings the docket entry that names it as a file of its own: what that entry says, binds.
    lines = [*lines, *single_entries(contents, bag, digests, receipts)]
    named = {mark.decode() for line in lines for mark in QUOTED.findall(line)}
    labels = labelled(lines)
    for path, reference in contents.files:
        try:
            if path in proven:
                raise Wrong("twice")
            proven.add(path)
            receipt = receipts.check(reference)
            if digests.get(path) != (receipt.get("sha256"), receipt.get("size")):
                raise Wrong("file")
            receipts.check_file(reference, lambda path=path: bag.sha512(path))  # type: ignore[misc]
            if receipt.get("case", contents.case) != contents.case:
                raise Wrong("case")
            # An upload's receipt names no case; that it is of this one, an entry of the docket says.
            if contents.case is not None and "case" not in receipt and receipt.get("sha256") not in named:
                raise Wrong("unbound")
            # Where a file lies is said by the bag alone: under the label of an exhibit lies what the docket names so.
            folder = path.split("/")
            told = labels.get(folder[2]) if folder[:2] == ["data", "exhibits"] and len(folder) > 3 else None
            if told is not None and receipt.get("sha256") not in told:
                raise Wrong("label")
        except Wrong as wrong:
            failures.append(failed(path, wrong))
    failures += [
        Failure(name, "unproven") for name in sorted(bag.names) if name.startswith("data/") and name not in proven
    ]
    return failures


def labelled(lines: list[bytes]) -> dict[str, set[str]]:
    """The digests of the files that the docket names under the label of each exhibit, earlier proofs of it too. A label of
    which it keeps some digest back, or that it never gave a file, is not among them.
    """
    told: dict[str, set[str]] = {}
    proofs: list[tuple[Any, Any]] = []
    kept = set()
    for line in lines:
        try:
            result = canonical_object(line, "line").get("result")
        except Wrong:
            continue
        if not isinstance(result, dict):
            continue
        proofs += [(result.get("exhibit_proven"), result.get(name)) for name in ("proof_sha256", "beside_sha256")]
        several = result.get("files")
        for each in [result, *(several if isinstance(several, list) else [])]:
            label = (each.get("exhibit") or result.get("exhibit")) if isinstance(each, dict) else None
            if not isinstance(label, str) or "receipt" not in each:
                continue
            if isinstance(each.get("sha256"), str):
                told.setdefault(label, set()).add(each["sha256"])
            else:
                kept.add(label)
    for label, digest in proofs:
        if label in told:
            told[label].add(digest)
    return {label: digests for label, digests in told.items() if label not in kept}


def single_entries(
    contents: Contents, bag: Bag, digests: dict[str, tuple[str, int]], receipts: Receipts
) -> list[bytes]:
    """Docket entries that lie in the kit as files, each the very text of its receipt in this case."""
    found = []
    for path, reference in contents.files:
        try:
            receipt = receipts.check(reference)
            named = (
                isinstance(receipt.get("entry"), int)
                and receipt.get("media_type") == "application/json"
                and receipt.get("case") == contents.case
            )
            if named and digests.get(path) == (receipt.get("sha256"), receipt.get("size")):
                found.append(bag.read(path))
        except Wrong:
            continue
    return found


def verify(
    place: Path, logs: set[str], authority: str | set[str] | None = None, case: str | None = None, at_least: int = 0
) -> tuple[list[Failure], list[str]]:
    """Everything. Gives the failures and, in words, what is proven."""
    named = {authority} if isinstance(authority, str) else set(authority or ())
    try:
        bag = Bag(place)
        failures, listed = read_manifests(bag)
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
            hashed = bag.hashed(sorted(bag.names - {"tagmanifest-sha256.txt"}), pool)
            contents = read_contents(bag)
            receipts = Receipts(bag, Keys(bag, logs, named, Path(folder)))
            lines = (
                bag.read("data/docket.jsonl", 1 << 31).split(b"\n")[:-1]
                if "data/docket.jsonl" in bag.names and contents.entries
                else []
            )
            entries, held = check_entries(contents, lines, receipts, at_least)
            for _, reference in contents.files:
                tried(partial(receipts.check, reference))
            digests = {name: said if isinstance(said, tuple) else said.result() for name, said in hashed.items()}
            failures += check_bag(bag, listed, digests)
            files = check_files(contents, bag, digests, held, receipts)
            whole = check_whole(contents, bag, digests, held) if contents.entries else []
            ended = receipts.ended()
            strays = receipts.rounds.strays()
    except Wrong as wrong:
        return [Failure(wrong.item or str(place), wrong.reason)], []
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return [Failure(str(place), "packed")], []
    failures += entries + files + whole + strays
    if case is not None and case != contents.case:
        failures.append(Failure("contents.json", "case"))
    return failures, proven_words(contents, receipts, ended)


def proven_words(contents: Contents, receipts: Receipts, ended: bool) -> list[str]:
    """What a kit without failures proves, and what it does not."""
    words, count = [], len(contents.entries)
    if count:
        words.append(f"Docket entries 1 to {count} are all there, none missing. / 卷宗第1至{count}条齐全，无缺漏。")
    words.append(
        f"{len(contents.files)} files are byte for byte those received. / {len(contents.files)}个文件与法院收到时逐字节一致。"
    )
    if count and not contents.left_out:
        words.append("Nothing of the case is left out. / 本案材料无未收录项。")
    for item, english, chinese, _ in contents.left_out:
        words.append(
            f"Left out: {printable(item)}: {printable(english)} / 未收录：{printable(item)}：{printable(chinese)}"
        )
    for origin, size in sorted(receipts.sizes.items()):
        words.append(f"Log {origin}, signed at {size} entries. / 日志{origin}，签署时共{size}条。")
    if receipts.latest:
        at = receipts.latest.strftime("%Y-%m-%d %H:%M:%S")
        words.append(
            f"The named time authority saw the newest checkpoint at {at} UTC. / 指定的时间戳机构于{at}（UTC）见证了最新检查点。"
        )
        if receipts.renewed:
            words.append(
                f"Its time tokens were renewed up to {receipts.renewed} times, each in time. / 时间戳最多续期{receipts.renewed}次，均未逾期。"
            )
        if ended and not receipts.rounds.used:
            words.append(ENDED)
    else:
        words.append("Times were not checked: no time authority was named. / 未核验时间：未指定时间戳机构。")
    for number, bound in sorted(receipts.rounds.used.items()):
        statement, seen = receipts.rounds.known[number]
        on, rule = f" {seen:%Y-%m-%d %H:%M:%S} UTC" if seen else "", printable(statement.ruled_on)
        words.append(
            f"Round {number} of hash renewal{on} (rule of {rule}) bound {len(bound)} receipts with SHA-512, {sum(bound)} with the file."
            f" / 第{number}轮哈希续期{on}（规则日期{rule}）以SHA-512绑定{len(bound)}份回执，其中{sum(bound)}份连同文件绑定。"
        )
        if not seen:
            words.append(f"The time of round {number} was not checked. / 未核验第{number}轮哈希续期的时间。")
    words.append(
        "Unchanged means since the court received them. It does not say that what they show is true. / “一致”指自法院收到之时起未经改动，不代表其内容真实。"
    )
    return words


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, check, explain; 0 when everything holds."""
    sys.setswitchinterval(0.0005)  # threads that hash wait for this one as often as they have read a piece
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "place",
        nargs="?",
        default=str(Path(__file__).resolve().parent),
        help="folder or ZIP of the kit / 文件包目录或者ZIP文件",
    )
    key_help = (
        "SHA-256 or SHA-512 of a log's key, from outside; may be given again / 另行取得的日志公钥指纹，可重复给出"
    )
    time_help = (
        "SHA-256 or SHA-512 of an authority's root certificate; may be given again / 时间戳机构根证书指纹，可重复给出"
    )
    parser.add_argument("--log-key-fingerprint", action="append", required=True, metavar="HEX", help=key_help)
    parser.add_argument("--time-authority-fingerprint", action="append", default=[], metavar="HEX", help=time_help)
    parser.add_argument("--case", help="reference of the case you expect / 预期的案件编号")
    parser.add_argument(
        "--at-least",
        type=int,
        default=0,
        metavar="N",
        help="number of the latest entry you know of / 您所知的最后条目编号",
    )
    given = parser.parse_args(arguments)
    plain, authorities = (
        {re.sub(r"[\s:]", "", text).lower() for text in each}
        for each in (given.log_key_fingerprint, given.time_authority_fingerprint)
    )
    failures, words = verify(Path(given.place), plain, authorities, given.case, given.at_least)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    for failure in failures:
        english, chinese = REASONS[failure.reason]
        print(f"FAILS / 未通过: {printable(failure.item)}\n    {english} / {chinese}")
    if failures:
        print(f"{len(failures)} failures. Do not rely on this kit. / 共{len(failures)}处未通过，请勿采信本文件包。")
        return 1
    print("Everything holds. / 全部通过。\n" + "\n".join(words))
    return 0


def printable(text: str) -> str:
    """A name that cannot steer the terminal."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


if __name__ == "__main__":
    sys.exit(main())
