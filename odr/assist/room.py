"""What the room that helps brings."""

from odr.assist.checks.claim import look_at_claim
from odr.assist.checks.gather import look_at, look_at_words_of, words_made_ready
from odr.assist.guide.handing import erase_due
from odr.assist.kiosk.terminals import sweep
from odr.assist.line.answering import forget_old
from odr.assist.line.keypad_codes import keep_keys
from odr.assist.similar.beside import from_cases
from odr.ground.text import T
from odr.procedure.hooks import DeskPage, Room

ROOM = Room(
    name="assist",
    routes=(
        "odr.assist.guide.pages:ask",
        "odr.assist.similar.pages:similar",
        "odr.assist.standards.pages:standards",
        "odr.assist.line.pages:line",
        "odr.assist.kiosk.pages:kiosk",
    ),
    commands=("odr.assist.line.cli:group", "odr.assist.guide.cli:group"),
    text_check=look_at,
    claim_check=look_at_claim,
    words_check=look_at_words_of,
    made_ready=(words_made_ready,),
    from_cases=from_cases,
    sweeps={"guide": erase_due, "line": forget_old, "keypad codes": keep_keys, "terminals": sweep},
    desk_pages=(
        DeskPage("ask.desk", T("Questions the guide did not answer"), 103),
        DeskPage("kiosk.listing", T("Terminals"), 146),
    ),
)
