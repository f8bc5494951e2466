"""Messages to the simulated AEAT, written by hand here: nothing of the jurisdiction takes part in them."""

import datetime
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from html import escape

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from lxml import etree

from jurisdictions.contract import Simulator, SimulatorReply, SimulatorRequest
from jurisdictions.verifactu.simulator import SIMULATOR

AT = datetime.datetime(2026, 11, 20, 11, 0, tzinfo=datetime.UTC)
SERVICE = "/wlpl/TIKE-CONT/ws/SistemaFacturacion/VerifactuSOAP"
SEALS = f"/sello{SERVICE}"
WS = "https://www2.agenciatributaria.gob.es/static_files/common/internet/dep/aplicaciones/es/aeat/tike/cont/ws/"
NS = {
    "lr": f"{WS}SuministroLR.xsd",
    "sf": f"{WS}SuministroInformacion.xsd",
    "r": f"{WS}RespuestaSuministro.xsd",
    "c": f"{WS}ConsultaLR.xsd",
    "rc": f"{WS}RespuestaConsultaLR.xsd",
    "env": "http://schemas.xmlsoap.org/soap/envelope/",
}
ISSUER = "B00000018"
BUYER = "B00000026"
SYSTEM = (
    "<sf:SistemaInformatico><sf:NombreRazon>Productor</sf:NombreRazon><sf:NIF>B00000034</sf:NIF>"
    "<sf:NombreSistemaInformatico>Pasarela</sf:NombreSistemaInformatico><sf:IdSistemaInformatico>EG"
    "</sf:IdSistemaInformatico><sf:Version>1</sf:Version><sf:NumeroInstalacion>{installation}</sf:NumeroInstalacion>"
    "<sf:TipoUsoPosibleSoloVerifactu>S</sf:TipoUsoPosibleSoloVerifactu><sf:TipoUsoPosibleMultiOT>S"
    "</sf:TipoUsoPosibleMultiOT><sf:IndicadorMultiplesOT>S</sf:IndicadorMultiplesOT></sf:SistemaInformatico>"
)
LINE = (
    "<sf:DetalleDesglose><sf:Impuesto>01</sf:Impuesto><sf:ClaveRegimen>01</sf:ClaveRegimen><sf:CalificacionOperacion>S1"
    "</sf:CalificacionOperacion><sf:TipoImpositivo>21</sf:TipoImpositivo><sf:BaseImponibleOimporteNoSujeto>100.00"
    "</sf:BaseImponibleOimporteNoSujeto><sf:CuotaRepercutida>21.00</sf:CuotaRepercutida></sf:DetalleDesglose>"
)
Link = tuple[str, str, str, str]


class NoKeys:
    """The simulated AEAT signs nothing."""

    def authority(self) -> bytes:
        raise AssertionError

    def certificate(self, name: str) -> bytes:
        raise AssertionError(name)

    def sign(self, name: str, message: bytes) -> bytes:
        raise AssertionError(name, message)


SEAL, SIGNATURE = 2, 1
QC_TYPES = {kind: bytes.fromhex(f"30153013060604008e4601063009060704008e460106{kind:02}") for kind in (1, 2)}
"""qcStatements that say nothing but the QcType (ETSI EN 319 412-5, 4.2.3)."""


@cache
def certificate(organization: str = ISSUER, person: str = "", unit: str = "", qc_type: int = 0) -> bytes:
    """A self-made certificate of an entity, valid in 2026; `qc_type` is SEAL, SIGNATURE or none."""
    key = ec.generate_private_key(ec.SECP256R1())
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, "Sello de pruebas")]
    if organization:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, f"VATES-{organization}"))
    if person:
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, f"IDCES-{person}"))
    if unit:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit))
    name = x509.Name(attributes)
    builder = x509.CertificateBuilder()
    if qc_type:
        statements = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3"), QC_TYPES[qc_type])
        builder = builder.add_extension(statements, critical=False)
    return (
        builder.subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
        .not_valid_after(datetime.datetime(2028, 1, 1, tzinfo=datetime.UTC))
        .sign(key, hashes.SHA256())
        .public_bytes(encoding=_der())
    )


def _der():
    from cryptography.hazmat.primitives.serialization import Encoding

    return Encoding.DER


@dataclass
class Chain:
    """A system of the issuer: it makes records, each linked to the one before."""

    installation: str = "1"
    nif: str = ISSUER
    last: Link | None = None
    at: datetime.datetime = AT

    def alta(
        self,
        number: str,
        *,
        flags: str = "",
        issued: str = "20-11-2026",
        kind: str = "F1",
        after_kind: str = "",
        operation: str = "",
        description: str = "Servicios",
        middle: str | None = None,
        lines: str = LINE,
        tax: str = "21.00",
        total: str = "121.00",
        tail: str = "",
        reference: str = "",
        change: Callable[[str], str] | None = None,
        huella: str = "",
    ) -> str:
        if middle is None:
            middle = buyer() if kind not in {"F2", "R5"} else ""
        moment = self.moment()
        link, previous = self.link()
        text = (
            f"IDEmisorFactura={self.nif}&NumSerieFactura={number}&FechaExpedicionFactura={issued}&TipoFactura={kind}"
            f"&CuotaTotal={tax}&ImporteTotal={total}&Huella={previous}&FechaHoraHusoGenRegistro={moment}"
        )
        huella = huella or digest(text)
        self.last = (self.nif, number, issued, huella)
        written = (
            "<sf:RegistroAlta><sf:IDVersion>1.0</sf:IDVersion><sf:IDFactura>"
            f"<sf:IDEmisorFactura>{self.nif}</sf:IDEmisorFactura><sf:NumSerieFactura>{escape(number)}</sf:NumSerieFactura>"
            f"<sf:FechaExpedicionFactura>{issued}</sf:FechaExpedicionFactura></sf:IDFactura>"
            f"{f'<sf:RefExterna>{reference}</sf:RefExterna>' if reference else ''}"
            f"<sf:NombreRazonEmisor>Emisora</sf:NombreRazonEmisor>{flags}<sf:TipoFactura>{kind}</sf:TipoFactura>"
            f"{after_kind}{f'<sf:FechaOperacion>{operation}</sf:FechaOperacion>' if operation else ''}"
            f"<sf:DescripcionOperacion>{description}</sf:DescripcionOperacion>{middle}<sf:Desglose>{lines}</sf:Desglose>"
            f"<sf:CuotaTotal>{tax}</sf:CuotaTotal><sf:ImporteTotal>{total}</sf:ImporteTotal>{link}"
            f"{SYSTEM.format(installation=self.installation)}<sf:FechaHoraHusoGenRegistro>{moment}"
            f"</sf:FechaHoraHusoGenRegistro>{tail}<sf:TipoHuella>01</sf:TipoHuella><sf:Huella>{huella}</sf:Huella>"
            "</sf:RegistroAlta>"
        )
        return change(written) if change else written

    def anulacion(self, number: str, *, flags: str = "", issued: str = "20-11-2026", reference: str = "") -> str:
        moment = self.moment()
        link, previous = self.link()
        huella = digest(
            f"IDEmisorFacturaAnulada={self.nif}&NumSerieFacturaAnulada={number}&FechaExpedicionFacturaAnulada={issued}"
            f"&Huella={previous}&FechaHoraHusoGenRegistro={moment}"
        )
        self.last = (self.nif, number, issued, huella)
        return (
            "<sf:RegistroAnulacion><sf:IDVersion>1.0</sf:IDVersion><sf:IDFactura>"
            f"<sf:IDEmisorFacturaAnulada>{self.nif}</sf:IDEmisorFacturaAnulada><sf:NumSerieFacturaAnulada>"
            f"{escape(number)}</sf:NumSerieFacturaAnulada><sf:FechaExpedicionFacturaAnulada>{issued}"
            f"</sf:FechaExpedicionFacturaAnulada></sf:IDFactura>"
            f"{f'<sf:RefExterna>{reference}</sf:RefExterna>' if reference else ''}{flags}{link}"
            f"{SYSTEM.format(installation=self.installation)}<sf:FechaHoraHusoGenRegistro>{moment}"
            f"</sf:FechaHoraHusoGenRegistro><sf:TipoHuella>01</sf:TipoHuella><sf:Huella>{huella}</sf:Huella>"
            "</sf:RegistroAnulacion>"
        )

    def moment(self) -> str:
        return self.at.isoformat(timespec="seconds")

    def link(self) -> tuple[str, str]:
        if self.last is None:
            return "<sf:Encadenamiento><sf:PrimerRegistro>S</sf:PrimerRegistro></sf:Encadenamiento>", ""
        nif, number, issued, huella = self.last
        return (
            f"<sf:Encadenamiento><sf:RegistroAnterior><sf:IDEmisorFactura>{nif}</sf:IDEmisorFactura><sf:NumSerieFactura>"
            f"{escape(number)}</sf:NumSerieFactura><sf:FechaExpedicionFactura>{issued}</sf:FechaExpedicionFactura>"
            f"<sf:Huella>{huella}</sf:Huella></sf:RegistroAnterior></sf:Encadenamiento>",
            huella,
        )


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest().upper()


def flags(**named: str) -> str:
    return "".join(f"<sf:{name}>{value}</sf:{name}>" for name, value in named.items())


def buyer(identity: str = f"<sf:NIF>{BUYER}</sf:NIF>") -> str:
    return (
        f"<sf:Destinatarios><sf:IDDestinatario><sf:NombreRazon>Cliente</sf:NombreRazon>{identity}</sf:IDDestinatario>"
        "</sf:Destinatarios>"
    )


def foreign(kind: str, number: str, country: str = "") -> str:
    return buyer(
        f"<sf:IDOtro>{flags(**({'CodigoPais': country} if country else {}), IDType=kind, ID=number)}</sf:IDOtro>"
    )


def message(*records: str, nif: str = ISSUER, header: str = "") -> bytes:
    wrapped = "".join(f"<lr:RegistroFactura>{record}</lr:RegistroFactura>" for record in records)
    return soap(
        "<lr:RegFactuSistemaFacturacion><lr:Cabecera><sf:ObligadoEmision><sf:NombreRazon>Emisora</sf:NombreRazon>"
        f"<sf:NIF>{nif}</sf:NIF></sf:ObligadoEmision>{header}</lr:Cabecera>{wrapped}</lr:RegFactuSistemaFacturacion>"
    )


def question(filters: str = "", *, asker: str = "", month: str = "11", shown: str = "") -> bytes:
    asker = (
        asker or f"<sf:ObligadoEmision><sf:NombreRazon>E</sf:NombreRazon><sf:NIF>{ISSUER}</sf:NIF></sf:ObligadoEmision>"
    )
    return soap(
        f"<c:ConsultaFactuSistemaFacturacion><c:Cabecera><sf:IDVersion>1.0</sf:IDVersion>{asker}</c:Cabecera>"
        f"<c:FiltroConsulta><c:PeriodoImputacion>{flags(Ejercicio='2026', Periodo=month)}</c:PeriodoImputacion>"
        f"{filters}</c:FiltroConsulta>{shown}</c:ConsultaFactuSistemaFacturacion>"
    )


def soap(content: str) -> bytes:
    names = "".join(f' xmlns:{prefix}="{NS[prefix]}"' for prefix in ("env", "lr", "sf", "c"))
    return f"<env:Envelope{names}><env:Body>{content}</env:Body></env:Envelope>".encode()


F1_TO_R1 = flags(TipoRectificativa="I")


def row(**named: str) -> str:
    return f"<sf:DetalleDesglose>{flags(**named)}</sf:DetalleDesglose>"


def untaxed(**named: str) -> str:
    return row(**named, BaseImponibleOimporteNoSujeto="100.00")


def taxed(rate: str, tax: str, base: str = "100.00", **more: str) -> str:
    first = {"ClaveRegimen": "01", "CalificacionOperacion": "S1", "TipoImpositivo": rate}
    return row(**first, BaseImponibleOimporteNoSujeto=base, CuotaRepercutida=tax, **more)


OK = ("Correcto", 0)
INCIDENT = "<sf:RemisionVoluntaria><sf:Incidencia>S</sf:Incidencia></sf:RemisionVoluntaria>"


def refused(code: int) -> tuple[str, int]:
    return "Incorrecto", code


def flawed(code: int) -> tuple[str, int]:
    return "AceptadoConErrores", code


def swap(old: str, new: str) -> Callable[[str], str]:
    """Put something else into a written record; it must be there."""

    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return change


@dataclass
class Aeat:
    """The simulator with a book that keeps what each answer writes."""

    book: dict[str, bytes] = field(default_factory=dict)
    simulator: Simulator = SIMULATOR
    profile: str = "default"
    at: datetime.datetime = AT

    def post(
        self, body: bytes, der: bytes | None = None, *, anonymous: bool = False, path: str = SERVICE
    ) -> SimulatorReply:
        return self.ask("POST", path, body, None if anonymous else der or certificate())

    def get(self, path: str) -> SimulatorReply:
        return self.ask("GET", path, b"", None)

    def ask(self, method: str, path: str, body: bytes, der: bytes | None) -> SimulatorReply:
        request = SimulatorRequest(method=method, path=path, headers={}, body=body, client_certificate=der)
        reply = self.simulator.answer(self.book, request, self.at, NoKeys(), self.profile)
        keep(self.book, reply.changes)
        return reply

    def send(self, *records: str, header: str = "") -> list[tuple[str, int]]:
        """The state and code of each record."""
        return lines(self.post(message(*records, header=header)))


def keep(book: dict[str, bytes], changes: Mapping[str, bytes | None]) -> None:
    for key, value in changes.items():
        if value is None:
            book.pop(key, None)
        else:
            book[key] = value


def content(reply: SimulatorReply) -> etree._Element:
    """What is inside the SOAP body."""
    return etree.fromstring(reply.body).find("env:Body", NS)[0]


def lines(reply: SimulatorReply) -> list[tuple[str, int]]:
    answer = content(reply)
    assert answer.tag.endswith("RespuestaRegFactuSistemaFacturacion"), reply.body
    return [
        (line.findtext("r:EstadoRegistro", None, NS), int(line.findtext("r:CodigoErrorRegistro", "0", NS)))
        for line in answer.findall("r:RespuestaLinea", NS)
    ]


def fault(reply: SimulatorReply) -> str:
    """The code of a client fault, or `Server`."""
    answer = content(reply)
    text = answer.findtext("faultstring")
    return text.split("[")[1].split("]")[0] if answer.findtext("faultcode") == "env:Client" else "Server"


def found(reply: SimulatorReply) -> list[tuple[str, str, str]]:
    """Number, state and huella of each invoice that a consultation found."""
    rows = content(reply).findall("rc:RegistroRespuestaConsultaFactuSistemaFacturacion", NS)
    return [
        (
            row.findtext("rc:IDFactura/sf:NumSerieFactura", None, NS),
            row.findtext("rc:EstadoRegistro/rc:EstadoRegistro", None, NS),
            row.findtext("rc:DatosRegistroFacturacion/rc:Huella", None, NS),
        )
        for row in rows
    ]
