"""Drafts for the tests of the sums: short ones by hand, and hypothesis strategies for sound ones and for any."""

from datetime import date
from typing import Any

import msgspec
from hypothesis import strategies as st

from schemas.codes import TAX_ALIASES, TaxCategory
from schemas.document import Invoice
from schemas.findings import Findings
from schemas.invoice import InvoiceInput, Kind
from schemas.party import Party
from validators.arithmetic import RoundingPolicy
from validators.composition import compose

DAY = date(2026, 11, 20)
PARTY = Party(name="Example")
PER_GROUP = RoundingPolicy()
PER_LINE = RoundingPolicy(tax_per="line")
SIX_DECIMALS = RoundingPolicy(line_tax_scale=6)
POLICIES = (PER_GROUP, PER_LINE, SIX_DECIMALS)
CURRENCIES = ("EUR", "MXN", "JPY", "BHD", "usd")

Json = dict[str, Any]


def line(unit_price: str = "100", percent: str | None = "21", **more: Any) -> Json:
    """A line of one piece with one VAT of category S."""
    return {"description": "Work", "unit_price": unit_price, "taxes": [{"percent": percent}], **more}


def draft(*lines: Json, **more: Any) -> InvoiceInput:
    """The draft as it arrives: JSON text, decoded."""
    body = {"issuer": "iss_1", "customer": "cus_1", "currency": "EUR", "lines": lines or [line()], **more}
    return msgspec.json.decode(msgspec.json.encode(body), type=InvoiceInput)


def composed(written: InvoiceInput, policy: RoundingPolicy = PER_GROUP, **more: Any) -> tuple[Invoice, Findings]:
    return compose(
        written,
        id="inv_1",
        issuer=more.pop("issuer", PARTY),
        customer=written.customer if isinstance(written.customer, Party) else PARTY,
        issue_date=more.pop("issue_date", DAY),
        rounding=policy,
        **more,
    )


def sound(written: InvoiceInput, policy: RoundingPolicy = PER_GROUP, **more: Any) -> Invoice:
    """The invoice of a draft without findings."""
    invoice, findings = composed(written, policy, **more)
    assert findings == ()
    return invoice


def rules(written: InvoiceInput, **more: Any) -> dict[str, str | None]:
    """What is found: each rule with its pointer."""
    return {finding.rule: finding.pointer for finding in composed(written, **more)[1]}


def _decimals(whole: int, scale: int, sign: str = "") -> st.SearchStrategy[str]:
    integers = st.integers(0, 10**whole - 1).map(str)
    fractions = st.just("")
    if scale:
        fractions |= st.text("0123456789", min_size=1, max_size=scale).map(".{}".format)
    return st.builds("{}{}{}".format, st.sampled_from(["", *sign]), integers, fractions)


_vat = st.one_of(
    st.fixed_dictionaries({"percent": st.sampled_from(["21", "21.00", "10", "4", "16", "5.5", "0.01", "160"])}),
    st.fixed_dictionaries(
        {"percent": st.sampled_from(["21", "10"]), "surcharge": st.sampled_from(["5.2", "1.4", "1.75"])}
    ),
    st.just({"category": "Z", "percent": "0"}),
    st.just({"category": "E", "exemption_code": "VATEX-EU-132"}),
    st.just({"tax": "IGIC", "category": "L", "percent": "7"}),
)
_withheld = st.sampled_from(
    [{"tax": "IRPF", "percent": "15", "withheld": True}, {"tax": "ISR", "percent": "1.25", "withheld": True}]
)
# Each row bears exactly one tax that is not withheld, so that the groups' bases add up to the net total.
_taxes = st.builds(lambda vat, withheld: [vat, *withheld], _vat, st.lists(_withheld, max_size=1))
_share = st.fixed_dictionaries({"percent": _decimals(2, 3)}) | st.fixed_dictionaries({"amount": _decimals(3, 0)})


def _lines(quantities: st.SearchStrategy[str]) -> st.SearchStrategy[list[Json]]:
    one = st.fixed_dictionaries(
        {"description": st.just("Work"), "unit_price": _decimals(5, 6), "quantity": quantities, "taxes": _taxes},
        optional={"allowances": st.lists(_share, max_size=2), "charges": st.lists(_share, max_size=2)},
    )
    return st.lists(one, min_size=1, max_size=6)


def sound_drafts(*, prices_include_tax: bool = False) -> st.SearchStrategy[InvoiceInput]:
    """Drafts that add up: with allowances, charges, withheld taxes, surcharges and returned goods."""
    shared = st.builds(lambda share, taxes: {**share, "taxes": taxes}, _share, _taxes)
    return st.builds(
        lambda lines, currency, allowances, charges, prepaid: draft(
            *lines,
            currency=currency,
            allowances=allowances,
            charges=charges,
            prepaid=prepaid,
            prices_include_tax=prices_include_tax,
        ),
        _lines(_decimals(3, 6, "-")),
        st.sampled_from(CURRENCIES),
        st.lists(shared, max_size=2),
        st.lists(shared, max_size=2),
        st.none() | _decimals(4, 0, "-"),
    )


_days = st.dates().map(date.isoformat)
_maybe_days = st.none() | _days
_short = st.sampled_from(["a", "A-1", "ñ", "1"])
_any_tax = st.fixed_dictionaries(
    {},
    optional={
        "tax": st.sampled_from([*TAX_ALIASES, "XYZ"]),
        "category": st.sampled_from(TaxCategory),
        "percent": st.none() | _decimals(3, 6),
        "withheld": st.booleans(),
        "surcharge": st.none() | _decimals(3, 6),
        "per_unit": st.none() | _decimals(12, 10),
        "units": st.none() | _decimals(12, 6, "-"),
    },
)
_any_share = st.fixed_dictionaries(
    {},
    optional={
        "amount": st.none() | _decimals(15, 3, "-"),
        "percent": st.none() | _decimals(3, 6),
        "taxes": st.lists(_any_tax, max_size=2),
    },
)
_period = st.none() | st.fixed_dictionaries({"start": _maybe_days, "end": _maybe_days})
_any_line = st.fixed_dictionaries(
    {"description": st.just("Work")},
    optional={
        "quantity": _decimals(12, 6, "-"),
        "unit_price": st.none() | _decimals(12, 6),
        "amount_minor": st.none() | st.integers(0, 10**15),
        "net": st.none() | _decimals(15, 3, "-"),
        "allowances": st.lists(_any_share, max_size=2),
        "charges": st.lists(_any_share, max_size=2),
        "taxes": st.none() | st.lists(_any_tax, max_size=3),
        "period": _period,
    },
)
_rate = st.fixed_dictionaries(
    {
        "from_currency": st.sampled_from(["EUR", "eur", "ZZZ"]),
        "to_currency": st.sampled_from(["MXN", "zzz"]),
        "rate": _decimals(9, 10),
        "source": st.just("ECB"),
        "on": _days,
    }
)
_preceding = st.fixed_dictionaries(
    {},
    optional={
        "invoice": st.sampled_from(["inv_0", "inv_9"]),
        "number": st.none() | _short,
        "issue_date": _maybe_days,
        "external_id": st.none() | _short,
    },
)
_party = st.fixed_dictionaries(
    {"name": st.just("Example")},
    optional={
        "address": st.fixed_dictionaries({"country": st.sampled_from(["ES", "ZZ"])}),
        "tax_ids": st.lists(
            st.fixed_dictionaries({"scheme": st.sampled_from(["ES:NIF", "ZZ:VAT"]), "value": st.just("1")}), max_size=2
        ),
    },
)
_days_to_pay = st.none() | st.integers(0, 3650)
_any_body = st.fixed_dictionaries(
    {
        "issuer": st.just("iss_1"),
        "customer": _party | st.just("cus_1"),
        "currency": st.sampled_from([*CURRENCIES, "ZZZ"]),
        "lines": st.lists(_any_line, min_size=1, max_size=4),
    },
    optional={
        "kind": st.sampled_from(Kind),
        "prices_include_tax": st.booleans(),
        "allowances": st.lists(_any_share, max_size=2),
        "charges": st.lists(_any_share, max_size=2),
        "prepaid": st.none() | _decimals(15, 3, "-"),
        "payment_terms": st.none() | st.fixed_dictionaries({"due_in_days": _days_to_pay, "due_date": _maybe_days}),
        "due_in_days": _days_to_pay,
        "references": st.none() | st.fixed_dictionaries({"preceding": st.lists(_preceding, max_size=3)}),
        "period": _period,
        "exchange_rates": st.lists(_rate, max_size=2),
    },
)


def any_drafts() -> st.SearchStrategy[InvoiceInput]:
    """Drafts that the schema accepts, most of which make no sense."""
    return _any_body.map(lambda body: msgspec.json.decode(msgspec.json.encode(body), type=InvoiceInput))
