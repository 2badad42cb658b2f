"""Nothing is offered that leads to a refusal: over every state of the demonstration."""

from __future__ import annotations

from sqlalchemy import select

from odr.docket.models import Case
from odr.identity.actors import Actor
from odr.procedure.acts.availability import acts_for
from odr.procedure.court import Court
from odr.procedure.forms.fields import choices_for, fields_of
from odr.procedure.forms.inputs import Widget

CHOSEN = {Widget.RADIOS, Widget.SELECT}


def test_no_form_asks_to_choose_from_nothing(told: Court) -> None:
    """An act that is open to a party, by the form made from its input, has something to choose wherever its form must have an answer chosen."""
    empty, forms = [], 0
    with told.database.read() as session:
        look = told.look(session)
        for case in session.scalars(select(Case)):
            for party in case.parties:
                actor = Actor(party.role, party.account_id, party.name, case.id, party.id)
                for one in acts_for(look, case, actor):
                    if not one.is_open or not one.act.listed or one.act.page is not None:
                        continue
                    forms += 1
                    fields = fields_of(one.act.input, "en", {}, [], choices_for(one.act.input, look, case, actor))
                    empty += [
                        (case.stage.value, actor.hat, one.act.name, f.name)
                        for f in fields
                        if f.required and not f.sends and f.kind in CHOSEN and not f.options
                    ]
    assert forms > 100
    assert not sorted({one[2:] for one in empty}), sorted({one[2:] for one in empty})
