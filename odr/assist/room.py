"""What the room that helps brings."""

from odr.assist.checks.claim import look_at_claim
from odr.assist.checks.gather import look_at
from odr.assist.guide.handing import erase_due
from odr.ground.text import T
from odr.procedure.hooks import DeskPage, Room

ROOM = Room(
    name="assist",
    routes=("odr.assist.guide.pages:ask", "odr.assist.similar.pages:similar", "odr.assist.standards.pages:standards"),
    text_check=look_at,
    claim_check=look_at_claim,
    sweeps={"guide": erase_due},
    desk_pages=(DeskPage("ask.desk", T("Questions the guide did not answer"), 103),),
)
