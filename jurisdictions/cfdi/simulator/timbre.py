"""The timbre fiscal digital: what a certifier adds to a CFDI, and the answer that it gives of it."""

from __future__ import annotations

from base64 import b64encode
from copy import deepcopy
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

import msgspec
from lxml import etree

from jurisdictions.cfdi.simulator import cadena, certificates
from jurisdictions.cfdi.simulator.cadena import CFDI, TFD
from jurisdictions.cfdi.simulator.structure import XSI
from jurisdictions.contract import SimulatorKeys

CERTIFIER = "ZZP000101AAA"
"""The RFC of the sandbox's first certifier: fictitious, as the other's."""
_SCHEMA = f"{TFD} http://www.sat.gob.mx/sitio_internet/cfd/TimbreFiscalDigital/TimbreFiscalDigitalv11.xsd"


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """A stamp as the certifier keeps it; the texts are those of its answer. `quiet_until`: repeats get no data."""

    uuid: str
    stamped_at: str
    certificate: str
    own_certificate: str
    seal: str
    own_seal: str
    cadena: str
    timbre: str
    document: str
    quiet_until: str = ""

    def v4(self) -> dict[str, str]:
        """The data of an answer of version 4."""
        return {
            "cadenaOriginalSAT": self.cadena,
            "noCertificadoSAT": self.own_certificate,
            "noCertificadoCFDI": self.certificate,
            "uuid": self.uuid,
            "selloSAT": self.own_seal,
            "selloCFDI": self.seal,
            "fechaTimbrado": self.stamped_at,
            "qrCode": "",
            "cfdi": self.document,
        }

    def data(self, version: str) -> dict[str, str]:
        """The data of an answer of that version (`v1` to `v4`)."""
        shapes = {
            "v1": {"tfd": self.timbre},
            "v2": {"tfd": self.timbre, "cfdi": self.document},
            "v3": {"cfdi": self.document},
        }
        return shapes.get(version) or self.v4()

    def earlier(self, version: str) -> dict[str, str]:
        """The data of a refusal for an earlier stamp: the version's own, and the stamp by itself."""
        return self.data(version) | {"tfd": self.timbre}


def stamp(
    root: etree._Element, digest: str, counter: int, local: datetime, keys: SimulatorKeys, rfc: str = CERTIFIER
) -> Stamp:
    """Stamp a CFDI: the tree is copied, the copy gets its TimbreFiscalDigital, and both seals stand in the answer.

    `digest` names the CFDI's seal; with `counter` it makes the UUID. `local` is the time at the place of issue, `rfc`
    the certifier's.
    """
    uuid = str(uuid5(NAMESPACE_URL, f"sandbox:{digest}:{counter}")).upper()
    own = certificates.read(keys.certificate("stamping"))
    seal = root.get("Sello") or ""
    timbre = etree.Element(f"{{{TFD}}}TimbreFiscalDigital", nsmap={"tfd": TFD, "xsi": XSI})
    timbre.set(f"{{{XSI}}}schemaLocation", _SCHEMA)
    moment = local.strftime("%Y-%m-%dT%H:%M:%S")
    own_number = own.number if own else "0" * 20
    values = ("1.1", uuid, moment, rfc, seal, own_number)
    names = ("Version", "UUID", "FechaTimbrado", "RfcProvCertif", "SelloCFD", "NoCertificadoSAT")
    for name, value in zip(names, values, strict=True):
        timbre.set(name, value)
    text = cadena.of_timbre(timbre)
    own_seal = b64encode(keys.sign("stamping", text.encode())).decode()
    timbre.set("SelloSAT", own_seal)
    return Stamp(
        uuid=uuid,
        stamped_at=moment,
        certificate=root.get("NoCertificado") or "",
        own_certificate=own_number,
        seal=seal,
        own_seal=own_seal,
        cadena=text,
        timbre=etree.tostring(timbre, encoding="unicode"),
        document=_stamped(root, timbre),
    )


def _stamped(root: etree._Element, timbre: etree._Element) -> str:
    """The CFDI with its timbre in cfdi:Complemento, which stands before an Addenda where there is one."""
    copy = deepcopy(root)
    complement = copy.find(f"{{{CFDI}}}Complemento")
    if complement is None:
        complement = etree.Element(f"{{{CFDI}}}Complemento")
        addenda = copy.find(f"{{{CFDI}}}Addenda")
        if addenda is None:
            copy.append(complement)
        else:
            addenda.addprevious(complement)
    complement.append(timbre)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(copy, encoding="unicode")
