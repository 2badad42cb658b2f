"""Independent witnesses (C2SP tlog-witness): ask one to cosign a checkpoint, and believe only its key."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from odr.ground import outgoing
from odr.notary.log.note import Note, NoteKey, NoteRefused, SignatureLine, SignatureType, Verified, verify_note
from odr.notary.log.strict import Malformed, b64, decimal

MAX_ANSWER = 100_000
TRIES = 4
"""How often in a row a witness is asked from the size it has just named: other workers may be asking it too."""
_REFUSING = frozenset({403, 409, 422})
"""Answers that say something of the tree: signed by a stranger, from another size, no continuation (C2SP tlog-witness).
"""


class WitnessRefused(Exception):
    """The witness gave no cosignature. ``status`` is its HTTP answer, None when it could not be reached."""

    def __init__(self, name: str, status: int | None, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.status = status

    @property
    def is_of_the_tree(self) -> bool:
        """Whether the witness refused this tree. A stranger to the log (404), one that is out of order or says rubbish
        says nothing of it.
        """
        return self.status in _REFUSING


class WitnessConflict(WitnessRefused):
    """The witness knows another tree: of size ``known``, or None when it does not say."""

    def __init__(self, name: str, known: int | None) -> None:
        super().__init__(name, 409, f"knows a tree of {known}")
        self.known = known


class WitnessUnsettled(WitnessRefused):
    """The witness gave no cosignature, and no word on the tree either: it is asked again in the next round."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name, None, why)


@dataclass(frozen=True)
class Witness:
    """A witness: its key (vkey of type 0x04) and submission prefix."""

    key: NoteKey
    url: str
    timeout: float = 5.0

    def __post_init__(self) -> None:
        if self.key.type is not SignatureType.COSIGNATURE:
            raise Malformed("a witness has a cosignature key")

    @classmethod
    def parse(cls, vkey: str, url: str) -> Witness:
        """From settings: the key in one line and the address."""
        return cls(NoteKey.parse(vkey), url.rstrip("/"))

    def cosign(self, note: Note, size: int, old: int, consistency: Callable[[int], Sequence[bytes]]) -> Verified:
        """Ask for a cosignature over a checkpoint of ``size``.

        ``old`` is the size believed last cosigned; when the witness knows another that this
        tree contains, it is asked again from there. Raises :class:`WitnessRefused`.
        """
        for _ in range(TRIES):
            try:
                return self._ask(note, old, consistency(old))
            except WitnessConflict as conflict:
                if conflict.known is None or conflict.known == old or conflict.known > size:
                    raise
                old = conflict.known
        raise WitnessUnsettled(self.key.name, f"names another size each time, {old} last")

    def _ask(self, note: Note, old: int, proof: Sequence[bytes]) -> Verified:
        lines = [f"old {old}", *map(b64, proof), "", ""]
        request = urllib.request.Request(
            f"{self.url}/add-checkpoint", "\n".join(lines).encode() + note.encode(), {"Content-Type": "text/plain"}
        )
        try:
            with outgoing.in_http():
                status, body = self._answer(request)
        except OSError as error:
            raise WitnessRefused(self.key.name, None, f"not reached: {error}") from error
        if status is not None:
            raise self._refused(status, body)
        return self._believe(note, body)

    def _answer(self, request: urllib.request.Request) -> tuple[int | None, bytes]:
        """What was answered; with its status where that says that it is no cosignature."""
        try:
            with outgoing.ask(request, timeout=self.timeout) as answer:
                return None, answer.read(MAX_ANSWER)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read(MAX_ANSWER)

    def _refused(self, status: int, body: bytes) -> WitnessRefused:
        if status != 409:
            return WitnessRefused(self.key.name, status, f"answered {status}")
        try:
            return WitnessConflict(self.key.name, decimal(body.decode("ascii").removesuffix("\n")))
        except (UnicodeDecodeError, Malformed):
            return WitnessConflict(self.key.name, None)

    def _believe(self, note: Note, body: bytes) -> Verified:
        try:
            text = body.decode("utf-8")
            if not text.endswith("\n"):
                raise Malformed("signature lines end in a newline")
            lines = [SignatureLine.parse(line) for line in text[:-1].split("\n")]
            return verify_note(Note(note.text, tuple(lines)), [self.key])[0]
        except (UnicodeDecodeError, Malformed, NoteRefused) as error:
            raise WitnessRefused(self.key.name, 200, f"cosignature not believed: {error}") from error
