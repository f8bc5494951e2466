"""Reading: the SOAP 1.1 envelope, the namespaces of the service, and XML elements as plain branches.

Source: SistemaFacturacion.wsdl (document/literal); Descripción del servicio web 1.0.3, section 5.
"""

from __future__ import annotations

from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_WS = "https://www2.agenciatributaria.gob.es/static_files/common/internet/dep/aplicaciones/es/aeat/tike/cont/ws/"
SF = f"{_WS}SuministroInformacion.xsd"
LR = f"{_WS}SuministroLR.xsd"
CONSULTATION = f"{_WS}ConsultaLR.xsd"
REPLY = f"{_WS}RespuestaSuministro.xsd"
CONSULTATION_REPLY = f"{_WS}RespuestaConsultaLR.xsd"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"

BLANKS = "".join(map(chr, range(0x21)))
"""What the AEAT trims at both ends of a value: code points up to U+0020, so never a no-break space."""


class Refused(Exception):
    """The whole message is refused with a code: one SOAP fault, and nothing of it is registered."""

    def __init__(self, code: int, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


class Branch:
    """An element: its `leaves` (local name to trimmed text) and its `branches` (local name to elements in order)."""

    __slots__ = ("branches", "leaves")

    def __init__(self, element: etree._Element) -> None:
        self.leaves: dict[str, str] = {}
        self.branches: dict[str, list[Branch]] = {}
        for child in element:
            tag = child.tag
            name = tag[tag.rfind("}") + 1 :]
            if len(child):
                self.branches.setdefault(name, []).append(Branch(child))
            else:
                text = child.text or ""
                if text[:1] <= " " or text[-1:] <= " ":
                    text = text.strip(BLANKS)
                self.leaves[name] = text

    def get(self, name: str) -> str:
        """The text of a leaf, empty where it is absent."""
        return self.leaves.get(name, "")

    def first(self, name: str) -> Branch | None:
        found = self.branches.get(name)
        return found[0] if found else None

    def inside(self, outer: str, inner: str) -> list[Branch]:
        """The `inner` elements of the only `outer` one."""
        around = self.first(outer)
        return around.branches.get(inner, []) if around else []

    def has(self, name: str) -> bool:
        return name in self.leaves or name in self.branches


def operation(body: bytes) -> etree._Element:
    """The element inside the SOAP body. Raises `Refused` where the bytes are no such message."""
    if not body.strip():
        raise Refused(4138)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True, remove_blank_text=True
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise Refused(4119 if _is_not_utf8(body) else 4103, str(error.msg)) from error
    info = root.getroottree().docinfo
    if info.internalDTD is not None:
        raise Refused(4103, "DOCTYPE")
    encoding = str(info.encoding or "UTF-8")
    if encoding.upper() not in {"UTF-8", "US-ASCII"}:
        raise Refused(4119, encoding)
    if root.tag != f"{{{SOAP}}}Envelope":
        raise Refused(4103, "Envelope")
    bodies = root.findall(f"{{{SOAP}}}Body")
    if len(bodies) != 1 or len(bodies[0]) != 1:
        raise Refused(4103, "Body")
    return bodies[0][0]


def _is_not_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False
