"""What the procedure room brings."""

from odr.procedure.holdings import holdings
from odr.procedure.hooks import NavItem, Room
from odr.text import T

ROOM = Room(
    name="procedure",
    routes=("odr.procedure.routes:cases", "odr.procedure.routes_time:times", "odr.procedure.routes_rules:rules"),
    holdings=(holdings,),
    nav=(
        NavItem("overview", "cases.overview", T("Overview"), 0),
        NavItem("timeline", "times.case_timeline", T("Timeline"), 85),
        NavItem("docket", "cases.docket", T("Docket"), 90),
    ),
)
