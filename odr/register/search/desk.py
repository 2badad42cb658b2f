"""The search as a request finds it: the index that is there, without what the ledger knows better by now."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from odr.register.publication.check_register import FIRST
from odr.register.search import keeping, shelves
from odr.register.search.facts import FactReader
from odr.register.search.queries import Compiler
from odr.register.search.searching import Search

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.rules.pack import RulePack

NOTHING = shelves.OpenShelves(shelves.Shelves(0, FIRST, {}), [])
_readers: OrderedDict[int, tuple[RulePack, FactReader]] = OrderedDict()
_MOST_RULES = 8


def reader_of(pack: RulePack) -> FactReader:
    """The reader of facts with some rules; made once for each version of them."""
    known = _readers.get(id(pack))
    if known is None or known[0] is not pack:
        known = _readers[id(pack)] = (pack, FactReader(pack))
        while len(_readers) > _MOST_RULES:
            _readers.popitem(last=False)
    return known[1]


def open_search(court: Court, session: Session) -> Search | None:
    """The search; None while the index is being prepared, or is too far behind to leave out what changed."""
    found = shelves.reading(keeping.folder_of(court)).now()
    if found is not None and keeping.is_up(session, found):
        return Search(Compiler(reader_of(keeping.rules_today(court)), found))
    if found is None or not keeping.readable(session, found):
        # A court that has decided nothing yet needs no index to say so.
        return (
            None if keeping.has_decided(session) else Search(Compiler(reader_of(keeping.rules_today(court)), NOTHING))
        )
    left_out = keeping.changed_since(session, found)
    if left_out is None:
        return None
    return Search(Compiler(reader_of(keeping.rules_today(court)), found), left_out)
