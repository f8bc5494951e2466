"""National duties to invoice electronically, as dated data: whom they bind, and whether sending by Peppol meets them.

Each mandate cites its law. Where a state wants the invoice through a channel of its own (France, Poland, Italy), what
is sent by Peppol is at most a copy: that is said as a warning, by the channel's name.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Literal, NamedTuple

from jurisdictions.contract import Obligation
from jurisdictions.peppol.participants import country, vat_number
from jurisdictions.peppol.source import SOURCE
from schemas.document import Invoice
from schemas.findings import Finding, Severity
from schemas.party import Party


class Parties(NamedTuple):
    """Seller and buyer as a mandate looks at them: country of establishment, and whether a VAT number is known."""

    seller: str | None
    buyer: str | None
    seller_registered: bool
    buyer_registered: bool


class Mandate(NamedTuple):
    """`covers` says which invoices; `who` and `scope` say it in words. `met_by_peppol` as in `Obligation.met`."""

    code: str
    country: str
    covers: Callable[[Parties, str], bool]
    who: str
    scope: str
    valid_from: date
    law: str
    met_by_peppol: Literal["yes", "no", "agreed_only"]
    sentence: str
    channel: str | None = None
    valid_until: date | None = None

    def obligation(self) -> Obligation:
        return Obligation(
            who=self.who,
            valid_from=self.valid_from,
            law=self.law,
            code=self.code,
            country=self.country,
            valid_until=self.valid_until,
            scope=self.scope,
            met=self.met_by_peppol,
            channel=self.channel,
            sentence=self.sentence,
        )


def touching(invoice: Invoice) -> tuple[Mandate, ...]:
    """The mandates that this invoice falls under by its parties and its date, also those that are still to come."""
    parties = _parties(invoice)
    return tuple(
        one
        for one in MANDATES
        if one.covers(parties, one.country) and (one.valid_until is None or one.valid_until >= invoice.issue_date)
    )


def findings(invoice: Invoice) -> tuple[Finding, ...]:
    """A warning for each country whose duty is in force and is not met by sending through Peppol."""
    unmet: dict[str, Mandate] = {}
    for one in touching(invoice):
        if one.met_by_peppol == "no" and one.valid_from <= invoice.issue_date:
            unmet.setdefault(one.country, one)
    return tuple(_finding(one) for one in unmet.values())


def _finding(mandate: Mandate) -> Finding:
    return Finding(
        rule=f"PEPPOL-GW-MANDATE-{mandate.country}",
        message=mandate.sentence,
        severity=Severity.WARNING,
        source=SOURCE,
        pointer="/issuer",
        found=f"sent by Peppol only; {mandate.who}",
        expected=mandate.channel,
        fix=f"Issue it through {mandate.channel} too, where the duty binds this seller. {mandate.law}",
    )


def _parties(invoice: Invoice) -> Parties:
    seller, buyer = invoice.issuer, invoice.customer
    return Parties(_established(seller), _established(buyer), _registered(seller), _registered(buyer))


def _established(party: Party) -> str | None:
    """Where the address is, else the country of the VAT number."""
    number = vat_number(party)
    return country(party) or ("GR" if number and number.startswith("EL") else number[:2] if number else None)


def _registered(party: Party) -> bool:
    return vat_number(party) is not None or bool(party.tax_ids)


# ---------------------------------------------------------------------------------------------- who is covered


def _registered_at_home(parties: Parties, state: str) -> bool:
    """Seller and buyer are both established there, and both known to its VAT office."""
    return _at_home(parties, state) and parties.seller_registered and parties.buyer_registered


def _at_home(parties: Parties, state: str) -> bool:
    return parties.seller == parties.buyer == state


def _from_there(parties: Parties, state: str) -> bool:
    return parties.seller == state


def _abroad(parties: Parties, state: str) -> bool:
    return parties.seller == state and parties.buyer not in (None, state)


# ---------------------------------------------------------------------------------------------- the mandates

_GERMANY = (
    "§ 14 (1), (2) and § 27 (38) UStG, as amended by the Wachstumschancengesetz of 27 March 2024 (BGBl. 2024 I Nr. 108)"
)
_GERMAN_SCOPE = (
    "domestic invoices between businesses; small amounts (§ 33 UStDV), tickets and exempt supplies are left out"
)
_FRANCE = (
    "CGI art. 289 bis, 290 and 290 A; loi n° 2023-1917 du 29 décembre 2023 de finances pour 2024, art. 91; ordonnance"
    " n° 2021-1190 du 15 septembre 2021"
)
_FRENCH_CHANNEL = "an approved platform (plateforme agréée) registered with the DGFiP"
_FRENCH_SENTENCE = (
    "France wants domestic invoices between businesses through an approved platform, which also reports them: sending"
    " by Peppol alone does not meet that duty."
)
_POLAND = (
    "Ustawa o VAT art. 106ga–106gb; acts of 16 June 2023 (Dz.U. 2023 poz. 1598), 9 May 2024 (Dz.U. 2024 poz. 852) and"
    " 5 August 2025 (Dz.U. 2025 poz. 1203)"
)
_POLISH_CHANNEL = "KSeF (Krajowy System e-Faktur), in the structure FA(3)"
_POLISH_SENTENCE = (
    "In Poland the invoice exists once KSeF has given it its number: a document sent by Peppol is a copy and does not"
    " meet that duty."
)
_ITALY = "D.Lgs. 127/2015 art. 1 c. 3, by legge 27 dicembre 2017 n. 205, art. 1 c. 909"
_ITALIAN_CHANNEL = "SdI (Sistema di Interscambio), in the format FatturaPA"

MANDATES: tuple[Mandate, ...] = (
    Mandate(
        code="BE-B2B",
        country="BE",
        covers=_registered_at_home,
        who="Belgium: businesses that are established and registered for VAT there, to one another",
        scope="invoices and credit notes between businesses, but for supplies exempt under art. 44 of the VAT code",
        valid_from=date(2026, 1, 1),
        law=(
            "Code de la TVA art. 53 § 2bis, par la loi du 6 février 2024 (MB 20.2.2024); arrêté royal n° 1 art. 13ter,"
            " par l'arrêté royal du 8 juillet 2025 (MB 14.7.2025)"
        ),
        met_by_peppol="yes",
        sentence=(
            "Belgium wants a structured invoice, by Peppol unless the parties agree on another form of EN 16931. VAT is"
            " rounded once for each rate, never for each line: so does this route."
        ),
    ),
    Mandate(
        code="DE-RECEIVE",
        country="DE",
        covers=_registered_at_home,
        who="Germany: every business, as a receiver",
        scope=_GERMAN_SCOPE,
        valid_from=date(2025, 1, 1),
        law=_GERMANY,
        met_by_peppol="yes",
        sentence=(
            "German businesses must be able to receive invoices of EN 16931; the law leaves the way open, and Peppol is"
            " one."
        ),
    ),
    Mandate(
        code="DE-ISSUE-LARGE",
        country="DE",
        covers=_registered_at_home,
        who="Germany: businesses whose turnover of the year before was above EUR 800,000, as sellers",
        scope=_GERMAN_SCOPE,
        valid_from=date(2027, 1, 1),
        law=_GERMANY,
        met_by_peppol="yes",
        sentence="From then on paper or PDF will not do for them; an invoice of EN 16931 sent by Peppol does.",
    ),
    Mandate(
        code="DE-ISSUE-ALL",
        country="DE",
        covers=_registered_at_home,
        who="Germany: every business, as a seller",
        scope=_GERMAN_SCOPE,
        valid_from=date(2028, 1, 1),
        law=_GERMANY,
        met_by_peppol="yes",
        sentence="From then on paper or PDF will not do for anybody; an invoice of EN 16931 sent by Peppol does.",
    ),
    Mandate(
        code="FR-LARGE",
        country="FR",
        covers=_registered_at_home,
        who="France: all businesses as receivers; large and mid-sized ones as sellers",
        scope="domestic invoices between businesses that are subject to VAT",
        valid_from=date(2026, 9, 1),
        law=_FRANCE,
        met_by_peppol="no",
        channel=_FRENCH_CHANNEL,
        sentence=_FRENCH_SENTENCE,
    ),
    Mandate(
        code="FR-ALL",
        country="FR",
        covers=_registered_at_home,
        who="France: small, medium and micro businesses as sellers",
        scope="domestic invoices between businesses that are subject to VAT",
        valid_from=date(2027, 9, 1),
        law=_FRANCE,
        met_by_peppol="no",
        channel=_FRENCH_CHANNEL,
        sentence=_FRENCH_SENTENCE,
    ),
    Mandate(
        code="PL-LARGE",
        country="PL",
        covers=_from_there,
        who="Poland: sellers whose sales of 2024 were above PLN 200 million with VAT",
        scope="invoices of sellers established in Poland, but for those to consumers; foreign buyers get a copy",
        valid_from=date(2026, 2, 1),
        law=_POLAND,
        met_by_peppol="no",
        channel=_POLISH_CHANNEL,
        sentence=_POLISH_SENTENCE,
    ),
    Mandate(
        code="PL-ALL",
        country="PL",
        covers=_from_there,
        who="Poland: all other sellers (the smallest, up to PLN 10,000 a month, from 1 January 2027)",
        scope="invoices of sellers established in Poland, but for those to consumers; foreign buyers get a copy",
        valid_from=date(2026, 4, 1),
        law=_POLAND,
        met_by_peppol="no",
        channel=_POLISH_CHANNEL,
        sentence=_POLISH_SENTENCE,
    ),
    Mandate(
        code="IT-DOMESTIC",
        country="IT",
        covers=_at_home,
        who="Italy: sellers established there, to buyers established there",
        scope="all domestic invoices, also those to consumers",
        valid_from=date(2019, 1, 1),
        law=_ITALY,
        met_by_peppol="no",
        channel=_ITALIAN_CHANNEL,
        sentence=(
            "In Italy an invoice that did not pass through SdI counts as not issued: sending by Peppol alone does not"
            " meet that duty."
        ),
    ),
    Mandate(
        code="IT-ABROAD",
        country="IT",
        covers=_abroad,
        who="Italy: sellers established there, to buyers established elsewhere",
        scope="the data of the invoice, which the buyer may get in any form",
        valid_from=date(2022, 7, 1),
        law="D.Lgs. 127/2015 art. 1 c. 3-bis, by legge 30 dicembre 2020 n. 178, art. 1 c. 1103",
        met_by_peppol="no",
        channel=_ITALIAN_CHANNEL,
        sentence="Italy wants the data of this invoice through SdI; sending it by Peppol does not meet that duty.",
    ),
)
