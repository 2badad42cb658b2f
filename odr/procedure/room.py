"""What the procedure room brings."""

from odr.ground.text import T
from odr.procedure.hooks import DeskPage, NavItem, Room
from odr.procedure.receipt_files import holdings

ROOM = Room(
    name="procedure",
    routes=("odr.procedure.case.pages:cases", "odr.procedure.time.pages:times", "odr.procedure.rules.pages:rules"),
    holdings=(holdings,),
    nav=(
        NavItem("overview", "cases.overview", T("Overview"), 0),
        NavItem("timeline", "times.case_timeline", T("Timeline"), 85),
        NavItem("docket", "cases.docket", T("Docket"), 90),
    ),
    desk_pages=(DeskPage("rules.desk", T("Rules: new versions and what is lacking"), 110),),
)
