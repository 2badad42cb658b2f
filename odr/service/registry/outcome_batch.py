"""Many outcomes at once: what the post brought and what came of the calls, line by line; a wrong line is named and
nothing is lost.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from sqlalchemy import select

from odr.docket.models import Case, Role
from odr.ground.errors import CourtError, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor, actors_in
from odr.identity.models import Account
from odr.procedure.forms import fields
from odr.service import names
from odr.service.models import Packet
from odr.service.packet.outcomes import Happening, Way
from odr.service.registry.acts import CallOutcome

if TYPE_CHECKING:
    from odr.procedure.court import Court

COLUMNS = ("packet", "way", "what", "day", "hour", "signer", "words")
MOST_LINES = 500
CALL = "call"
VOCABULARY = (
    (T("In which way"), tuple(Way)),
    (T("What happened"), tuple(Happening)),
    (T("What came of a call"), tuple(CallOutcome)),
)
"""What may stand in a line's columns: title, and the words with their meaning."""


@dataclass(frozen=True)
class WrongLine:
    """A line that was not taken: where it stands, how it reads, and what is wrong."""

    line: int
    written: str
    message: Text


@dataclass(frozen=True)
class Batch:
    """What became of a batch."""

    taken: int
    repeated: int
    wrong: tuple[WrongLine, ...]

    @property
    def left(self) -> str:
        """The wrong lines as they were written, to be mended and sent again."""
        return "\n".join(one.written for one in self.wrong)


def record_batch(court: Court, text: str, account_id: int, strong_at: Any, key: str) -> Batch:
    """Record each line as an act of its own. ``key`` with the line's own words makes sending the same batch again
    harmless.

    A line reads ``packet,way,what,day,hour,signer,words``; the way ``call`` records a telephone call.
    """
    taken = repeated = 0
    wrong: list[WrongLine] = []
    lines = [
        (number, line.strip()) for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1) if line.strip()
    ]
    for number, line in lines:
        if line.replace(" ", "").lower().startswith("packet,way"):
            continue
        try:
            if number > MOST_LINES:
                raise InvalidInput.at("line", T("At most %(count)s lines at once.", count=MOST_LINES))
            if _record(court, line, account_id, strong_at, key):
                repeated += 1
            else:
                taken += 1
        except InvalidInput as error:
            wrong.append(WrongLine(number, line, error.faults[0].message if error.faults else error.message))
        except CourtError as error:
            wrong.append(WrongLine(number, line, error.message))
    return Batch(taken, repeated, tuple(wrong))


def _record(court: Court, line: str, account_id: int, strong_at: Any, key: str) -> bool:
    """Perform the act of one line; says whether it had been taken before."""
    from odr.ground.canonical import sha256_hex

    row = _read(line)
    with court.sit() as sitting:
        packet = sitting.session.scalar(select(Packet).where(Packet.reference == row["packet"].rpartition("-")[0]))
        packet = packet or sitting.session.scalar(select(Packet).where(Packet.reference == row["packet"]))
        case = sitting.session.get(Case, packet.case_id) if packet is not None else None
        actor = clerk_in(sitting.session, account_id, case, court, strong_at) if case is not None else None
        if packet is None or case is None or actor is None:
            raise InvalidInput.at("packet", T("You have no paper with this reference."))
        name, given = _act(court, row, packet.reference)
        receipt = sitting.perform(name, case, given, actor=actor, key=sha256_hex(f"{key}\x1f{line}".encode())[:60])
        return receipt.repeated


def clerk_in(session: Any, account_id: int, case: Case, court: Court, strong_at: Any) -> Actor | None:
    """The clerk of a case as an actor; None for whoever is not one."""
    account = session.get_one(Account, account_id)
    return next(
        (one for one in actors_in(session, account, case, court.clock.now(), strong_at) if one.role is Role.CLERK), None
    )


def _read(line: str) -> dict[str, str]:
    try:
        cells = next(csv.reader(io.StringIO(line), strict=True))
    except (csv.Error, StopIteration):
        raise InvalidInput.at("line", T("The line cannot be read: look at its quotation marks.")) from None
    if len(cells) < 4 or len(cells) > len(COLUMNS):
        raise InvalidInput.at("line", T("A line has 4 to 7 parts: packet, way, what, day, hour, signer, words."))
    return {**dict.fromkeys(COLUMNS, ""), **{name: cell.strip() for name, cell in zip(COLUMNS, cells, strict=False)}}


def _act(court: Court, row: dict[str, str], reference: str) -> tuple[str, BaseModel]:
    common = {
        "packet": reference,
        "what": row["what"],
        "happened_on": row["day"],
        "hour": row["hour"],
        "words": row["words"],
    }
    name = names.RECORD_CALL if row["way"].lower() == CALL else names.RECORD_OUTCOME
    values = common if name == names.RECORD_CALL else {**common, "way": row["way"], "signer": row["signer"]}
    return name, fields.parse(court.table[name].input, {key: [value] for key, value in values.items() if value})
