"""``flask account``: what the operator of the machine may do with accounts."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from odr.docket.models import Role
from odr.ground.errors import CourtError
from odr.identity.accounts import accounts, lost_factor, outbox, staff
from odr.identity.accounts.accounts import Means
from odr.identity.models import Account
from odr.identity.sign_in.keys import keyring
from odr.identity.sign_in.passwords import Passwords, check_choice
from odr.web.guards import current_court

group = AppGroup("account", help="Accounts of the court's people and of parties.")

ROLES = click.Choice([role.value for role in staff.GIVEN])


def _account(session: Session, email: str) -> Account:
    account = accounts.by_email(session, accounts.normal_email(email))
    if account is None:
        raise click.ClickException(f"there is no account {email}")
    return account


@group.command("create")
@click.argument("email")
@click.argument("name")
@click.option("--role", "roles", type=ROLES, multiple=True, help="A role of the court; may be repeated.")
@click.option("--locale", default="en", show_default=True, help="en or zh-Hans")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input in place of sending a code."
)
def create(email: str, name: str, roles: tuple[str, ...], locale: str, password_stdin: bool) -> None:
    """Open an active account. Without a password it prints a code with which the person sets one."""
    court = current_court()
    now = court.clock.machine_now()
    means = Means(
        court.database,
        keyring(court.settings.secret_key),
        Passwords(court.settings.argon2_cheap),
        court.settings.base_url,
    )
    try:
        stored = _read_password(means, email, name) if password_stdin else None
        with court.database.write() as session:
            account = accounts.create(session, email=email, name=name, locale=locale, now=now, password_hash=stored)
            for role in roles:
                _give(session, account, Role(role), None)
            letter = accounts.reset_letter(means, session, account, now) if stored is None else None
    except CourtError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{account.email} {account.reference}")
    if letter is not None:
        click.echo(
            f"set the password within an hour: {letter.site}, “I received a letter or message”, code {letter.code}"
        )


def _read_password(means: Means, email: str, name: str) -> str:
    password = sys.stdin.readline().rstrip("\n")
    check_choice(password, email.split("@")[0], name)
    return means.passwords.hash(password)


@group.command("role")
@click.argument("email")
@click.argument("role", type=ROLES)
@click.option("--by", help="The administrator who proposes it, where two are needed.")
@click.option("--take-away", is_flag=True, help="Take the role away.")
def role(email: str, role: str, by: str | None, take_away: bool) -> None:
    """Give a role. Judge, president and administrator are proposed with --by and approved by another administrator on
    the page.
    """
    court = current_court()
    try:
        with court.database.write() as session:
            account = _account(session, email)
            if take_away:
                staff.take_away(session, account, Role(role), court.clock.machine_now())
                said = "taken away"
            else:
                said = _give(session, account, Role(role), by)
    except CourtError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{account.email} {role}: {said}")


def _give(session: Session, account: Account, role: Role, by: str | None) -> str:
    now = current_court().clock.machine_now()
    if by is not None:
        proposal = staff.give(session, account, role, by=_account(session, by), now=now)
        return (
            "given" if proposal is None else "proposed; another administrator approves it under /administration/people"
        )
    # Until there are two administrators nobody could approve; the first ones come from the operator.
    if role in staff.NEEDS_TWO and staff.count(session, Role.ADMIN) >= 2:
        raise click.ClickException(f"{role.value} needs two administrators: name the one who proposes with --by")
    staff.grant(session, account, role, now)
    return "given"


@group.command("way-back")
@click.argument("email")
@click.option("--by", required=True, help="Your name, as it stands on record.")
@click.option("--why", required=True, help="What was lost, and how you made sure that it is this person who asks.")
@click.option("--second", help="Name of a second person beside you, where no other administrator is left.")
def go_back(email: str, by: str, why: str, second: str | None) -> None:
    """Ask that a lost second factor be taken off an account of the court's people. Another administrator decides on the
    page.
    """
    court = current_court()
    now = court.clock.machine_now()
    means = Means(
        court.database,
        keyring(court.settings.secret_key),
        Passwords(court.settings.argon2_cheap),
        court.settings.base_url,
    )
    letter = None
    try:
        with court.database.write() as session:
            row = lost_factor.ask(session, _account(session, email), by=by, why=why, now=now)
            left = lost_factor.others(session, row.account_id)
            if second is not None:
                letter = lost_factor.decide_without_administrators(
                    session, means, court.notary, row, second=second, now=now
                )
                outbox.write(court, session, [letter] if letter is not None else [])
    except CourtError as error:
        raise click.ClickException(str(error)) from None
    if letter is not None:
        outbox.send_soon(court)
        click.echo(f"{email}: the second factor is taken off; a letter with a code to set a password is on its way")
    elif left:
        click.echo(f"{email}: asked; another administrator decides under /administration/people")
    else:
        click.echo(
            f"{email}: asked; no other administrator is left: repeat it with --second and the name of a person beside you"
        )


@group.command("suspend")
@click.argument("email")
@click.option("--lift", is_flag=True, help="Let the account sign in again.")
def suspend(email: str, lift: bool) -> None:
    """Stop an account; every session and token of it ends at once."""
    court = current_court()
    try:
        with court.database.write() as session:
            account = _account(session, email)
            if lift:
                staff.reinstate(session, account)
            else:
                staff.suspend(session, account, court.clock.machine_now())
    except CourtError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{account.email}: {account.state.value}")


@group.command("list")
def show() -> None:
    """List who serves the court: address, state, roles, name."""
    with current_court().database.read() as session:
        for account in staff.everybody(session):
            roles = ",".join(sorted(held.value for held in account.staff_roles)) or "-"
            click.echo(f"{account.email}\t{account.state.value}\t{roles}\t{account.name}")
