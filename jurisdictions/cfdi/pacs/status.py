"""SAT's public status service: whether a CFDI lives, and how a cancellation of it stands.

SOAP 1.1 at consultaqr.facturaelectronica.sat.gob.mx; the question is the text of the QR code. A CFDI that was stamped a
moment ago is "No Encontrado"; a wrong total is answered by `N - 601` and a state that means nothing. Source: SAT,
Servicio de consulta de CFDI; the table of states in phpcfdi/sat-estado-cfdi.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from jurisdictions.cfdi.pacs.accounts import SAT
from jurisdictions.cfdi.pacs.stamp import VERIFICATION, verification_url
from jurisdictions.contract import Answer, Ask, Effect, Sending
from jurisdictions.kit import soap
from jurisdictions.kit.xml import element

ACTION = "http://tempuri.org/IConsultaCFDIService/Consulta"


class Estado(StrEnum):
    """What SAT knows of a CFDI. `unheard`: no answer that could be relied on."""

    LIVE = "Vigente"
    CANCELLED = "Cancelado"
    NOT_FOUND = "No Encontrado"
    UNHEARD = ""


@dataclass(frozen=True, kw_only=True)
class Status:
    """`cancelable` and `progress` are SAT's words (EsCancelable, EstatusCancelacion)."""

    estado: Estado
    cancelable: str = ""
    progress: str = ""
    words: str = ""

    @property
    def in_progress(self) -> bool:
        return self.progress.casefold() == "en proceso"

    @property
    def refused(self) -> bool:
        return self.progress.casefold() == "solicitud rechazada"


def status_ask(document: Sending) -> Ask:
    """About the CFDI that the request wants to cancel."""
    text = element("Consulta", element("expresionImpresa", expression(document.attributes)), attrs=_NAMESPACE)
    return Ask(
        name=document.submission,
        endpoint=SAT,
        effect=Effect.READ,
        documents=(document.submission,),
        path="/ConsultaCFDIService.svc",
        headers=soap.headers(ACTION),
        body=(soap.envelope([text.encode()]),),
        timeout_seconds=20.0,
    )


_NAMESPACE = (("xmlns", "http://tempuri.org/"),)


def expression(known: Mapping[str, str]) -> str:
    """The query of the QR code: UUID, both RFCs, the total as printed there, the last eight signs of the seal."""
    names = ("uuid", "rfc", "receptor_rfc", "total", "sello_last8")
    return verification_url(*(known.get(name, "") for name in names)).removeprefix(VERIFICATION)


def read_status(answer: Answer | None) -> Status:
    """The state, or `unheard` with the reason."""
    if answer is None or answer.failure is not None:
        return Status(estado=Estado.UNHEARD, words=(answer.detail if answer else None) or "no answer")
    try:
        opened = soap.opened(answer.body)
    except soap.NotAnEnvelope as why:
        return Status(estado=Estado.UNHEARD, words=f"HTTP {answer.status}: {why}")
    if isinstance(opened, soap.Fault) or answer.status != 200:
        text = opened.text if isinstance(opened, soap.Fault) else ""
        return Status(estado=Estado.UNHEARD, words=text or f"HTTP {answer.status}")
    code = _text(opened, "CodigoEstatus")
    if not code.startswith("S") and "602" not in code:
        # 601: the expression is not valid, and then "Vigente" says nothing.
        return Status(estado=Estado.UNHEARD, words=code or "an answer without a code")
    return Status(
        estado=_estado(_text(opened, "Estado")),
        cancelable=_text(opened, "EsCancelable"),
        progress=_text(opened, "EstatusCancelacion"),
        words=code,
    )


def _estado(text: str) -> Estado:
    return next((one for one in Estado if one.casefold() == text.casefold()), Estado.UNHEARD)


def _text(parent: etree._Element, name: str) -> str:
    return (parent.findtext(f".//{{*}}{name}") or "").strip()
