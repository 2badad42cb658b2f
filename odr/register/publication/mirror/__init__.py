"""A copy of everything public as plain files that anybody can serve and check, with the court down as well."""
