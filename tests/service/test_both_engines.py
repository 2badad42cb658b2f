"""Tests of service run on SQLite alone unless they say otherwise; one that tells the engines apart has to say it."""

from __future__ import annotations

import ast

from tests.parsed import files, nodes_in, tree_of


def _says_so(function: ast.FunctionDef) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "BOTH_ENGINES" for one in function.decorator_list)


def _tells_apart(function: ast.FunctionDef) -> bool:
    return any(isinstance(one, ast.Attribute) and one.attr == "is_sqlite" for one in nodes_in(function))


def test_what_tells_the_engines_apart_runs_on_both() -> None:
    """What is waited for on PostgreSQL alone would never be waited for."""
    tests = [
        (path.name, one)
        for path in files("tests/service")
        for one in tree_of(path).body
        if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")
    ]
    apart = [(name, one) for name, one in tests if _tells_apart(one)]
    assert apart
    assert [(name, one.name) for name, one in apart if not _says_so(one)] == []
