"""The list of persons who do not perform: property reports, conditions, warning, decision, term, objection, removal, the
restriction of costly consumption, and the lookup by name and number (DDL; RHC; PIV).
"""
