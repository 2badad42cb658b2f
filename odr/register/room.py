"""What the public register brings."""

from odr.ground.text import T
from odr.procedure.acts.events import FeePaid, Served, ServiceFell
from odr.procedure.hooks import DeskPage, NavItem, Room, on
from odr.register import time_limits
from odr.register.calendar.attending.places import (
    erase_due,
    follow_hearings,
    give_out_due,
    records_kept as place_records_kept,
)
from odr.register.copies import acts as copy_acts
from odr.register.copies.making import certify_due
from odr.register.enforcement_list import consumption, listing, reporting, standing
from odr.register.enforcement_list.audit import audit_case_listings, records_kept as list_records_kept
from odr.register.enforcement_list.panel import listing_panel
from odr.register.enforcement_list.sanctions import after as sanctions
from odr.register.enforcement_list.sanctions.audit import audit_case_sanctions
from odr.register.enforcement_list.sanctions.panel import sanction_panel
from odr.register.feedback.answers import feedback_panel
from odr.register.publication.audit import audit_case_publications, records_kept
from odr.register.publication.mirror.making import copies_kept
from odr.register.publication.numbering import follow_decisions
from odr.register.publication.panel import publication_panel
from odr.register.search.keeping import keep_index
from odr.register.search.saved.telling import tell_due
from odr.register.statistics.counting import count_on
from odr.register.viewing import applications
from odr.register.volume import acts as volume_acts
from odr.register.volume.binding import volumes_due
from odr.register.volume.recordings import recording_is_needed

ROOM = Room(
    name="register",
    routes=(
        "odr.register.pages:register",
        "odr.register.feedback.pages:feedback",
        "odr.register.first_pages.offline_pages:offline",
        "odr.register.publication.public_pages:published",
        "odr.register.publication.desk_pages:publishing",
        "odr.register.search.pages:search",
        "odr.register.search.saved.pages:saved",
        "odr.register.calendar.pages:hearings",
        "odr.register.calendar.broadcasts.pages:broadcasts",
        "odr.register.process.pages:process",
        "odr.register.statistics.pages:statistics",
        "odr.register.copies.pages:copies",
        "odr.register.viewing.pages:viewing",
        "odr.register.calendar.attending.pages:attending",
        "odr.register.calendar.attending.watching_pages:watching",
        "odr.register.volume.pages:volume",
        "odr.register.enforcement_list.pages:enforcement_list",
    ),
    on_event=(
        on(FeePaid, copy_acts.on_paid, sanctions.on_paid),
        on(Served, standing.on_served, sanctions.on_served),
        on(ServiceFell, standing.on_service_fell),
    ),
    on_lapse={
        time_limits.COPY_COST: copy_acts.not_paid,
        time_limits.PROPERTY_REPORT: reporting.no_report,
        time_limits.LISTING_TERM: standing.term_over,
        time_limits.FINE_PAYMENT: sanctions.not_paid,
        time_limits.DETENTION: sanctions.days_over,
    },
    nav=(
        NavItem("file", "copies.listing", T("Read and copy"), 78, rarely=True),
        NavItem("volume", "volume.one", T("Volume"), 79, rarely=True),
    ),
    commands=("odr.register.publication.mirror.cli:group",),
    sweeps={
        "copies": certify_due,
        "volumes": volumes_due,
        "search": keep_index,
        "statistics": count_on,
        "saved searches": tell_due,
        "places": give_out_due,
        "places erased": erase_due,
    },
    panels=(feedback_panel, publication_panel, listing_panel, sanction_panel),
    confided=(listing.never_kept_open,),
    after_act=(
        follow_decisions,
        volume_acts.opened_by_a_party,
        volume_acts.opened_by_an_erasure,
        follow_hearings,
        standing.follow_debts,
        consumption.follow_bars,
        sanctions.follow_sanctions,
    ),
    bars=(volume_acts.volume_is_closed, recording_is_needed),
    holdings=(records_kept, applications.records_kept, place_records_kept, copies_kept, list_records_kept),
    audits=(audit_case_publications, audit_case_listings, audit_case_sanctions),
    desk_pages=(
        DeskPage("viewing.desk", T("Applications to read a decision"), 102),
        DeskPage("attending.desk", T("Places of the public in hearings"), 104),
        DeskPage("attending.mine", T("Places in hearings"), 132),
        DeskPage("feedback.words", T("What people said in words"), 126),
        DeskPage("viewing.mine", T("Reading decisions"), 131),
    ),
)
