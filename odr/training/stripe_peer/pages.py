"""The page on which a payer pays: a simulation, and it says so. English and Chinese, without script."""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from odr.ground.text import Money, T, Text, write_money
from odr.payments.stripe.gateway import from_stripe
from odr.training.stripe_peer.checkout import Card
from odr.training.stripe_peer.wire import Object

STYLE = """\
body{margin:0;font:18px/1.5 system-ui,"Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif;color:#14233f;background:#f6f4ee}
main{max-width:32rem;margin:0 auto;padding:1rem}
.simulation{background:#14233f;color:#fff;padding:.75rem 1rem;font-weight:700}
.sum{font-size:2rem;font-weight:700;margin:.25rem 0 1rem}
label,legend{display:block;font-weight:700;margin:1rem 0 .25rem}
input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;border:2px solid #14233f;background:#fff}
button{font:inherit;font-weight:700;margin:1rem 0 0;padding:.75rem 1rem;border:0;background:#1c4e8a;color:#fff;width:100%;cursor:pointer}
button.other{background:#fff;color:#14233f;border:2px solid #14233f}
a{color:#1c4e8a}
:focus-visible{outline:3px solid #ffdd00;outline-offset:2px;box-shadow:0 0 0 5px #0b0c0c}
.error{border:4px solid #a8322a;background:#fff;padding:.5rem 1rem}
table{border-collapse:collapse;width:100%;font-size:1rem}
caption{text-align:left;font-weight:700;margin:1.5rem 0 .25rem}
th,td{text-align:left;border-bottom:1px solid #7c7667;padding:.35rem .5rem .35rem 0;font-weight:400;vertical-align:top}
code{white-space:nowrap}
@media (max-width:30rem){th{width:6.5em}code{white-space:normal}}
"""

_CARDS = {
    Card.PAYS: T("is accepted"),
    Card.DECLINED: T("is declined"),
    Card.NO_FUNDS: T("is declined: not enough money"),
    Card.DISPUTED: T("is accepted, then disputed by its holder"),
    Card.REFUND_FAILS: T("is accepted; a refund to it fails later"),
    Card.REFUND_PENDS: T("is accepted; a refund to it takes a while"),
}
_DECLINES = {
    "generic_decline": T("The card was declined. Nothing was paid. Try another card."),
    "insufficient_funds": T(
        "The card was declined: there is not enough money on it. Nothing was paid. Try another card."
    ),
    "incorrect_number": T("This is not a number the simulation knows. Nothing was paid. Use one from the table below."),
}
_METHODS = {"alipay": T("Pay with Alipay (simulated)"), "wechat_pay": T("Pay with WeChat Pay (simulated)")}


def locale_of(session: Object, accepted: str) -> str:
    """The session's language, else the browser's."""
    wanted = session.get("locale")
    if wanted in (None, "auto"):
        wanted = accepted
    return "zh-Hans" if str(wanted).strip().lower().startswith("zh") else "en"


def policy(session: Object) -> str:
    """Content-Security-Policy: own style, and forms that lead here or back to the shop."""
    origins = {
        f"{parts.scheme}://{parts.netloc}"
        for parts in map(urlsplit, filter(None, (session["success_url"], session["cancel_url"])))
    }
    return f"default-src 'none'; style-src 'self'; img-src 'none'; form-action 'self' {' '.join(sorted(origins))}; base-uri 'none'; frame-ancestors 'none'"


def payment_page(session: Object, locale: str, decline: str | None = None) -> str:
    """The page of an open session; ``decline`` says why the last attempt failed."""

    def say(text: Text) -> str:
        return escape(text.render(locale))

    total = from_stripe(session["amount_total"], session["currency"])
    lines = "".join(f"<li>{escape(line['description'])} × {line['quantity']}</li>" for line in session["_lines"])
    problem = f'<div class="error" role="alert" id="problem"><p>{say(_DECLINES[decline])}</p></div>' if decline else ""
    described = ' aria-describedby="problem"' if decline else ""
    ways = "".join(_way(method, total, locale, described) for method in session["payment_method_types"])
    back = (
        f'<p><a href="{escape(session["cancel_url"])}">{say(T("Go back without paying"))}</a></p>'
        if session["cancel_url"]
        else ""
    )
    cards = "".join(
        f'<tr><th scope="row"><code>{_grouped(known.value)}</code></th><td>{say(what)}</td></tr>'
        for known, what in _CARDS.items()
    )
    body = f"""<h1>{say(T("Pay"))}</h1>{problem}<ul>{lines}</ul><p class="sum">{escape(write_money(total, locale))}</p>
<form method="post" novalidate>{ways}</form>{back}
<table><caption>{say(T("Card numbers of the simulation"))}</caption><tbody>{cards}</tbody></table>"""
    return _page(
        say(T("Payment simulation")),
        say(T("This is a simulation. No money moves. Do not enter a real card number.")),
        body,
        locale,
    )


def _way(method: str, total: Money, locale: str, described: str) -> str:
    """The part of the form for one way of paying."""
    if method != "card":
        return (
            f'<button class="other" name="method" value="{method}">{escape(_METHODS[method].render(locale))}</button>'
        )
    label, pay = escape(T("Card number").render(locale)), escape(T("Pay %(total)s", total=total).render(locale))
    field = f'<input id="number" name="number" inputmode="numeric" autocomplete="off" maxlength="30"{described}>'
    return f'<label for="number">{label}</label>{field}<button name="method" value="card">{pay}</button>'


def closed_page(session: Object, locale: str) -> str:
    """What a payer sees who comes too late or again."""
    expired = session["status"] == "expired"
    words = (
        T("This payment page has expired. Nothing was paid on it.")
        if expired
        else T("This has been paid already. You were charged once.")
    )
    address = session["cancel_url"] if expired else success_url(session)
    link = (
        f'<p><a href="{escape(address)}">{escape(T("Go back to the court").render(locale))}</a></p>' if address else ""
    )
    title = escape(T("Payment simulation").render(locale))
    return _page(
        title,
        escape(T("This is a simulation. No money moves.").render(locale)),
        f"<h1>{escape(words.render(locale))}</h1>{link}",
        locale,
    )


def success_url(session: Object) -> str:
    """Where a payer goes who has paid, with the session's id where the shop asked for it."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _grouped(number: str) -> str:
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def _page(title: str, banner: str, body: str, locale: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="{locale}"><head><meta charset="utf-8"><title>{title}</title><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/simulation.css"></head>
<body><main><p class="simulation">{banner}</p>{body}</main></body></html>"""
