"""Finkok over SOAP 1.1: `stamp` and `stamped`, and `cancel_signature`.

Business errors come with HTTP 200 as Incidencias; a fault, even one that shows Python's own words, proves nothing.
Right after a stamp there are up to eight seconds in which 307 comes without the stamp and `stamped` says 603. Source:
the WSDLs of facturacion.finkok.com, phpcfdi/finkok (docs/issues), recorded answers.
"""

from __future__ import annotations

from base64 import b64encode

import msgspec
from lxml import etree

from jurisdictions.cfdi.pacs.accounts import FINKOK
from jurisdictions.cfdi.pacs.answers import (
    CancelHeard,
    Heard,
    Verdict,
    external,
    of_stamp,
    refused,
    unheard,
    without_words,
)
from jurisdictions.contract import Answer, Ask, Effect, SecretSlot, Sending
from jurisdictions.kit import soap
from schemas.findings import Finding, Severity

_STAMP_NAMESPACE = b"http://facturacion.finkok.com/stamp"
_CANCEL_NAMESPACE = b"http://facturacion.finkok.com/cancel"
_ACCOUNT = frozenset({"300", "702", "703"})
"""Wrong user or password, an issuer who is not registered there, a suspended account: nothing was stamped."""
_SAME = {"705": "301"}
"""Finkok's own numbers for what all others number as SAT does: a structure that is not Anexo 20's."""
_ABSENT = "603"
_DUPLICATE = "307"
_TEXTS = {
    "no encontrado": "205",
    "already cancelled": "202",
    "invalid passphrase": "711",
    "no_cancelable": "204",
}
"""Texts that stand where a code should, and the code that they mean."""


def stamp_ask(document: Sending) -> Ask:
    """The sealed bytes; the same bytes again bring the same stamp (307)."""
    return _ask(document, b"stamp", Effect.WRITE)


def stamped_ask(document: Sending, effect: Effect = Effect.READ) -> Ask:
    """Whether these bytes were stamped before. It changes nothing there."""
    return _ask(document, b"stamped", effect)


def cancel_ask(document: Sending) -> Ask:
    """The signed request, handed to SAT at once or not at all."""
    body = (
        *_opening(b"cancel_signature", _CANCEL_NAMESPACE, document.body),
        b"<c:store_pending>false</c:store_pending>",
        b"</c:cancel_signature>",
    )
    return Ask(
        name=document.submission,
        endpoint=FINKOK,
        effect=Effect.WRITE,
        documents=(document.submission,),
        path="/servicios/soap/cancel",
        headers=soap.headers("cancel_signature"),
        body=_enveloped(body),
        timeout_seconds=60.0,
    )


def read_stamping(document: Sending, answer: Answer | None) -> Heard:
    """What `stamp` or `stamped` said of one document. Nothing here raises."""
    result = _result(answer)
    if isinstance(result, Heard):
        return result
    xml = _text(result, "xml")
    incidents = _incidents(result)
    code, message = incidents[0] if incidents else (None, _text(result, "CodEstatus") or None)
    if "TimbreFiscalDigital" in xml:
        return _with_warnings(of_stamp(document.body, xml, code, message), incidents)
    if any(one == _DUPLICATE for one, _ in incidents):
        return Heard(verdict=Verdict.UNREADY, code=_DUPLICATE, message=message)
    if code is None:
        return Heard(verdict=Verdict.UNKNOWN, message=message or "an answer without a stamp and without a reason")
    if code in _ACCOUNT:
        return Heard(verdict=Verdict.ACCOUNT, code=code, message=message)
    if code == _ABSENT:
        return Heard(verdict=Verdict.ABSENT, code=code, message=message)
    return refused(code, message or "", tuple(external(one, words) for one, words in incidents[1:]))


def read_cancel(document: Sending, answer: Answer | None) -> CancelHeard:
    """The status of this CFDI among the folios; else what the request as a whole was answered."""
    result = _result(answer)
    if isinstance(result, Heard):
        return CancelHeard(verdict=result.verdict, message=result.message, silent=result.silent)
    words = _text(result, "CodEstatus") or _text(result, "error") or None
    acuse = _text(result, "Acuse").encode() or None
    wanted = document.attributes.get("uuid", "").lower()
    for folio in result.iterfind(".//{*}Folio"):
        if _text(folio, "UUID").lower() == wanted:
            code = _cancel_code(_text(folio, "EstatusUUID"))
            said = _text(folio, "EstatusCancelacion") or words
            return CancelHeard(verdict=Verdict.REFUSED, code=code, message=said, acuse=acuse)
    code = _cancel_code(words or "")
    if code is None:
        return CancelHeard(verdict=Verdict.UNKNOWN, message=words or "the answer names no code for the CFDI")
    verdict = Verdict.ACCOUNT if code in _ACCOUNT else Verdict.REFUSED
    return CancelHeard(verdict=verdict, code=code, message=words, acuse=acuse)


def _cancel_code(words: str) -> str | None:
    """A code of three digits at the start, or the code that a text means; else the text, cut to what a code may be."""
    text = words.strip()
    if text[:3].isdigit() and not text[3:4].isdigit():
        return text[:3]
    return next((code for known, code in _TEXTS.items() if known in text.lower()), None)


def _ask(document: Sending, operation: bytes, effect: Effect) -> Ask:
    body = (*_opening(operation, _STAMP_NAMESPACE, document.body), b"</c:" + operation + b">")
    return Ask(
        name=document.submission,
        endpoint=FINKOK,
        effect=effect,
        documents=(document.submission,),
        path="/servicios/soap/stamp",
        headers=soap.headers(operation.decode()),
        body=_enveloped(body),
        timeout_seconds=60.0,
    )


def _opening(operation: bytes, namespace: bytes, xml: bytes) -> tuple[bytes | SecretSlot, ...]:
    return (
        b"<c:" + operation + b' xmlns:c="' + namespace + b'"><c:xml>' + b64encode(xml) + b"</c:xml><c:username>",
        SecretSlot(credential=FINKOK, field="user"),
        b"</c:username><c:password>",
        SecretSlot(credential=FINKOK, field="password"),
        b"</c:password>",
    )


def _enveloped(body: tuple[bytes | SecretSlot, ...]) -> tuple[bytes | SecretSlot, ...]:
    before, after = soap.envelope([b"\x00"]).split(b"\x00")
    return (before, *body, after)


def _result(answer: Answer | None) -> etree._Element | Heard:
    """The `…Result` of the answer, or what it means that there is none."""
    if answer is None or answer.failure is not None:
        return unheard(answer)
    try:
        opened = soap.opened(answer.body)
    except soap.NotAnEnvelope:
        # Only a page below 500 says something: that the request never came to the service.
        return without_words(answer.status) if answer.status != 200 else Heard(verdict=Verdict.UNKNOWN, silent=True)
    if isinstance(opened, soap.Fault):
        return Heard(verdict=Verdict.UNKNOWN, message=opened.text or opened.code)
    found = next((one for one in opened.iter("{*}*") if etree.QName(one).localname.endswith("Result")), None)
    if found is None or answer.status >= 500:
        return Heard(verdict=Verdict.UNKNOWN, message="an answer without a result")
    return found


def _incidents(result: etree._Element) -> list[tuple[str, str]]:
    """Each Incidencia once: Finkok lists 307 twice."""
    found: dict[str, str] = {}
    for one in result.iterfind(".//{*}Incidencia"):
        code, words = _text(one, "CodigoError").strip(), _text(one, "MensajeIncidencia").strip()
        more = _text(one, "ExtraInfo").strip()
        if code:
            told = f"{words} {more}".strip()
            found.setdefault(_SAME.get(code, code), f"{code} - {told}" if code in _SAME else told)
    return list(found.items())


def _with_warnings(heard: Heard, incidents: list[tuple[str, str]]) -> Heard:
    """A stamp may bring Incidencias along: they are told, and change nothing."""
    told = tuple(_warning(code, words) for code, words in incidents if code != _DUPLICATE)
    if heard.verdict is not Verdict.STAMPED:
        return heard
    code = _DUPLICATE if any(one == _DUPLICATE for one, _ in incidents) else None
    return Heard(verdict=heard.verdict, stamp=heard.stamp, code=code, message=heard.message, findings=told)


def _warning(code: str, words: str) -> Finding:
    known = external(code, words)
    return msgspec.structs.replace(known, severity=Severity.WARNING, source="pac", fix=None)


def _text(parent: etree._Element, name: str) -> str:
    return parent.findtext(f"{{*}}{name}") or ""
