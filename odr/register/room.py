"""What the public register brings."""

from odr.ground.text import T
from odr.procedure.hooks import DeskPage, Room
from odr.register.feedback import feedback_panel

ROOM = Room(
    name="register",
    routes=(
        "odr.register.pages:register",
        "odr.register.feedback_pages:feedback",
        "odr.register.offline_pages:offline",
        "odr.register.calendar.pages:hearings",
    ),
    panels=(feedback_panel,),
    desk_pages=(DeskPage("feedback.words", T("What people said in words"), 126),),
)
