"""Attacks on the application, by room, each with the tests that try it: `docs/attacks.md` lists them with what the tests
say they found.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from tests.parsed import tree_of

ROOT = Path(__file__).resolve().parents[1]

TRIED: dict[str, dict[str, str]] = {
    "Coming in": {
        "a stranger tries passwords, from one place or many": "identity/test_locked_out.py::test_guessing_from_many_places_is_limited",
        "a stranger locks an owner out": "identity/test_locked_out.py::test_the_owner_comes_in_from_elsewhere",
        "many try one code, link or limit at the same instant": "identity/test_limits.py::test_a_limit_holds_against_many_at_once",
        "a link is used twice, or for something else": "identity/test_limits.py::test_a_link_is_for_its_purpose_only",
        "somebody of the court goes round the second factor by a token": "identity/test_strength.py::test_by_a_password_alone_a_judge_makes_no_token",
        "an old sign-in at a provider is shown as a fresh one": "identity/test_strength.py::test_an_old_sign_in_elsewhere_is_no_fresh_proof",
        "a provider's answer is forged, replayed or taken to another browser": "identity/test_provider.py::test_an_answer_that_does_not_hold_lets_nobody_in",
        "who has an account is found out by answers or by how long they take": "identity/test_outbox.py::test_a_request_waits_for_no_mail_server",
        "a form is sent from another site": "test_routes.py::test_no_page_of_another_site_changes_anything",
        "a target after signing in leads to another site": "identity/test_access.py::test_a_target_never_leaves_the_site",
    },
    "Getting a role": {
        "an administrator takes a role for themselves": "identity/test_people.py::test_nobody_gives_a_role_to_themselves",
        "one person makes a judge or a cashier alone": "identity/test_people.py::test_who_moves_money_is_made_by_two",
        "a party appoints the other side's lawyer to bar them": "identity/test_mandates.py::test_what_one_side_wishes_bars_nobody_from_the_other",
        "somebody of the court is drawn into a case by a party": "identity/test_mandates.py::test_who_serves_in_the_case_represents_nobody_in_it",
        "the seed of a draw is chosen, or a draw told otherwise afterwards": "insight/test_distribution.py::test_whatever_is_tampered_with_is_refused",
        "a seat is given by another's word": "hearing/test_places.py::test_only_their_own_yes_makes_a_seat",
        "somebody acts for both sides": "test_routes.py::test_somebody_on_both_sides_is_one_of_them_at_a_time",
        "a mandate that ran out, or was ended, is used": "identity/test_mandates.py::test_ending_counts_at_once",
    },
    "Seeing what is not theirs": {
        "every route and method is asked by everybody": "test_routes.py::test_every_route_method_and_principal",
        "the guard of each route is taken away": "test_routes.py::test_each_guard_taken_away_is_caught",
        "a case is told from none by its answer": "test_routes.py::test_a_stranger_cannot_tell_a_case_from_none",
        "joining codes are guessed, by pages, forms and programs": "filing/test_guessing.py::test_codes_are_not_guessed_by_sending_the_form",
        "what is sealed is known again by digest or size": "evidence/test_sealing.py::test_of_a_sealed_file_the_other_side_learns_neither_digest_nor_size",
        "what is sealed is looked for on the disk": "evidence/test_sealing.py::test_what_is_sealed_lies_nowhere_in_the_open",
        "sealed words are looked for in the database": "hearing/test_sealed.py::test_no_word_stands_in_the_database",
        "the bench looks into the room of the parties": "settlement/test_room_guards.py::test_each_guard_of_the_room_is_needed",
        "another's bundle is fetched": "evidence/test_case_file.py::test_only_who_asked_fetches_it_and_only_for_a_day",
        "a thing is reached through a person it belongs to": "test_bound_to_the_object.py::test_no_list_is_gathered_through_a_person",
        "the court is read empty by a program": "identity/test_watched.py::test_nobody_reads_the_court_empty",
    },
    "Acting at the wrong time": {
        "an act of another role, stage or time limit": "test_permissions.py::test_performing_an_act_of_another_role_or_stage_is_refused",
        "a role is lost between looking and acting": "test_permissions.py::test_losing_the_role_between_looking_and_acting_ends_the_act",
        "weighty acts without proving who one is": "test_permissions.py::test_strong_acts_ask_for_identity_again",
        "the same form is sent twice, or by two at once": "faults/test_double_submit.py",
        "any act at any time, with papers that arrive and that do not": "model/test_law.py::test_no_way_leads_to_a_judgment_that_falls",
        "each guard of procedure is taken out": "model/test_guards_removed.py::test_a_guard_taken_out_is_found",
        "events of the payment service in every order, twice, forged": "payments/test_event_orders.py::test_all_orders_of_four_events_each_twice",
        "one person refunds alone, or twice": "payments/test_refunds.py::test_a_refund_whose_answer_was_lost_is_not_sent_twice",
    },
    "Bringing the court down": {
        "a body is sent drop by drop on many lines": "ops/test_slow.py::test_slow_senders_hold_nobody_up",
        "an answer is read drop by drop": "ops/test_slow.py::test_slow_readers_hold_nobody_up",
        "a body or a head without end": "ops/test_slow.py::test_a_body_without_end_is_read_no_further",
        "numbers that no column holds": "test_numbers.py::test_no_number_of_a_path_breaks_a_route",
        "any input the interface's own document allows": "model/test_interface.py::test_no_input_breaks_the_interface",
        "any bytes for any reader of the court": "test_parsers.py::test_no_bytes_of_a_stranger_make_a_reader_fail",
        "a picture, office file or archive that eats memory": "evidence/test_preview.py",
        "a page that never ends, or points inside": "evidence/test_capture.py::test_every_spelling_of_inside_is_refused_on_the_wire",
        "a message to the vault that is none": "notary/test_vault_server.py::test_only_the_vaults_own_methods_can_be_called",
    },
    "Deceiving people": {
        "a name that only looks like another": "filing/test_names.py::test_a_name_that_only_looks_like_another_is_marked",
        "a letter's code with a wrong or swapped letter": "service/test_codes.py::test_two_swapped_letters_are_always_noticed",
        "a bounce or an answer that nobody sent": "service/test_incoming.py::test_a_forged_bounce_is_moved_aside",
        "a file that is something else than its name": "evidence/test_media.py",
        "a script in a file, opened in a browser": "evidence/test_browser.py",
    },
}
"""What somebody tries, and where it is tried; a file alone where all of it is such tries."""


DATABASE_JUDGES = ("docket audit", "log audit", "check-up", "signer", "monitor elsewhere")
DATABASE_ATTACKS = ("row removed", "row changed", "row doubled", "rows exchanged", "set back")
ON_TABLES: dict[str, str] = {
    "docket_entry": "RR··· R···· - R···· RR···",
    "document": "RR··· RR··· - RR··· RR···",
    "receipt": "RR··· RR··· - RR··· RR···",
    "log": "·R·RR ·R·RR - - -",
    "log_entry": "·RRRR ·R·RR - ·R·RR ·RRRR",
    "log_tile": "·RRRR ·RRRR ·R··· - ·RRRR",
    "log_checkpoint": "·RR·· ·R··· ·RRR· ·R··· ·RR··",
    "log_cosignature": "··R·· ·R··· ·R··· ·R··· ··R··",
    "timestamp_token": "··R·· ·R··· ·R··· ·R··· ··R··",
    "signing_key": "··R·· ··R·· ··R·· ··R·· -",
    "published files": "·R··· ·R··· ·R··· ·R··· ·R···",
}
"""For each table a proof rests on, what each judge says of each attack: R notices, - the table refuses it by itself."""


def database_section() -> str:
    """Who owns the database does each thing to each table."""
    head = "| Table | " + " | ".join(DATABASE_ATTACKS) + " |"
    lines = [
        "\n## Attacks by whoever owns the database\n",
        "Triggers down, one thing done to the newest rows of one table, triggers up again; the vault, the published files and what others keep at",
        "home are not the attacker's. Each cell says who notices, measured by `tests/faults/test_tables_attacked.py`: **docket** and **log** are",
        "`flask docket audit` and `flask log audit`, **check-up** is `flask doctor`, **signer** the vault that signs nothing more over it,",
        "**monitor** somebody elsewhere who has watched the log before. *refused* is the table's own form. Nothing is noticed by nobody.",
        "In the last line the attacker owns the log's published files, which give back what a lost database held, and not the database.\n",
        head,
        "|---" * (len(DATABASE_ATTACKS) + 1) + "|",
    ]
    short = [judge.replace(" audit", "").replace(" elsewhere", "") for judge in DATABASE_JUDGES]
    for table, cells in ON_TABLES.items():
        said = [
            "*refused*" if cell == "-" else ", ".join(s for s, mark in zip(short, cell, strict=True) if mark == "R")
            for cell in cells.split()
        ]
        lines.append(f"| {table if ' ' in table else f'`{table}`'} | " + " | ".join(said) + " |")
    return "\n".join(lines) + "\n"


def section() -> str:
    """The part of the document."""
    lines = [
        "\n## Attacks on the application\n",
        "From the tests that try them: what somebody does, what they get, and where it is tried. The room of each, and who would gain,",
        "stand in [security.md](security.md).",
    ]
    for title, tried in TRIED.items():
        lines += [f"\n**{title}**\n", "| Somebody tries | What the test says | Test |", "|---|---|---|"]
        lines += [f"| {what} | {said_by(test)} | `tests/{test.partition('::')[0]}` |" for what, test in tried.items()]
    return "\n".join(lines) + "\n"


@cache
def said_by(test: str) -> str:
    """The first sentence of a test's own words, or of its file's. Raises LookupError where there is no such test."""
    path, _, name = test.partition("::")
    tree: ast.AST = tree_of(ROOT / "tests" / path)
    if name:
        found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name]
        if not found:
            raise LookupError(f"no test is called {test}")
        tree = found[0]
    assert isinstance(tree, ast.FunctionDef | ast.Module)
    words = " ".join((ast.get_docstring(tree) or "").split())
    if not words:
        raise LookupError(f"{test} says nothing of itself")
    return words.replace("|", "\\|")
