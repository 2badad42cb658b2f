"""Kinds of tasks of the register."""

from __future__ import annotations

from odr.docket.models import Role
from odr.ground.text import T
from odr.procedure.acts.tasks import desk

APPROVE_PUBLICATION = desk("approve_publication", T("A public text to approve"), Role.JUDGE)
DECIDE_ON_PUBLIC = desk("decide_on_public", T("A published decision that lost its effect"), Role.JUDGE, by_hand=True)
MAKE_PUBLIC = desk("make_public", T("A decision to make public"), Role.CLERK)
PUBLISH = desk("publish", T("An approved public text to publish"), Role.CLERK)
WITHHOLD = desk("withhold", T("A decision that as a rule is not published"), Role.JUDGE)
