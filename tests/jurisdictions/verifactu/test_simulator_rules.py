"""The simulated AEAT: the code that refuses one record."""

import pytest

from tests.jurisdictions.verifactu.simulated import (
    BUYER,
    F1_TO_R1,
    ISSUER,
    OK,
    Aeat,
    Chain,
    buyer,
    flags,
    foreign,
    refused,
    row,
    swap,
    taxed,
    untaxed,
)


@pytest.mark.parametrize(
    ("code", "made"),
    [
        (1130, {"number": "Ñ1"}),
        (1287, {"number": "A=1"}),
        (1105, {"issued": "31-02-2026"}),
        (1112, {"issued": "21-11-2026"}),
        (1152, {"issued": "27-10-2024"}),
        (1153, {"flags": flags(RechazoPrevio="X")}),
        (1161, {"flags": flags(Subsanacion="N", RechazoPrevio="S")}),
        (1114, {"kind": "R1"}),
        (1115, {"after_kind": F1_TO_R1}),
        (1118, {"kind": "R1", "after_kind": flags(TipoRectificativa="S")}),
        (
            1119,
            {
                "kind": "R1",
                "after_kind": f"{F1_TO_R1}<sf:ImporteRectificacion>{flags(BaseRectificada='1', CuotaRectificada='1')}"
                "</sf:ImporteRectificacion>",
            },
        ),
        (1134, {"operation": "01-01-2005"}),
        (1125, {"operation": "01-01-2028"}),
        (1173, {"operation": "21-11-2026"}),
        (1146, {"operation": "20-11-2026", "issued": "19-11-2026"}),
        (1185, {"middle": flags(FacturaSinIdentifDestinatarioArt61d="S") + buyer()}),
        (1183, {"kind": "F2", "middle": flags(FacturaSimplificadaArt7273="S")}),
        (1138, {"middle": flags(Macrodato="S") + buyer()}),
        (1157, {"middle": buyer() + flags(Cupon="S")}),
        (1186, {"middle": flags(EmitidaPorTerceroODestinatario="T") + buyer()}),
        (1189, {"middle": ""}),
        (1190, {"kind": "F2", "middle": buyer()}),
        (1123, {"middle": buyer("<sf:NIF>B00000027</sf:NIF>")}),
        (1100, {"middle": buyer("<sf:NIF>ESB00000026</sf:NIF>")}),
        (1110, {"middle": buyer("<sf:NIF>B99990004</sf:NIF>")}),
        (1111, {"middle": foreign("04", "X1")}),
        (1126, {"middle": foreign("06", "X1", "ES")}),
        (1122, {"middle": foreign("02", "DE123456789", "FR")}),
        (1103, {"middle": foreign("02", "DE12345678")}),
        (1255, {"middle": foreign("02", "GB123456789")}),
        (1239, {"middle": foreign("02", "DE123450000")}),
        (1131, {"middle": foreign("07", BUYER, "ES")}),
        (1290, {"middle": foreign("07", "99999990A", "ES")}),
        (1192, {"kind": "R2", "after_kind": F1_TO_R1, "middle": foreign("04", "X1", "FR")}),
        (1191, {"kind": "R3", "after_kind": F1_TO_R1, "middle": foreign("02", "DE123456789")}),
        (1124, {"lines": taxed("18", "18.00"), "tax": "18.00", "total": "118.00"}),
        (1194, {"lines": taxed("5", "5.00"), "tax": "5.00", "total": "105.00"}),
        (1142, {"lines": taxed("21", "31.01"), "tax": "31.01", "total": "131.01"}),
        (1143, {"lines": taxed("21", "-1.00"), "tax": "-1.00", "total": "99.00"}),
        (1208, {"lines": untaxed(ClaveRegimen="01", CalificacionOperacion="S1")}),
        (1245, {"lines": untaxed(CalificacionOperacion="N1")}),
        (1246, {"lines": untaxed(ClaveRegimen="21", CalificacionOperacion="N1")}),
        (1260, {"lines": untaxed(Impuesto="05", ClaveRegimen="01", CalificacionOperacion="N1")}),
        (1252, {"lines": untaxed(ClaveRegimen="08", CalificacionOperacion="N1")}),
        (1199, {"lines": untaxed(ClaveRegimen="01", OperacionExenta="E2")}),
        (1182, {"lines": untaxed(ClaveRegimen="01", OperacionExenta="E7")}),
        (1289, {"lines": untaxed(ClaveRegimen="01", OperacionExenta="E5")}),
        (1286, {"lines": untaxed(ClaveRegimen="02", CalificacionOperacion="N1")}),
        (1198, {"lines": untaxed(ClaveRegimen="01", CalificacionOperacion="S2")}),
        (1237, {"lines": taxed("0", "0.00").replace(">S1<", ">N1<")}),
        (
            1238,
            {
                "lines": row(
                    ClaveRegimen="01", OperacionExenta="E1", TipoImpositivo="0", BaseImponibleOimporteNoSujeto="1"
                )
            },
        ),
        (1162, {"lines": taxed("21", "21.00", TipoRecargoEquivalencia="1.4", CuotaRecargoEquivalencia="1.40")}),
        (1284, {"lines": taxed("21", "21.00", TipoRecargoEquivalencia="5.2")}),
        (1205, {"lines": untaxed(ClaveRegimen="10", CalificacionOperacion="N2")}),
        (1147, {"lines": untaxed(ClaveRegimen="14", CalificacionOperacion="N1")}),
        (1150, {"kind": "F2", "lines": taxed("21", "630.00", "3000.00"), "tax": "630.00", "total": "3630.00"}),
        (1139, {"lines": taxed("0", "0", "100000000"), "tax": "0", "total": "100000000"}),
        (1110, {"change": swap("<sf:NIF>B00000034", "<sf:NIF>B99990004")}),
        (1176, {"change": swap("<sf:NIF>B00000034", "<sf:NIF>B00000035")}),
        (1177, {"change": swap(">EG<", ">e1<")}),
        (1244, {"change": swap("+00:00</sf:Fecha", "+0000</sf:Fecha")}),
        (1244, {"change": swap("+00:00</sf:Fecha", ".123+00:00</sf:Fecha")}),
        (1262, {"huella": "A" * 65}),
        (1128, {"tail": flags(NumRegistroAcuerdoFacturacion="X1")}),
        (1100, {"description": ""}),
        (1274, {"change": swap("<sf:PrimerRegistro>S<", "<sf:PrimerRegistro>N<")}),
        (1108, {"change": swap(f"<sf:IDEmisorFactura>{ISSUER}", f"<sf:IDEmisorFactura>{BUYER}")}),
    ],
)
def test_a_record_is_refused_with_the_code_of_the_first_broken_rule(code: int, made: dict[str, object]) -> None:
    arguments = {"number": "1"} | made
    aeat = Aeat()
    assert aeat.send(Chain().alta(**arguments)) == [refused(code)]


@pytest.mark.parametrize(
    "made",
    [
        {"kind": "F1", "middle": foreign("02", "EL123456789")},
        {"kind": "F1", "middle": foreign("02", "BE0999000129", "BE")},
        {"kind": "F1", "middle": foreign("03", "PA123", "ES")},
        {"kind": "F1", "middle": buyer(f"<sf:NIF>{ISSUER}</sf:NIF>")},
        {"kind": "R1", "after_kind": F1_TO_R1, "lines": taxed("21", "-21", "-100"), "tax": "-21", "total": "-121"},
        {"lines": untaxed(ClaveRegimen="08", CalificacionOperacion="N2"), "tax": "0", "total": "100"},
        {"lines": untaxed(ClaveRegimen="01", OperacionExenta="E1"), "tax": "0.00", "total": "100.00"},
        {"lines": untaxed(Impuesto="03", ClaveRegimen="21", OperacionExenta="E7"), "tax": "0.00", "total": "100.00"},
        {"tax": "+21.0", "total": "121."},
        {"issued": "28-10-2024"},
        {"tail": flags(NumRegistroAcuerdoFacturacion="SIM1")},
    ],
)
def test_records_that_are_right(made: dict[str, object]) -> None:
    assert Aeat().send(Chain().alta("1", **made)) == [OK]


def test_a_generator_of_an_anulacion() -> None:
    def generator(by: str, identity: str) -> str:
        return f"{flags(GeneradoPor=by)}<sf:Generador><sf:NombreRazon>G</sf:NombreRazon>{identity}</sf:Generador>"

    other = "<sf:NIF>B00000034</sf:NIF>"
    for code, written in (
        (1224, flags(GeneradoPor="T")),
        (1259, generator("E", f"<sf:NIF>{ISSUER}</sf:NIF>")),
        (1227, generator("E", f"<sf:IDOtro>{flags(CodigoPais='FR', IDType='04', ID='1')}</sf:IDOtro>")),
        (1229, generator("T", f"<sf:IDOtro>{flags(CodigoPais='ES', IDType='07', ID='99999990S')}</sf:IDOtro>")),
        (1275, flags(RechazoPrevio="X")),
    ):
        aeat, chain = Aeat(), Chain()
        assert aeat.send(chain.alta("1"), chain.anulacion("1", flags=written)) == [OK, refused(code)]
    aeat, chain = Aeat(), Chain()
    assert aeat.send(chain.alta("1"), chain.anulacion("1", flags=generator("T", other))) == [OK, OK]
