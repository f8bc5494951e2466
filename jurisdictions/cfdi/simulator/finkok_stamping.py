"""Finkok's stamping: stamp, quick_stamp, stamped, query_pending, and the envelopes that they answer in.

A second `stamp` of one CFDI brings the Incidencia 307 (sometimes twice) with the first stamp, but for eight seconds
perhaps without it; `stamped` tells 603 as long, and where there is no stamp; `quick_stamp` tells a bare 307.
Book: `finkok/stamp/<sha256 of Sello>`, `finkok/uuid/<UUID>`, `finkok/counter`, `finkok/once/<marker>/<seal>`.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from uuid import NAMESPACE_URL, uuid5

from jurisdictions.cfdi.simulator import certifying, replies, soap, timbre, wishes
from jurisdictions.cfdi.simulator.refusals import Fault
from jurisdictions.contract import SimulatorReply

STAMP_NAMESPACE = "http://facturacion.finkok.com/stamp"
RESULTS = "apps.services.soap.core.views"
_HEAD = (
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    f'<senv:Envelope xmlns:senv="{soap.ENVELOPE}" xmlns:s0="{RESULTS}" xmlns:tns="{{namespace}}"><senv:Body>'
)
_TAIL = "</senv:Body></senv:Envelope>"
_MADE, _FETCHED = "Comprobante timbrado satisfactoriamente", "Comprobante recibido satisfactoriamente"
_BEFORE = "Comprobante timbrado previamente"
_SLOW_SECONDS = 5.0
_OWN_WORDS = {
    "300": "El usuario o la contraseña no son válidos.",
    "307": "El CFDI contiene un timbre previo.",
    "603": "El CFDI no contiene un timbre previo.",
    "702": "El RFC del emisor no está registrado en la cuenta.",
    "703": "La cuenta está suspendida.",
    "705": "La estructura del XML no es válida.",
    "707": "El CFDI ya lleva un TimbreFiscalDigital en su Complemento.",
}


def envelope(namespace: str, operation: str, result: str) -> str:
    """`<op>Response/<op>Result` in Finkok's envelope; `result` is the XML within."""
    inner = f"<tns:{operation}Result>{result}</tns:{operation}Result>"
    head = _HEAD.format(namespace=namespace)
    return f"{head}<tns:{operation}Response>{inner}</tns:{operation}Response>{_TAIL}"


def fault(code: str, words: str, changes: dict[str, bytes | None] | None = None) -> SimulatorReply:
    """HTTP 500 with a senv:Fault."""
    head = _HEAD.format(namespace=STAMP_NAMESPACE)
    told = f"<faultcode>senv:{code}</faultcode>{soap.element('faultstring', words)}<faultactor></faultactor>"
    return soap.fault(f"{head}<senv:Fault>{told}</senv:Fault>{_TAIL}", changes)


def unwelcome(desk: certifying.Desk, asked: soap.Operation) -> Fault | None:
    """Why this account is not served, None where it is."""
    password = desk.book.get("password", b"sandbox").decode()
    if not asked.fields.get("username") or asked.fields.get("password") != password:
        return Fault("300")
    return Fault("703") if desk.kept("suspended") else None


def stamp(desk: certifying.Desk, asked: soap.Operation) -> SimulatorReply:
    """Stamp a CFDI; a repeat brings the first stamp with an Incidencia 307."""
    return _stamping(desk, asked, "stamp")


def quick_stamp(desk: certifying.Desk, asked: soap.Operation) -> SimulatorReply:
    """Stamp a CFDI; a repeat brings an Incidencia 307 and nothing else."""
    return _stamping(desk, asked, "quick_stamp")


def stamped(desk: certifying.Desk, asked: soap.Operation) -> SimulatorReply:
    """The earlier stamp of a CFDI, 603 where there is none or it is not told yet."""
    closed = unwelcome(desk, asked)
    if closed:
        return _incidents(desk, "stamped", (closed,))
    examined = certifying.examine(desk, _decoded(asked.fields.get("xml", "")))
    if not isinstance(examined, certifying.Examined):
        return _incidents(desk, "stamped", examined)
    earlier = certifying.earlier_stamp(desk, examined.digest)
    if earlier is None or certifying.is_quiet(earlier, desk.at):
        return _incidents(desk, "stamped", (Fault("603"),))
    return soap.answer(envelope(STAMP_NAMESPACE, "stamped", _stamp_fields(earlier, _FETCHED, "<s0:Incidencias/>")))


def query_pending(desk: certifying.Desk, asked: soap.Operation) -> SimulatorReply:
    """Whether a stamp has reached SAT: S stamped, F finished."""
    closed = unwelcome(desk, asked)
    found = certifying.stamp_of(desk, asked.fields.get("uuid", "")) if closed is None else None
    if found is None:
        why = _words(closed) if closed else "UUID not found"
        return soap.answer(envelope(STAMP_NAMESPACE, "query_pending", soap.element("s0:error", why)))
    state = "S" if certifying.is_quiet(found, desk.at) else "F"
    fields = soap.element("s0:status", state) + soap.element("s0:xml", found.document)
    fields += soap.element("s0:uuid", found.uuid) + soap.element("s0:uuid_status", _MADE)
    fields += soap.element("s0:attempts", "1") + soap.element("s0:error", "")
    fields += soap.element("s0:date", desk.at.strftime("%Y-%m-%d %H:%M:%S.%f"))
    return soap.answer(envelope(STAMP_NAMESPACE, "query_pending", fields))


def _stamping(desk: certifying.Desk, asked: soap.Operation, operation: str) -> SimulatorReply:
    closed = unwelcome(desk, asked)
    if closed:
        return _incidents(desk, operation, (closed,))
    examined = certifying.examine(desk, _decoded(asked.fields.get("xml", "")))
    if not isinstance(examined, certifying.Examined):
        return _incidents(desk, operation, examined)
    answered = _repeat(desk, examined, operation) or _chosen(desk, examined, operation)
    if answered is not None:
        return answered
    issuer = next((node.get("Rfc") for node in examined.root if str(node.tag).endswith("}Emisor")), "")
    faults = (Fault("702"),) if desk.kept(f"unregistered/{issuer}") else certifying.faults(desk, examined)
    if faults:
        return _incidents(desk, operation, faults)
    return _stamped(desk, examined, operation)


def _stamped(desk: certifying.Desk, examined: certifying.Examined, operation: str) -> SimulatorReply:
    made, changes = certifying.stamp(desk, examined)
    marker = examined.wishes.stamping
    if marker == "500-stamped":
        return fault("Server", "local variable 'invoice' referenced before assignment", changes)
    return soap.answer(
        envelope(STAMP_NAMESPACE, operation, _stamp_fields(made, _MADE, "<s0:Incidencias/>")),
        changes=changes,
        lost=marker in ("lost", "307-empty"),
        delay_seconds=_SLOW_SECONDS if marker == "slow" else 0.0,
    )


def _repeat(desk: certifying.Desk, examined: certifying.Examined, operation: str) -> SimulatorReply | None:
    """The answer for a CFDI that was stamped before, here or elsewhere."""
    earlier = certifying.earlier_stamp(desk, examined.digest)
    if earlier is None:
        return _incidents(desk, operation, (Fault("707"),)) if certifying.carries_a_stamp(examined.root) else None
    told = (Fault("307"),) * (2 if int(examined.digest[0], 16) % 2 else 1)
    if operation == "quick_stamp" or certifying.is_quiet(earlier, desk.at):
        return _incidents(desk, operation, told)
    listed = f"<s0:Incidencias>{''.join(_incident(desk, one, earlier.uuid) for one in told)}</s0:Incidencias>"
    return soap.answer(envelope(STAMP_NAMESPACE, operation, _stamp_fields(earlier, _BEFORE, listed)))


def _chosen(desk: certifying.Desk, examined: certifying.Examined, operation: str) -> SimulatorReply | None:
    """The answer that the marker asks for, None where the CFDI is judged on its merits. SW's own codes ask nothing."""
    marker = examined.wishes.stamping
    if marker == "500":
        return fault("Server", "local variable 'invoice' referenced before assignment")
    if wishes.CODE.fullmatch(marker) and not marker.startswith(("AU", "CC", "CO")):
        return _incidents(desk, operation, (Fault(marker, "a petición"),))
    once = f"once/busy/{examined.digest}"
    if marker == "busy" and not desk.kept(once):
        return replies.down({f"{desk.certifier.prefix}{once}": b"1"})
    return None


def _stamp_fields(made: timbre.Stamp, status: str, incidents: str) -> str:
    return (
        soap.element("s0:xml", made.document)
        + soap.element("s0:UUID", made.uuid)
        + soap.element("s0:Fecha", made.stamped_at)
        + soap.element("s0:CodEstatus", status)
        + soap.element("s0:SatSeal", made.own_seal)
        + incidents
        + soap.element("s0:NoCertificadoSAT", made.own_certificate)
    )


def _incidents(desk: certifying.Desk, operation: str, faults: tuple[Fault, ...]) -> SimulatorReply:
    """HTTP 200 without a stamp, and each fault as an Incidencia. Finkok has its own number for a broken structure."""
    own = tuple(Fault("705", one.detail) if one.code == "301" else one for one in faults)
    listed = "".join(_incident(desk, one, "") for one in own)
    result = f"<s0:xml></s0:xml><s0:Incidencias>{listed}</s0:Incidencias>"
    return soap.answer(envelope(STAMP_NAMESPACE, operation, result))


def _incident(desk: certifying.Desk, one: Fault, uuid: str) -> str:
    """One Incidencia; its id and process follow from what it tells, so that one question has one answer."""
    seed = uuid5(NAMESPACE_URL, f"{one.code}|{one.detail}|{desk.at.isoformat()}")
    fields = {
        "IdIncidencia": seed.hex,
        "Uuid": uuid,
        "CodigoError": one.code,
        "WorkProcessId": uuid5(NAMESPACE_URL, seed.hex).hex,
        "MensajeIncidencia": _words(one),
        "ExtraInfo": one.detail,
        "NoCertificadoPac": "",
        "FechaRegistro": desk.at.strftime("%Y-%m-%dT%H:%M:%S"),
    }
    told = "".join(soap.element(f"s0:{name}", text) for name, text in fields.items())
    return f"<s0:Incidencia>{told}</s0:Incidencia>"


def _words(one: Fault) -> str:
    return _OWN_WORDS.get(one.code, one.sentence)


def _decoded(text: str) -> bytes:
    try:
        return b64decode("".join(text.split()), validate=True)
    except (NotBase64, ValueError):
        return b""
