"""Our catalogues against SAT's, code by code and day by day, and the refresh that makes them."""

import csv
import sqlite3
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from jurisdictions.cfdi import codelists
from jurisdictions.cfdi.codelists import published
from jurisdictions.cfdi.codelists.refresh import refresh
from tests.official import official

pytestmark = pytest.mark.conformance

BASE = official("cfdi") / "catalogs" / "cfdi40.sqlite"
DAY = date(2026, 11, 20)
ZONES = {
    "Tiempo del Centro": {"America/Mexico_City"},
    "Tiempo del Centro en Frontera": {"America/Matamoros"},
    "Tiempo del Noroeste": {"America/Tijuana"},
    "Tiempo del Pacífico": {"America/Mazatlan", "America/Hermosillo"},
    "Tiempo del Sureste": {"America/Cancun"},
}
Days = tuple[date, date | None]


@cache
def rows(table: str) -> tuple[dict[str, str], ...]:
    base = sqlite3.connect(f"file:{BASE}?mode=ro", uri=True)
    try:
        found = base.execute(f"select * from {table}")
        names = [column[0] for column in found.description]
        return tuple({name: str(value) for name, value in zip(names, row, strict=True)} for row in found)
    finally:
        base.close()


def catalogue(table: str) -> dict[str, Days]:
    return {
        row["id"]: (
            date.fromisoformat(row.get("vigencia_desde") or "2022-01-01"),
            date.fromisoformat(row["vigencia_hasta"]) if row.get("vigencia_hasta") else None,
        )
        for row in rows(table)
    }


def days(ours: Iterator[tuple[str, codelists.Entry]]) -> dict[str, Days]:
    return {code: (entry.valid_from, entry.valid_until) for code, entry in ours}


@pytest.mark.parametrize(
    ("table", "ours"),
    [
        ("cfdi_40_formas_pago", codelists.PAYMENT_FORMS),
        ("cfdi_40_metodos_pago", codelists.PAYMENT_METHODS),
        ("cfdi_40_exportaciones", codelists.EXPORTS),
        ("cfdi_40_objetos_impuestos", codelists.TAX_OBJECTS),
        ("cfdi_40_tipos_relaciones", codelists.RELATIONS),
        ("cfdi_40_regimenes_fiscales", codelists.REGIMES),
        ("cfdi_40_usos_cfdi", codelists.USES),
        ("cfdi_40_meses", codelists.MONTHS),
        ("cfdi_40_periodicidades", codelists.PERIODICITIES),
        ("cfdi_40_tipos_comprobantes", codelists.RECEIPT_TYPES),
        ("cfdi_40_impuestos", codelists.TAXES),
        ("cfdi_40_tipos_factores", codelists.FACTORS),
        ("cfdi_40_monedas", codelists.CURRENCIES),
        ("cfdi_40_aduanas", codelists.CUSTOMS_OFFICES),
        ("cfdi_40_patentes_aduanales", codelists.patents()),
        ("cfdi_40_claves_unidades", codelists.unit_codes()),
        ("cfdi_40_productos_servicios_min", dict(codelists.product_codes())),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_catalogue_has_the_official_codes_and_days(table: str, ours: dict[str, codelists.Entry]) -> None:
    assert days(iter(ours.items())) == catalogue(table)


def test_every_product_and_unit_is_found_by_its_code() -> None:
    for row in rows("cfdi_40_productos_servicios_min"):
        assert codelists.product(row["id"], DAY) is not None, row
    for row in rows("cfdi_40_claves_unidades"):
        assert codelists.unit(row["id"], DAY) is not None, row


def test_every_postal_code_has_its_state_its_border_and_a_zone_of_its_clock() -> None:
    official_codes = {row["id"]: row for row in rows("cfdi_40_codigos_postales_min")}
    for number in range(100_000):
        code = f"{number:05}"
        place, row = codelists.postal_code(code), official_codes.get(code)
        if row is None:
            assert place is None, code
            continue
        assert place is not None, code
        assert (place.state, place.border) == (row["estado"], row["estimulo_frontera"] != "0"), row
        assert place.zone in ZONES[row["huso"]], row
        assert (place.zone == "America/Hermosillo") == (row["estado"] == "SON"), row


def test_states_are_those_of_mexico() -> None:
    assert set(codelists.STATES) == {row["estado"] for row in rows("cfdi_40_estados") if row["pais"] == "MEX"}


def test_regimes_uses_currencies_and_countries_say_what_the_catalogues_say() -> None:
    for row in rows("cfdi_40_regimenes_fiscales"):
        regime = codelists.REGIMES[row["id"]]
        assert (regime.natural, regime.legal) == (row["aplica_fisica"] == "1", row["aplica_moral"] == "1"), row
    for row in rows("cfdi_40_usos_cfdi"):
        use = codelists.USES[row["id"]]
        assert (use.natural, use.legal) == (row["aplica_fisica"] == "1", row["aplica_moral"] == "1"), row
        assert use.regimes == set(row["regimenes_fiscales_receptores"].replace(",", " ").split()), row
    currencies = {row["id"]: int(row["decimales"]) for row in rows("cfdi_40_monedas")}
    assert currencies == codelists.CURRENCY_DECIMALS
    countries = {row["id"] for row in rows("cfdi_40_paises")}
    assert set(codelists.COUNTRIES.values()) == countries - {"ZZZ"}
    patterned = {row["id"] for row in rows("cfdi_40_paises") if row["patron_identidad_tributaria"]}
    assert set(codelists.TAX_ID_PATTERNS) == patterned - {"MEX"}


def test_the_rates_are_those_of_the_catalogue() -> None:
    taxes = {"ISR": "001", "IVA": "002", "IVA Crédito aplicado del 50%": "002", "IEPS": "003"}
    official_rates = {
        (
            taxes[row["impuesto"]],
            row["factor"],
            Decimal(row["minimo"]) if row["tipo"] == "Rango" else None,
            Decimal(row["valor"]),
            row["traslado"] == "1",
            row["retencion"] == "1",
        )
        for row in rows("cfdi_40_reglas_tasa_cuota")
    }
    ours = {(r.tax, r.factor, r.minimum, r.value, r.transferred, r.withheld) for r in codelists.RATES}
    assert ours == official_rates


def test_ways_to_pay_have_the_flags_and_patterns_of_the_catalogue() -> None:
    for row in rows("cfdi_40_formas_pago"):
        form = codelists.bank_form(row["id"])
        assert form is not None
        assert form == codelists.BankForm(
            banked=row["es_bancarizado"] == "1",
            payer_bank=row["permite_banco_ordenante_rfc"] == "1",
            payer_account=row["permite_cuenta_ordenante"] == "1",
            payer_pattern=row["patron_cuenta_ordenante"].replace(r"\V*", "") or None,
            payee_bank=row["permite_banco_beneficiario_rfc"] == "1",
            payee_account=row["permite_cuenta_beneficiario"] == "1",
            payee_pattern=row["patron_cuenta_beneficiario"].replace(r"\V*", "") or None,
            chain=row["permite_tipo_cadena_pago"] == "1",
            foreign_bank_name=row["requiere_banco_ordenante_nombre_ext"] == "1",
        ), row


def test_the_digests_are_those_of_the_publication() -> None:
    """Made here from SAT's rows, and in the refresh by another way."""
    of_table = {
        "c_ClaveProdServ": "cfdi_40_productos_servicios_min",
        "c_ClaveUnidad": "cfdi_40_claves_unidades",
        "c_PatenteAduanal": "cfdi_40_patentes_aduanales",
        "c_Aduana": "cfdi_40_aduanas",
        "c_RegimenFiscal": "cfdi_40_regimenes_fiscales",
        "c_UsoCFDI": "cfdi_40_usos_cfdi",
        "c_ObjetoImp": "cfdi_40_objetos_impuestos",
        "c_Moneda": "cfdi_40_monedas",
    }
    for name, table in of_table.items():
        made = published.digest(f"{code} {since} {until or '-'}" for code, (since, until) in catalogue(table).items())
        assert made == codelists.HASHES[name], name


def test_a_refresh_from_the_publication_gives_the_installed_files() -> None:
    name = f"cfdi40_{codelists.CATALOGUE_DATE:%Y%m%d}.sqlite"
    made = refresh({name: BASE.read_bytes()})
    for name, content in made.items():
        assert content == (published.FOLDER / name).read_bytes(), name
    assert set(made) == {path.name for path in Path(published.FOLDER).iterdir()}


def test_the_small_tables_in_csv_say_the_same() -> None:
    """The other form of the publication, for what is published in it."""
    for path in sorted((BASE.parent / "csv").glob("cfdi_40_*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            told = [dict(row) for row in csv.DictReader(file)]
        assert told == list(rows(path.stem)), path.name
