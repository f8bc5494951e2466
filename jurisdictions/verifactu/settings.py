"""What VERI*FACTU needs to know of an issuer, an invoice and a line beyond the neutral invoice, and of who runs it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from jurisdictions.contract import Issuer
from jurisdictions.verifactu.obligado.regime import Calendar, Period, Regime, TaxPayer
from schemas.money import AmountText, PercentText
from schemas.texts import Country, Line, Name, Short

ClaveRegimen = Literal[
    "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "14", "15", "17", "18", "19", "20", "21"
]
Calificacion = Literal["S1", "S2", "N1", "N2"]
Exenta = Literal["E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8"]
TipoFactura = Literal["F1", "F2", "F3", "R1", "R2", "R3", "R4", "R5"]

IdType = Literal["02", "03", "04", "05", "06", "07"]
_AGREEMENT = r"^[!-~]([ -~]*[!-~])?$(?!\n)"


class IdOtro(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who has no NIF of ours (list L7): `id_type` 02 NIF-IVA with its two letters, 03 passport, 04 document of the
    country of residence, 05 certificate of residence, 06 another proof, 07 not in the census."""

    id_type: IdType
    id: Annotated[str, Meta(min_length=1, max_length=20, pattern=_AGREEMENT)]
    country: Country | None = None


class Persona(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody beside issuer and customer whom a record names, by `nif` or by `id_otro`."""

    name: Name
    nif: Short | None = None
    id_otro: IdOtro | None = None

    def __post_init__(self) -> None:
        if (self.nif is None) is (self.id_otro is None):
            raise ValueError("exactly one of nif and id_otro is given")

    @property
    def key(self) -> str:
        """The number that an invoice names a third party by."""
        return self.nif or (self.id_otro.id if self.id_otro is not None else "")


Series = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9/_\-]{0,19}$(?!\n)")]


class Tercero(Persona, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A third party, or a customer, who issues in the issuer's name (RD 1619/2012 art. 5), and the series that hold
    what it issues and nothing else (art. 6.1.a); its facturas rectificativas have one apart."""

    series: Series | None = None
    series_rectificativas: Series | None = None


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An issuer's way of billing.

    `regimes` say from when until when it reports in which way; on days outside all of them `regime` holds. Only under
    `verifactu` records are made; the other regimes report elsewhere or nowhere. `tax_payer` decides since when an
    adapted system is obligatory.

    `installation` is NumeroInstalacion: unique for ever for this obligado; a restored backup needs a new one. None is
    the issuer's own id. `installations` gives series that are billed apart (a shop) one of their own, and so a chain.

    `series_rectificativas` hold facturas rectificativas and nothing else (RD 1619/2012 art. 6.1.a); what corrects and
    names no series is numbered in the first. `terceros` are those who may issue in the issuer's name; an invoice names
    one by its number. `sector_3000` says whether the issuer's operations are among those whose simplified invoices may
    go up to 3,000 EUR (art. 4.2); unsaid, what exceeds 400 EUR is warned of.
    """

    regime: Regime = "verifactu"
    regimes: Annotated[tuple[Period, ...], Meta(max_length=50)] = ()
    tax_payer: TaxPayer = "corporate"
    installation: Short | None = None
    installations: Annotated[dict[Series, Short], Meta(max_length=1000)] = {}
    clave_regimen: ClaveRegimen = "01"
    sector_3000: bool | None = None
    series_rectificativas: Annotated[tuple[Series, ...], Meta(max_length=100)] = ()
    terceros: Annotated[tuple[Tercero, ...], Meta(max_length=100)] = ()

    def __post_init__(self) -> None:
        for one in (self.installation or "1", *self.installations.values()):
            if one != one.strip():
                raise ValueError("the number of an installation neither begins nor ends with a blank")

    @property
    def calendar(self) -> Calendar:
        return Calendar(periods=self.regimes, undated=self.regime, tax_payer=self.tax_payer)


class Rectified(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """ImporteRectificacion: what a substitution replaces, in EUR, as the records of those invoices have it."""

    base: AmountText
    cuota: AmountText
    recargo: AmountText = "0.00"


class Extension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`extensions.verifactu` of an invoice: what the neutral fields do not decide.

    `tercero` is the number of one of `settings.verifactu.terceros`, who issues the invoice. `art_7273`: a simplified
    invoice that names its customer (RD 1619/2012 art. 7.2 and 7.3); `sin_identificar`: the customer need not be named
    (art. 6.1.d); `cupon`: a coupon or voucher is corrected. `num_registro_acuerdo` and `id_acuerdo` are agreements
    that the AEAT has registered. `otros_destinatarios` are recipients beside the customer. `generado_por` tells who
    makes a later anulación, where that is not the issuer: D its recipient, T the third party. `rectificado` are the
    amounts that a substitution replaces, where the gateway cannot know them: the invoice was made elsewhere, in another
    currency, or with amounts that its record leaves out.
    """

    tipo_factura: TipoFactura | None = None
    tipo_rectificativa: Literal["S", "I"] | None = None
    clave_regimen: ClaveRegimen | None = None
    descripcion: Line | None = None
    ref_externa: Short | None = None
    tercero: Short | None = None
    art_7273: bool = False
    sin_identificar: bool = False
    cupon: bool = False
    num_registro_acuerdo: Annotated[str, Meta(min_length=1, max_length=15, pattern=_AGREEMENT)] | None = None
    id_acuerdo: Annotated[str, Meta(min_length=1, max_length=16, pattern=_AGREEMENT)] | None = None
    otros_destinatarios: Annotated[tuple[Persona, ...], Meta(max_length=999)] = ()
    generado_por: Literal["D", "T"] | None = None
    rectificado: Rectified | None = None


class LineExtension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`extensions.verifactu` of a line: lines that differ in it become rows of their own in the Desglose.

    `suplido` (paid in the customer's name, LIVA art. 78.Tres.3) and `garantia` (a deposit or guarantee) make a line
    part of what is to be paid and not of the record. `base_a_coste` is the line's BaseImponibleACoste.

    `margen` is what the line earns, without the tax on it, under ClaveRegimen 03 and 05 (LIVA arts. 137 and 145): its
    net is all that the customer pays and bears no tax of its own; the tax, at `tipo_margen` percent, lies within it.
    """

    clave_regimen: ClaveRegimen | None = None
    calificacion: Calificacion | None = None
    exenta: Exenta | None = None
    suplido: bool = False
    garantia: bool = False
    base_a_coste: AmountText | None = None
    margen: AmountText | None = None
    tipo_margen: PercentText = "21"

    @property
    def aside(self) -> bool:
        """Whether the line lies outside the record."""
        return self.suplido or self.garantia


# ------------------------------------------------------------------------------------------------ the operator

PROGRAM_NAME = "E-Invoicing Gateway"
PROGRAM_VERSION = "0.1.0"
"""This program as a declaración responsable names it. A new version is a new declaration, and the same system."""
SANDBOX_PRODUCER_NIF = "B00000034"
"""A well-formed NIF that nobody bears: enough for the simulator, refused by `check` in live."""


def _fits(name: str, value: str, longest: int) -> None:
    if len(value) > longest:
        raise ValueError(f"{name} has at most {longest} characters in a record")


class Producer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who produces the billing system and signs its declaración responsable (Order HAC/1177/2024 art. 15.1.h to j and
    l): by `nif`, or by `id_otro` where it has none. `address` is a full postal one, `place` a locality and country."""

    name: Name
    nif: Short | None = None
    id_otro: IdOtro | None = None
    address: Line
    place: Short

    def __post_init__(self) -> None:
        if (self.nif is None) is (self.id_otro is None):
            raise ValueError("exactly one of nif and id_otro is given")
        if self.id_otro is not None and self.id_otro.id_type == "07":
            raise ValueError("a producer is not named by id_type 07 (1221)")
        _fits("name", self.name, 120)


SANDBOX_PRODUCER = Producer(
    name=PROGRAM_NAME,
    nif=SANDBOX_PRODUCER_NIF,
    address="Calle de Ejemplo 1, 28000 Madrid, España",
    place="Madrid, España",
)


class Deployment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The billing system that this installation of the program is, or is a part of, as SistemaInformatico names it.

    `sif_role` principal: this program numbers, seals and renders; its operator is the producer, and the version is this
    program's own. component: a platform issues through it and is the producer of the main component, whose name, `id`
    (IdSistemaInformatico) and `version` stand here; its declaration names this program and its exact version.
    `components` are those beside it, for item d of the declaration.
    """

    sif_role: Literal["principal", "component"] = "principal"
    producer: Producer = SANDBOX_PRODUCER
    name: Short = PROGRAM_NAME
    id: Annotated[str, Meta(pattern=r"^[A-Z0-9]{2}$(?!\n)")] = "EG"
    version: Short = PROGRAM_VERSION
    components: Annotated[tuple[Line, ...], Meta(max_length=50)] = ()

    def __post_init__(self) -> None:
        _fits("name", self.name, 30)
        _fits("version", self.version, 50)
        if self.sif_role == "principal" and self.version != PROGRAM_VERSION:
            raise ValueError(f"a principal system has this program's own version, {PROGRAM_VERSION}: leave it out")


DEFAULTS = Settings()
SANDBOX_DEPLOYMENT = Deployment()
NO_EXTENSION = Extension()
NO_LINE_EXTENSION = LineExtension()


def settings_of(issuer: Issuer) -> Settings:
    return issuer.settings if isinstance(issuer.settings, Settings) else DEFAULTS


def deployment_of(issuer: Issuer) -> Deployment:
    """What the operator says of the system; the sandbox's where it says nothing."""
    return issuer.deployment if isinstance(issuer.deployment, Deployment) else SANDBOX_DEPLOYMENT


def installation_of(issuer: Issuer, series: str | None, number: str | None = None) -> str:
    """NumeroInstalacion of an invoice, by its series or else by the one that its number begins with."""
    settings = settings_of(issuer)
    if settings.installations:
        of = series if series is not None else (number or "").rpartition("-")[0]
        if of in settings.installations:
            return settings.installations[of]
    return settings.installation or issuer.id
