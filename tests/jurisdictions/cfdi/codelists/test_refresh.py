"""A newer publication becomes our data files, and a broken one changes nothing."""

import csv
import io
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from jurisdictions.cfdi.codelists.refresh import CODELISTS, refresh

NAME = "catalogues_20270115.sqlite"
PLAIN = "tipos_comprobantes metodos_pago exportaciones tipos_relaciones periodicidades meses impuestos tipos_factores"
Rows = list[dict[str, object]]


def publication() -> dict[str, Rows]:
    """A small one with every table that is asked for."""
    dated = {"vigencia_desde": "2022-01-01", "vigencia_hasta": ""}
    tables: dict[str, Rows] = {
        name: [{"id": "01", **dated}] for name in (*PLAIN.split(), "objetos_impuestos", "aduanas")
    }
    tables |= {
        "productos_servicios": [
            {"id": code, **dated} for code in ("10101500", "10101501", "10101502", "10101599", "10101600")
        ]
        + [{"id": "10101700", "vigencia_desde": "2022-01-01", "vigencia_hasta": "2026-12-31"}],
        "claves_unidades": [{"id": "H87", **dated}, {"id": "Dx", **dated}],
        "patentes_aduanales": [{"id": "3420", "vigencia_desde": "2001-05-14", "vigencia_hasta": ""}],
        "codigos_postales": [
            {"id": "83000", "estado": "SON", "estimulo_frontera": "0", "huso": "Tiempo del Pacífico"},
            {"id": "80000", "estado": "SIN", "estimulo_frontera": "0", "huso": "Tiempo del Pacífico"},
            {"id": "80001", "estado": "SIN", "estimulo_frontera": "0", "huso": "Tiempo del Pacífico"},
            {"id": "80002", "estado": "SIN", "estimulo_frontera": "1", "huso": "Tiempo del Pacífico"},
        ],
        "regimenes_fiscales": [{"id": "601", "aplica_fisica": "", "aplica_moral": 1, **dated}],
        "usos_cfdi": [
            {
                "id": "G01",
                "aplica_fisica": 1,
                "aplica_moral": 1,
                "regimenes_fiscales_receptores": "601, 603,606",
                **dated,
            }
        ],
        "formas_pago": [
            {
                "id": "03",
                "es_bancarizado": 1,
                "permite_banco_ordenante_rfc": 1,
                "permite_cuenta_ordenante": 1,
                "permite_banco_beneficiario_rfc": "",
                "permite_cuenta_beneficiario": "",
                "permite_tipo_cadena_pago": 1,
                "requiere_banco_ordenante_nombre_ext": "",
                "patron_cuenta_ordenante": "[0-9]{18}",
                "patron_cuenta_beneficiario": r"\V*",
                **dated,
            }
        ],
        "monedas": [{"id": "MXN", "decimales": 2, **dated}],
        "paises": [{"id": "USA", "patron_identidad_tributaria": "[0-9]{9}"}],
        "estados": [{"estado": "SON", "pais": "MEX", **dated}, {"estado": "TX", "pais": "USA", **dated}],
        "reglas_tasa_cuota": [
            {
                "tipo": "Rango",
                "minimo": "0.000000",
                "valor": "74.0000",
                "impuesto": "IEPS",
                "factor": "Cuota",
                "traslado": 1,
                "retencion": 1,
                "vigencia_desde": "2027-01-01",
                "vigencia_hasta": "",
            }
        ],
    }
    return tables


def as_sqlite(tables: dict[str, Rows], folder: Path) -> bytes:
    path = folder / "made.sqlite"
    path.unlink(missing_ok=True)
    base = sqlite3.connect(path)
    for name, rows in tables.items():
        columns = list(rows[0]) if rows else ["id"]
        base.execute(f"create table cfdi_40_{name} ({', '.join(columns)})")
        marks = ", ".join("?" * len(columns))
        base.executemany(f"insert into cfdi_40_{name} values ({marks})", [tuple(row.values()) for row in rows])
    base.commit()
    base.close()
    return path.read_bytes()


def as_csv(tables: dict[str, Rows]) -> dict[str, bytes]:
    found = {}
    for name, rows in tables.items():
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        found[f"cfdi_40_{name}_20270115.csv"] = text.getvalue().encode()
    return found


def body(content: bytes) -> list[str]:
    return [line for line in content.decode().splitlines() if not line.startswith("#")]


def test_sqlite_and_csv_give_the_same_files(tmp_path: Path) -> None:
    made = refresh({NAME: as_sqlite(publication(), tmp_path)})
    assert made == refresh(as_csv(publication()))
    assert body(made["products.txt"]) == [
        "2022-01-01 10101500-02 10101599 10101600",
        "2022-01-01/2026-12-31 10101700",
    ]
    assert body(made["places.txt"]) == [
        "80000-80001 SIN 0 America/Mazatlan",
        "80002 SIN 1 America/Mazatlan",
        "83000 SON 0 America/Hermosillo",
    ]
    assert body(made["units.txt"]) == ["2022-01-01 Dx H87"]
    assert body(made["patents.txt"]) == ["2001-05-14 3420"]
    small = body(made["small.tsv"])
    assert "c_UsoCFDI\tG01\t2022-01-01\tnatural legal\t601 603 606" in small
    assert "c_FormaPago\t03\t2022-01-01\tbanked payer_bank payer_account chain\t[0-9]{18}\t" in small
    assert not [row for row in small if row.startswith("c_Estado\tTX")]
    assert body(made["edition.txt"])[0] == "2027-01-15"


def _dropped(name: str) -> Callable[[dict[str, Rows]], None]:
    return lambda tables: tables.pop(name) and None


def _changed(name: str, column: str, value: object) -> Callable[[dict[str, Rows]], None]:
    return lambda tables: tables[name][0].__setitem__(column, value)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_dropped("claves_unidades"), "no table cfdi_40_claves_unidades"),
        (_changed("productos_servicios", "id", "1010150"), "code of another shape"),
        (_changed("codigos_postales", "huso", "Tiempo de Marte"), "time zone"),
        (_changed("reglas_tasa_cuota", "impuesto", "ISAN"), "unknown tax"),
        (_changed("regimenes_fiscales", "vigencia_desde", "yesterday"), "yesterday"),
        (lambda tables: [row.pop("decimales") for row in tables["monedas"]] and None, "no column decimales"),
    ],
)
def test_a_broken_publication_is_refused_with_its_reason(
    damage: Callable[[dict[str, Rows]], None], said: str, tmp_path: Path
) -> None:
    tables = publication()
    damage(tables)
    with pytest.raises(ValueError, match=said):
        refresh({NAME: as_sqlite(tables, tmp_path)})


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    whole = as_sqlite(publication(), tmp_path)
    for name, content, said in (
        ("catalogues.sqlite", whole, "the day of the publication"),
        ("a_20270115.xls", b"\xd0\xcf\x11\xe0", "neither"),
        ("a_20270115.sqlite", b"SQLite format 3\0 and no more", "cannot be read"),
        ("cfdi_40_meses_20270115.csv", b"id\n\xff", "cannot be read as CSV"),
        ("cfdi_40_meses_20270115.csv", b"id\n1,2\n", "more or fewer"),
    ):
        with pytest.raises(ValueError, match=said):
            refresh({name: content})


def test_the_record_says_what_is_installed() -> None:
    assert CODELISTS.edition.startswith("CFDI 4.0, ")
    assert CODELISTS.refresh is refresh
