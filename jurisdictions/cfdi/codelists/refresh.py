"""Taking in a newer publication of SAT's catalogues: its tables in, our data files out.

The publication comes as SQLite (the tables `cfdi_40_*` as the open collection of SAT's catalogues names them) or as
one CSV for each table. The name of a file, or of one of them, carries the day of the publication as eight digits.
Nothing is guessed: a table or a column that is missing, an unknown time zone, a code of another shape ends it. SAT's
own workbook (.xls) is not read here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby

from jurisdictions.cfdi.codelists.published import EDITION, digest
from jurisdictions.cfdi.codelists.tables import PREFIX, Row, Tables, day_of, days_of, table, tables_of
from jurisdictions.contract import Codelists

_WIDTH = 110
_HEAD = "# Written by `gateway codelists cfdi`; see codelists/published.py for the form. Not to be edited by hand.\n"
_ZONES = {
    "tiempo del centro": "America/Mexico_City",
    "tiempo del centro en frontera": "America/Matamoros",
    "tiempo del noroeste": "America/Tijuana",
    "tiempo del pacífico": "America/Mazatlan",
    "tiempo del sureste": "America/Cancun",
}
"""The catalogue's time zones by IANA's names. Matamoros keeps the summer time of the United States, as the whole
border strip does in the catalogue (Juárez too)."""
_TAXES = {"ISR": "001", "IVA": "002", "IEPS": "003"}
_FORM_WORDS = (
    ("es_bancarizado", "banked"),
    ("permite_banco_ordenante_rfc", "payer_bank"),
    ("permite_cuenta_ordenante", "payer_account"),
    ("permite_banco_beneficiario_rfc", "payee_bank"),
    ("permite_cuenta_beneficiario", "payee_account"),
    ("permite_tipo_cadena_pago", "chain"),
    ("requiere_banco_ordenante_nombre_ext", "foreign_bank_name"),
)


def refresh(published: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Our data files, by name, from the files of a publication. Raises ValueError with a sentence for people."""
    tables = tables_of(published)
    day = day_of(published)
    products = _codes(tables, "productos_servicios", r"[0-9]{8}")
    units = _codes(tables, "claves_unidades", r"[0-9A-Za-z]{1,3}")
    patents = _codes(tables, "patentes_aduanales", r"[0-9]{4}")
    places = sorted(_places(tables))
    small = [(name, code, days, fields) for name, read in _SMALL for code, days, fields in read(tables)]
    digests = {
        "c_ClaveProdServ": digest(_dated(products)),
        "c_ClaveUnidad": digest(_dated(units)),
        "c_PatenteAduanal": digest(_dated(patents)),
        "c_CodigoPostal": digest(" ".join(place) for place in places),
    }
    for name, rows in groupby(small, key=lambda row: row[0]):
        digests[name] = digest(_dated({code: days for _, code, days, _ in rows}))
    files = {
        "edition.txt": [day, *(f"{name} {value}" for name, value in sorted(digests.items()))],
        "small.tsv": ["\t".join((name, code, days, *fields)) for name, code, days, fields in small],
        "products.txt": list(_blocks(products, _class_runs)),
        "units.txt": list(_blocks(units, lambda codes: codes)),
        "patents.txt": list(_blocks(patents, lambda codes: codes)),
        "places.txt": list(_place_runs(places)),
    }
    return {name: (_HEAD + "".join(f"{line}\n" for line in lines)).encode() for name, lines in files.items()}


def _codes(tables: Tables, name: str, shape: str) -> dict[str, str]:
    """The codes of a big catalogue with their days, in order."""
    found = {row["id"]: days_of(row) for row in table(tables, name, "id")}
    for code in found:
        if not re.fullmatch(shape, code):
            raise ValueError(f"the table {PREFIX}{name} has a code of another shape: {code}")
    return dict(sorted(found.items()))


def _places(tables: Tables) -> Iterator[tuple[str, str, str, str]]:
    """Postal code, state, incentive, zone."""
    rows = table(tables, "codigos_postales", "id", "estado", "estimulo_frontera")
    column = next((name for name in ("huso", "huso_descripcion") if name in rows[0]), None)
    if column is None:
        raise ValueError(f"the table {PREFIX}codigos_postales has no column huso or huso_descripcion")
    for row in rows:
        if row.get("vigencia_hasta"):
            continue  # a postal code that has ended may not be written any more
        zone = _ZONES.get(row[column].strip().lower())
        if zone is None or not re.fullmatch("[0-9]{5}", row["id"]):
            raise ValueError(f"postal code {row['id']}: its time zone {row[column]!r} is not known")
        if zone == "America/Mazatlan" and row["estado"] == "SON":
            zone = "America/Hermosillo"  # Sonora never changed its clocks
        yield row["id"], row["estado"], row["estimulo_frontera"] or "0", zone


# ---------------------------------------------------------------- the small catalogues

Small = tuple[str, str, tuple[str, ...]]


def _plain(name: str) -> Callable[[Tables], Iterator[Small]]:
    def read(tables: Tables) -> Iterator[Small]:
        for row in table(tables, name, "id"):
            yield row["id"], days_of(row), ()

    return read


def _persons(row: Row) -> str:
    return _words(row, (("aplica_fisica", "natural"), ("aplica_moral", "legal")))


def _words(row: Row, words: Iterable[tuple[str, str]]) -> str:
    return " ".join(word for column, word in words if row.get(column) == "1")


def _regimes(tables: Tables) -> Iterator[Small]:
    for row in table(tables, "regimenes_fiscales", "id", "aplica_fisica", "aplica_moral"):
        yield row["id"], days_of(row), (_persons(row),)


def _uses(tables: Tables) -> Iterator[Small]:
    for row in table(tables, "usos_cfdi", "id", "aplica_fisica", "aplica_moral", "regimenes_fiscales_receptores"):
        regimes = row["regimenes_fiscales_receptores"].replace(",", " ").split()
        yield row["id"], days_of(row), (_persons(row), " ".join(regimes))


def _forms(tables: Tables) -> Iterator[Small]:
    for row in table(tables, "formas_pago", "id", *(column for column, _ in _FORM_WORDS)):
        patterns = (row.get("patron_cuenta_ordenante", ""), row.get("patron_cuenta_beneficiario", ""))
        fitting = tuple("" if pattern == r"\V*" else pattern for pattern in patterns)  # "anything", in another dialect
        yield row["id"], days_of(row), (_words(row, _FORM_WORDS), *fitting)


def _currencies(tables: Tables) -> Iterator[Small]:
    for row in table(tables, "monedas", "id", "decimales"):
        yield row["id"], days_of(row), (str(int(row["decimales"])),)


def _countries(tables: Tables) -> Iterator[Small]:
    for row in table(tables, "paises", "id", "patron_identidad_tributaria"):
        yield row["id"], days_of(row), (row["patron_identidad_tributaria"].replace("\n", "").replace("\\n", ""),)


def _states(tables: Tables) -> Iterator[Small]:
    for row in table(tables, "estados", "estado", "pais"):
        if row["pais"] == "MEX":
            yield row["estado"], days_of(row), ()


def _rates(tables: Tables) -> Iterator[Small]:
    columns = ("tipo", "minimo", "valor", "impuesto", "factor", "traslado", "retencion")
    for row in table(tables, "reglas_tasa_cuota", *columns):
        tax = _TAXES.get(row["impuesto"].split(" ")[0])
        if tax is None:
            raise ValueError(f"the table {PREFIX}reglas_tasa_cuota speaks of an unknown tax {row['impuesto']!r}")
        ways = _words(row, (("traslado", "transferred"), ("retencion", "withheld")))
        minimum = row["minimo"] if row["tipo"] == "Rango" else ""
        code = f"{tax}/{row['factor']}/{row['valor']}/{ways.replace(' ', '+')}"
        yield code, days_of(row), (tax, row["factor"], minimum, row["valor"], ways)


_SMALL: tuple[tuple[str, Callable[[Tables], Iterator[Small]]], ...] = (
    ("c_TipoDeComprobante", _plain("tipos_comprobantes")),
    ("c_FormaPago", _forms),
    ("c_MetodoPago", _plain("metodos_pago")),
    ("c_Exportacion", _plain("exportaciones")),
    ("c_TipoRelacion", _plain("tipos_relaciones")),
    ("c_Periodicidad", _plain("periodicidades")),
    ("c_Meses", _plain("meses")),
    ("c_Moneda", _currencies),
    ("c_Impuesto", _plain("impuestos")),
    ("c_TipoFactor", _plain("tipos_factores")),
    ("c_ObjetoImp", _plain("objetos_impuestos")),
    ("c_TasaOCuota", _rates),
    ("c_RegimenFiscal", _regimes),
    ("c_UsoCFDI", _uses),
    ("c_Pais", _countries),
    ("c_Estado", _states),
    ("c_Aduana", _plain("aduanas")),
)


# ---------------------------------------------------------------- what goes out


def _dated(codes: Mapping[str, str]) -> Iterator[str]:
    """The rows that a digest is made of: code, first day, last day or a dash."""
    for code, days in codes.items():
        since, _, until = days.partition("/")
        yield f"{code} {since} {until or '-'}"


def _blocks(codes: Mapping[str, str], shortened: Callable[[list[str]], Iterable[str]]) -> Iterator[str]:
    """Lines of codes behind their days, folded."""
    by_days: dict[str, list[str]] = {}
    for code, days in codes.items():
        by_days.setdefault(days, []).append(code)
    for days, found in sorted(by_days.items()):
        line = days
        for text in shortened(found):
            if len(line) + len(text) >= _WIDTH:
                yield line
                line = days
            line = f"{line} {text}"
        yield line


def _class_runs(codes: list[str]) -> Iterator[str]:
    """Runs of consecutive product codes inside a class: `10101500-02`."""
    for first, last in _runs(codes, lambda code: code[:6]):
        yield first if first == last else f"{first}-{last[6:]}"


def _place_runs(places: list[tuple[str, str, str, str]]) -> Iterator[str]:
    """Runs of consecutive postal codes that share everything."""
    told = {code: (state, incentive, zone) for code, state, incentive, zone in places}
    for first, last in _runs(list(told), told.__getitem__):
        yield " ".join((first if first == last else f"{first}-{last}", *told[first]))


def _runs(codes: list[str], alike: Callable[[str], object]) -> Iterator[tuple[str, str]]:
    """First and last code of each run of consecutive numbers that are alike."""
    first = last = codes[0]
    for code in codes[1:]:
        if int(code) != int(last) + 1 or alike(code) != alike(last):
            yield first, last
            first = code
        last = code
    yield first, last


CODELISTS = Codelists(
    edition=EDITION,
    sources=(
        "SAT, Anexo 20: Catálogos del CFDI 4.0, as the tables cfdi_40_* in SQLite or one CSV file a table",
        "the name of a file carries the day of the publication: catalogues_20260806.sqlite",
    ),
    refresh=refresh,
)
