"""English decisions made up for the tests, as :mod:`tests.register.generated_decisions` makes Chinese ones: people, firms and
their data in many spellings, put into every part of a paper by rules that share nothing with what redacts.
"""

from __future__ import annotations

import random
from datetime import date

from odr.docket.papers import DecisionPaper, Finding, PartyLine, Reason, clerk, judge
from tests.register.generated_decisions import Made, Secret, wide

FIRST = ["Eleanor", "Rhys", "Oluwaseun", "Siobhán", "Zbigniew", "Nkechi", "Tobias", "Anneliese", "Jean-Luc", "Padraig"]
LAST = [
    "Thornbury",
    "O’Callaghan",
    "Okonkwo-Bright",
    "van der Meulen",
    "Llewelyn",
    "Fitzwilliam",
    "Szymańska",
    "D’Souza",
    "Macpherson",
    "Quennell",
]
BEFORE = ["Mr", "Ms", "Dr", "Mrs"]
CORES = ["Halvard", "Brightwater", "Quillon", "Northmere", "Zephyrine", "Castellan"]
TRADES = ["Electronics", "Fashion", "Logistics", "Media", "Foods", "Homewares"]
FORMS = ["Ltd", "Limited", "plc", "LLP"]
STREETS = ["Mill Lane", "St Aldate’s Road", "Quarry Hill", "Station Parade", "Harbour View"]
TOWNS = [("Oxford", "OX4"), ("Cardiff", "CF10"), ("Leeds", "LS6"), ("Truro", "TR1")]
NEUTRAL = [
    "The contract was made when the order was confirmed.",
    "A trader who describes goods wrongly bears the cost of their return.",
    "The parcel reached the depot on the following day and was undamaged.",
    "The court fee follows the event.",
    "A review that states an opinion honestly held is not unlawful.",
    "Fourteen days run from the day on which the goods were received.",
    "No evidence was given for the loss of profit.",
]
STAFF = ["Rosalind Achterberg", "Gwilym Pargeter", "Temperance Oyelaran", "Ffion Wadsworth"]


class EnglishMaker:
    """Makes decisions from a seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(f"en {seed}")

    def one(self, of: list[str]) -> str:
        return self.dice.choice(of)

    def digits(self, count: int) -> str:
        return "".join(self.dice.choice("0123456789") for _ in range(count))

    def person(self) -> Secret:
        last = self.one(LAST)
        return Secret("person", f"{self.one(FIRST)} {last}", (last,))

    def company(self) -> Secret:
        core, trade = self.one(CORES), self.one(TRADES)
        return Secret("organisation", f"{core} {trade} {self.one(FORMS)}", (core,))

    def data(self) -> list[Secret]:
        town, code = self.dice.choice(TOWNS)
        user = f"{self.one(['harrow', 'mistle', 'ottery', 'pellam'])}{self.digits(3)}"
        return [
            Secret("phone", "07" + self.digits(9)),
            Secret("email", f"{user}@{self.one(['post.example', 'mail.example'])}"),
            Secret(
                "address", f"{self.dice.randint(2, 240)} {self.one(STREETS)}, {town} {code} {self.dice.randint(1, 9)}AB"
            ),
            Secret("account", f"{self.one(['plover', 'kestrel', 'dunnock'])}_{self.digits(3)}"),
            Secret("bank_account", "GB" + self.digits(2) + "HBUK" + self.digits(14)),
        ]

    def spelled(self, secret: Secret) -> str:
        """One of the ways in which it is written."""
        ways = {"person": self.of_person, "organisation": self.of_company}
        return ways.get(secret.kind, self.of_data)(secret)

    def of_person(self, secret: Secret) -> str:
        first, _, last = secret.name.partition(" ")
        return self.dice.choice(
            (
                secret.name,
                f"{self.one(BEFORE)} {last}",
                f"{first[0]}. {last}",
                f"{last}, {first}",
                secret.name.upper(),
                f"{last}’s representative",
                f"{last.replace('’', chr(39))}",
                wide(secret.name),
                f"{first}\u00a0{last}",
                f"{first[:2]}\u00ad{first[2:]} {last}",
                f"{first} {last[:3]}\u200b{last[3:]}",
            )
        )

    def of_company(self, secret: Secret) -> str:
        name, core = secret.name, secret.aliases[0]
        return self.dice.choice(
            (name, name.rpartition(" ")[0], core, name.upper(), f"{core}’s", wide(name), name.replace(" ", "\u00a0"))
        )

    def of_data(self, secret: Secret) -> str:
        name = secret.name
        if secret.kind == "phone":
            return self.dice.choice(
                (name, f"{name[:5]} {name[5:]}", f"+44 {name[1:5]} {name[5:]}", f"{name[:5]}-{name[5:8]}-{name[8:]}")
            )
        if secret.kind == "bank_account":
            return self.dice.choice((name, " ".join(name[at : at + 4] for at in range(0, len(name), 4)), name.lower()))
        if secret.kind == "email":
            return self.dice.choice((name, name.upper(), name.replace("@", " @ "), name.replace("@", "[at]")))
        return self.dice.choice((name, name.upper(), wide(name)))

    def sentence(self, secret: Secret) -> str:
        forms = {
            "person": ("On that day {} paid.", "The messages show that {} wrote again.", "It was signed for by {}."),
            "organisation": ("The shop is run by {}.", "The goods were bought from {}.", "No defence came from {}."),
            "phone": ("Calls to {} were not answered.", "The number given was {}."),
            "email": ("Notice was sent to {}.", "The address {} no longer works."),
            "address": ("The parcel was left at {}.", "It was addressed to {} and opened by nobody."),
            "account": ("The order came from the account {}.", "The user {} wrote the review."),
            "bank_account": ("The price was paid into {}.", "The refund went to the account {}."),
        }
        return self.dice.choice(forms[secret.kind]).format(self.spelled(secret))

    def decision(self) -> Made:
        """A judgment in which everything is said somewhere, twice."""
        people = list({each.aliases[0]: each for each in (self.person() for _ in range(3))}.values())
        company, data = self.company(), self.data()
        secrets = [*people, company, *data]
        said = [self.sentence(each) for each in secrets for _ in range(2)]
        self.dice.shuffle(said)
        neutral = self.dice.sample(NEUTRAL, 4)
        whole = [f"{a} {b}" for a, b in zip(said, self.dice.choices(NEUTRAL, k=len(said)), strict=True)]
        staff = self.dice.sample(STAFF, 2)
        number = f"IC-2026-{self.dice.randint(1, 9999):06}"
        last, name = people[-1].name, people[0].name
        # Where a line of a letter ends: between words, or behind a hyphen.
        cut = self.dice.choice([at for at in range(1, len(name)) if name[at] == " " or name[at - 1] == "-"])
        paper = DecisionPaper(
            court="Internet Court",
            case_number=number,
            subject="Sale of goods online",
            issued_on=date(2026, 6, 1),
            signatories=[judge(staff[0]), clerk(staff[1])],
            parties=[
                PartyLine("Claimant", name, ["natural person", data[2].name]),
                PartyLine("Respondent", company.name, [f"represented by {last}"]),
            ],
            history=[
                *whole[:3],
                f"The order was placed by {name[:cut]}",
                f"{name[cut:].lstrip()} on 3 March 2026.",
                *neutral,
            ],
            claims=whole[3:5],
            answers=whole[5:7],
            issues=[f"Whether the description was wrong. {said[7]}"],
            findings=[Finding(whole[8], ["A1"], said[9], said[10], "accepted"), Finding(neutral[0], ["B1"], whole[11])],
            reasons=[Reason(whole[12], said[13]), Reason(neutral[1], "CRA 2015 s. 11")],
            orders=[f"{company.name} pays {name} £120.00 within fourteen days.", neutral[2]],
            costs=[f"The court fee is borne by {company.name}.", *whole[14:]],
            appeal=f"An appeal may be lodged. {said[0]}",
            late_performance=neutral[3],
            document_code="k7m2p9",
            check_url="https://court.example/check/k7m2p9",
            limit="This paper proves nothing else.",
        )
        return Made(paper, secrets, [*staff, number], neutral)
