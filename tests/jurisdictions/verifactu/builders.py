"""Invoices, issuers, sealed records and answers of the AEAT, as tests need them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from jurisdictions.contract import (
    Answer,
    Earlier,
    Instruction,
    InstructionKind,
    Issuer,
    Position,
    Sealed,
    Sealing,
    Sending,
    Setting,
)
from jurisdictions.verifactu import JURISDICTION
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.settings import Deployment, Extension, LineExtension, Settings
from schemas.codes import TaxCategory, TaxKind
from schemas.document import Invoice, Line, LineTax, Preceding, References, Tax, TaxGroup, Totals
from schemas.invoice import Kind
from schemas.money import HUNDRED, ZERO, round_half_up
from schemas.party import Party, TaxId
from schemas.states import Standing, SubmissionState

NOW = datetime(2026, 11, 20, 9, 30, 15, 123456, tzinfo=UTC)
TODAY = date(2026, 11, 20)
ISSUER_NIF = "B00000018"
SETTINGS = Settings(installation="1")


class NoKeys:
    """VERI*FACTU signs nothing: every call is a fault of the test's subject."""

    def certificate(self, credential: str) -> bytes:
        raise AssertionError("no certificate is needed to seal")

    def sign(self, credential: str, message: bytes, algorithm: object) -> bytes:
        raise AssertionError("no signature is needed to seal")


def party(name: str = "Cliente de Pruebas, S.L.", **tax_ids: str) -> Party:
    """`party(ES_NIF="B00000026")`; no tax id where none is named."""
    return Party(
        name=name,
        tax_ids=tuple(TaxId(scheme=scheme.replace("_", ":"), value=value) for scheme, value in tax_ids.items()),
    )


def issuer(
    settings: Settings | None = None,
    *,
    nif: str = ISSUER_NIF,
    environment: str = "test",
    deployment: Deployment | None = None,
    flows: tuple[str, ...] = (),
) -> Issuer:
    return Issuer(
        id="iss_1",
        party=party("Emisora & Hijos, S.L.", ES_NIF=nif),
        time_zone="Europe/Madrid",
        environment="live" if environment == "live" else "test",
        settings=SETTINGS if settings is None else settings,
        deployment=deployment,
        flows=flows,
        credentials={"certificate": {"subject": "CN=Emisora", "nif": nif, "not_after": "2029-01-01T00:00:00Z"}},
    )


def tax(percent: str | None = "21", category: str = "S", kind: str = "VAT", **more: str) -> Tax:
    return Tax(
        tax=TaxKind(kind),
        category=TaxCategory(category),
        percent=None if percent is None else Decimal(percent),
        surcharge=Decimal(more["surcharge"]) if "surcharge" in more else None,
        exemption_code=more.get("exemption_code"),
    )


def invoice(*rows: tuple[str, Tax], **fields: object) -> Invoice:
    """An invoice with one line per (net, tax). Totals are those of rounding by group."""
    rows = rows or (("100.00", tax()),)
    groups: dict[Tax, Decimal] = {}
    lines = []
    for place, (written, of) in enumerate(rows):
        base = Decimal(written)
        groups[of] = groups.get(of, ZERO) + base
        lines.append(
            Line(
                id=str(place + 1),
                description=f"Servicio {place + 1}",
                quantity=Decimal(1),
                unit="C62",
                unit_price=base,
                net=base,
                taxes=(LineTax(tax=of, base=base, amount=_share(base, of.percent)),),
            )
        )
    breakdown = tuple(
        TaxGroup(
            tax=of.tax,
            category=of.category,
            percent=of.percent,
            base=base,
            amount=_share(base, of.percent),
            surcharge=of.surcharge,
            surcharge_amount=_share(base, of.surcharge),
            exemption_code=of.exemption_code,
        )
        for of, base in groups.items()
    )
    net = sum((group.base for group in breakdown), ZERO)
    due = sum((group.amount + group.surcharge_amount for group in breakdown), ZERO)
    given: dict[str, object] = {
        "id": "inv_1",
        "kind": Kind.INVOICE,
        "currency": "EUR",
        "issue_date": TODAY,
        "issuer": party("Emisora & Hijos, S.L.", ES_NIF=ISSUER_NIF),
        "customer": party(ES_NIF="B00000026"),
        "series": "A",
        "lines": tuple(lines),
        "tax_breakdown": breakdown,
        "totals": Totals(
            lines=net,
            allowances=ZERO,
            charges=ZERO,
            net=net,
            tax=due,
            gross=net + due,
            withheld=ZERO,
            prepaid=ZERO,
            rounding=ZERO,
            payable=net + due,
        ),
    }
    return Invoice(**(given | fields))  # type: ignore[arg-type]


def credit_note(*rows: tuple[str, Tax], **fields: object) -> Invoice:
    given: dict[str, object] = {
        "kind": Kind.CREDIT_NOTE,
        "references": References(preceding=(Preceding(number="A-1", issue_date=TODAY),)),
        "correction_reason": "Devolución",
        "series": "R",
    }
    return invoice(*rows, **(given | fields))


def _share(base: Decimal, percent: Decimal | None) -> Decimal:
    return ZERO if percent is None else round_half_up(base * percent / HUNDRED, 2)


def instruction(
    of: Invoice | None = None,
    kind: InstructionKind = InstructionKind.ISSUE,
    *,
    extension: Extension | None = None,
    lines: tuple[LineExtension | None, ...] = (),
    standing: Standing = Standing.NONE,
    earlier: tuple[Earlier, ...] = (),
) -> Instruction:
    return Instruction(
        kind=kind,
        invoice=of or invoice(),
        extension=extension,
        line_extensions=lines,
        standing=standing,
        earlier=earlier,
    )


def earlier(kind: InstructionKind, state: SubmissionState, code: str | None = None) -> Earlier:
    return Earlier(submission="sub_0", instruction=kind, state=state, fingerprint="", authority_code=code)


def sealed(
    of: Instruction | None = None,
    number: str = "A-1",
    *,
    previous: bytes | None = None,
    sequence: int = 1,
    at: datetime = NOW,
    by: Issuer | None = None,
) -> Sealed:
    of, by = of or instruction(), by or issuer()
    return JURISDICTION.seal.seal(
        Sealing(
            instruction=of,
            issuer=by,
            number=number,
            submission=f"sub_{number}",
            at=at,
            edition="1.0",
            position=Position(chain="chain", sequence=sequence, previous=previous),
        ),
        NoKeys(),
    )


def sending(
    of: Sealed, name: str | None = None, kind: InstructionKind = InstructionKind.ISSUE, **fields: object
) -> Sending:
    given: dict[str, object] = {
        "submission": name or f"sub_{of.attributes['number']}",
        "instruction": kind,
        "body": of.body,
        "attributes": of.attributes,
        "sealed_at": NOW,
        "edition": "1.0",
    }
    return Sending(**(given | fields))  # type: ignore[arg-type]


def chained(count: int, *, prefix: str = "A-") -> tuple[Sending, ...]:
    """So many altas, one linked to the other, ready to go."""
    previous: bytes | None = None
    out = []
    for place in range(1, count + 1):
        record = sealed(number=f"{prefix}{place}", previous=previous, sequence=place)
        previous = record.link
        out.append(sending(record))
    return tuple(out)


def setting(later: float = 5, by: Issuer | None = None) -> Setting:
    return Setting(issuer=by or issuer(), session=None, at=NOW + timedelta(seconds=later))


# ------------------------------------------------------------------------------------------------ answers


def answer(body: str | bytes, *, name: str = "registro", status: int = 200, **headers: str) -> Answer:
    return Answer(name=name, status=status, headers=headers, body=body.encode() if isinstance(body, str) else body)


def envelope(body: str) -> str:
    return f'<env:Envelope xmlns:env="{lists.SOAP_11}"><env:Header/><env:Body>{body}</env:Body></env:Envelope>'


def remitted(*lines: str, csv: str | None = "A-CSV00000000001", wait: str = "60") -> str:
    """RespuestaRegFactuSistemaFacturacion around `line(...)`."""
    return envelope(
        f'<r:RespuestaRegFactuSistemaFacturacion xmlns:r="{lists.SF_RESPUESTA}" xmlns:s="{lists.SF}">'
        + (f"<r:CSV>{csv}</r:CSV>" if csv else "")
        + f"<r:Cabecera/><r:TiempoEsperaEnvio>{wait}</r:TiempoEsperaEnvio><r:EstadoEnvio>Correcto</r:EstadoEnvio>"
        + "".join(lines)
        + "</r:RespuestaRegFactuSistemaFacturacion>"
    )


def line(of: Sending, state: str = "Correcto", code: str = "", text: str = "", duplicate: str = "") -> str:
    operation = "Anulacion" if of.instruction is InstructionKind.CANCEL else "Alta"
    stored = ""
    if duplicate:
        stored = (
            f"<r:RegistroDuplicado><s:IdPeticionRegistroDuplicado>{duplicate}</s:IdPeticionRegistroDuplicado>"
            "<s:EstadoRegistroDuplicado>Correcta</s:EstadoRegistroDuplicado></r:RegistroDuplicado>"
        )
    return (
        f"<r:RespuestaLinea><r:IDFactura>{_identity(of.attributes)}</r:IDFactura>"
        f"<r:Operacion><s:TipoOperacion>{operation}</s:TipoOperacion></r:Operacion>"
        f"<r:EstadoRegistro>{state}</r:EstadoRegistro>"
        + (f"<r:CodigoErrorRegistro>{code}</r:CodigoErrorRegistro>" if code else "")
        + (f"<r:DescripcionErrorRegistro>{text}</r:DescripcionErrorRegistro>" if text else "")
        + f"{stored}</r:RespuestaLinea>"
    )


def duplicate(of: Sending) -> str:
    return line(of, "Incorrecto", "3000", "Registro de facturación duplicado.", duplicate="20261120000000000001")


def consulted(*entries: str, more: Mapping[str, str] | None = None) -> str:
    """RespuestaConsultaFactuSistemaFacturacion around `entry(...)`."""
    key = "" if more is None else f"<c:ClavePaginacion>{_identity(more)}</c:ClavePaginacion>"
    return envelope(
        "<c:RespuestaConsultaFactuSistemaFacturacion"
        f' xmlns:c="{lists.SF_RESPUESTA_CONSULTA}" xmlns:s="{lists.SF}"><c:Cabecera/>'
        f"<c:IndicadorPaginacion>{'S' if key else 'N'}</c:IndicadorPaginacion>"
        f"<c:ResultadoConsulta>{'ConDatos' if entries else 'SinDatos'}</c:ResultadoConsulta>"
        + "".join(entries)
        + f"{key}</c:RespuestaConsultaFactuSistemaFacturacion>"
    )


def entry(of: Mapping[str, str], huella: str | None = None, state: str = "Correcto") -> str:
    name = "c:RegistroRespuestaConsultaFactuSistemaFacturacion"
    return (
        f"<{name}><c:IDFactura>{_identity(of)}</c:IDFactura><c:DatosRegistroFacturacion>"
        f"<c:Huella>{huella or of['huella']}</c:Huella></c:DatosRegistroFacturacion>"
        "<c:DatosPresentacion><s:IdPeticion>20261120000000000007</s:IdPeticion></c:DatosPresentacion>"
        f"<c:EstadoRegistro><c:EstadoRegistro>{state}</c:EstadoRegistro></c:EstadoRegistro></{name}>"
    )


def fault(text: str, code: str = "env:Client") -> str:
    return envelope(f"<env:Fault><faultcode>{code}</faultcode><faultstring>{text}</faultstring></env:Fault>")


def _identity(of: Mapping[str, str]) -> str:
    number = of["number"].replace("&", "&amp;")
    return (
        f"<s:IDEmisorFactura>{of['nif']}</s:IDEmisorFactura><s:NumSerieFactura>{number}</s:NumSerieFactura>"
        f"<s:FechaExpedicionFactura>{of['date']}</s:FechaExpedicionFactura>"
    )
