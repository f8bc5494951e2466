"""From a stamp to an accepted CFDI: whether SAT's part of it holds, what is kept of it, and what is handed over."""

from __future__ import annotations

from collections.abc import Mapping

from jurisdictions.cfdi.addenda import with_addenda
from jurisdictions.cfdi.certificate import UnreadableCertificate, read_certificate
from jurisdictions.cfdi.pacs.accounts import SAT_CERTIFICATES
from jurisdictions.cfdi.pacs.answers import Heard, warning
from jurisdictions.cfdi.pacs.stamp import Stamp, certificate_path, merged, verification_url, verify_stamp
from jurisdictions.cfdi.printed_words import printed_words
from jurisdictions.contract import Answer, Ask, Effect, Evidence, Outcome, Sandbox, Sending, Setting
from schemas.findings import Finding, Findings
from schemas.states import Standing, SubmissionState

STAMPED = "cfdi-timbrado.xml"
WITH_ADDENDA = "cfdi-con-addenda.xml"
_XML = "application/xml"


def certificate_ask(number: str, documents: tuple[str, ...]) -> Ask:
    """SAT's certificate of that number: one question for all stamps that it signed."""
    return Ask(
        name=f"certificate {number}",
        endpoint=SAT_CERTIFICATES,
        effect=Effect.READ,
        documents=documents,
        method="GET",
        path=certificate_path(number),
        timeout_seconds=10.0,
    )


def is_certificate(answer: Answer, number: str) -> bool:
    """Whether what came is the certificate of that number."""
    if answer.failure is not None or answer.status != 200:
        return False
    try:
        return read_certificate(answer.body).number == number
    except UnreadableCertificate:
        return False


def certificates_served(setting: Setting) -> bool:
    """Whether certificates can be had at all: a sandbox without that service gives none."""
    return setting.sandbox is None or SAT_CERTIFICATES in setting.sandbox.endpoints


def accepted(document: Sending, pac: str, heard: Heard, stamp: Stamp, der: bytes | None, setting: Setting) -> Outcome:
    """The document with its stamp, or held where SelloSAT is not what its certificate would have signed.

    In live the certificate comes from SAT itself over TLS, and no chain is at hand; without a certificate the stamp is
    judged by its structure, and that is said.
    """
    if der is not None:
        why = verify_stamp(stamp, der, _authority(setting.sandbox))
        if why is not None:
            code, message = "CFDI-STAMP-04", f"The stamp {stamp.uuid} cannot be relied on: {why}."
            found = Finding(rule=code, message=message, source="pac")
            return Outcome(state=SubmissionState.HELD, code=code, message=message, findings=(found,))
    findings = heard.findings if der is not None else (*heard.findings, _unverified(stamp))
    url = _url(document.attributes, stamp)
    evidence, told = _evidence(document, stamp)
    return Outcome(
        state=SubmissionState.ACCEPTED,
        authority_id=stamp.uuid,
        code=heard.code,
        message=heard.message,
        findings=(*findings, *told),
        standing=Standing.REGISTERED,
        facts={"verification_url": url, "uuid": stamp.uuid},
        attributes=printed_words(document.body)
        | {
            "uuid": stamp.uuid,
            "fecha_timbrado": stamp.stamped,
            "no_certificado_sat": stamp.certificate_number,
            "rfc_prov_certif": stamp.provider,
            "sello_cfd": stamp.sello_cfd,
            "sello_sat": stamp.sello_sat,
            "cadena_tfd": stamp.cadena,
            "verification_url": url,
            "pac": pac,
        },
        evidence=evidence,
    )


def _evidence(document: Sending, stamp: Stamp) -> tuple[tuple[Evidence, ...], Findings]:
    """The stamped CFDI, and beside it the same with its addenda, which nobody stamps."""
    stamped = merged(document.body, stamp)
    kept = Evidence(name=STAMPED, media_type=_XML, body=stamped)
    addenda = document.attributes.get("addenda")
    if not addenda:
        return (kept,), ()
    try:
        handed = with_addenda(stamped, addenda)
    except ValueError as why:
        return (kept,), (warning("CFDI-ADDENDA-02", f"The addenda could not be put into the stamped CFDI: {why}"),)
    return (kept, Evidence(name=WITH_ADDENDA, media_type=_XML, body=handed)), ()


def _url(known: Mapping[str, str], stamp: Stamp) -> str:
    return verification_url(
        stamp.uuid,
        known.get("rfc", ""),
        known.get("receptor_rfc", ""),
        known.get("total", ""),
        known.get("sello_last8") or stamp.sello_cfd[-8:],
    )


def _authority(sandbox: Sandbox | None) -> str | None:
    return None if sandbox is None else sandbox.authority


def _unverified(stamp: Stamp) -> Finding:
    return warning(
        "CFDI-STAMP-05",
        f"SAT's certificate {stamp.certificate_number} could not be fetched: SelloSAT is judged by its form only.",
        fix="Verify the CFDI with SAT's service, whose address its QR code holds.",
    )
