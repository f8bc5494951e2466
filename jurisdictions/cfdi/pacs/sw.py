"""SW sapien over REST: a token, a stamp, a cancellation, and a stamp of before that is shown elsewhere.

SW answers errors as JSON with a message that begins with a code; 307 brings the first stamp along. HTTP 401 is about
our token, SAT's code 401 about Fecha: the words tell them apart. Source: developers.sw.com.mx (authentication, timbrado
v4, cancelación, codes), and the client libraries of SW.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from jurisdictions.cfdi.pacs.accounts import SW, SW_API
from jurisdictions.cfdi.pacs.answers import (
    UNCONTROLLED,
    WAITED_TOO_LONG,
    CancelHeard,
    Heard,
    Verdict,
    code_of,
    external,
    of_stamp,
    refused,
    unheard,
    without_words,
)
from jurisdictions.contract import Answer, Ask, Effect, SecretSlot, Sending
from schemas.findings import Findings

LOGIN = "authenticate"
_BEARER = ("authorization", (b"Bearer ", SecretSlot(credential="session", field="token")))
_PACKED = re.compile(r"(CFDI4\d{4}|CRP\d{5})\s*[-:.]?\s*([^\n|;\"\]}]*)")
_BUSY = frozenset({429, 503})
_DUPLICATE = frozenset({"307", "CFDI3307"})
_ACCOUNT = frozenset({"AU2000", "AU2001", "AU2002", "AU2003", "AU2004", "AU2005"})
_API_HOSTS = frozenset({None, "api.sw.com.mx", "api.test.sw.com.mx"})
_ARCHIVE = re.compile(r"(?:https://(?P<host>[^/?#]+)(?:/sw-api)?)?(?P<path>/[A-Za-z0-9._~/%-]+)")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_STATUS = re.compile(r"\d{3}")
_NOT_CANCELLABLE = "no_cancelable"
"""What may stand in place of SAT's 204."""
Json = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class Login:
    """A token, or why there is none. `refused`: a person has to mend the account."""

    token: str | None = field(default=None, repr=False)
    expires_at: datetime
    refused: bool = False
    code: str | None = None
    message: str = ""


def login_ask(documents: tuple[str, ...]) -> Ask:
    """User and password for a token; both travel as slots."""
    body = (b'{"user":"', SecretSlot(credential="pac", field="user"), b'","password":"')
    return Ask(
        name=LOGIN,
        endpoint=SW,
        effect=Effect.READ,
        documents=documents,
        path="/v2/security/authenticate",
        headers=(("content-type", (b"application/json",)),),
        body=(*body, SecretSlot(credential="pac", field="password"), b'"}'),
        secret_answer=True,
    )


def stamp_ask(document: Sending) -> Ask:
    """The sealed bytes under the submission's id as `customid`: asking again with both is how SW is inquired."""
    return _upload(document, "/v4/cfdi33/stamp/v4", (("customid", (document.submission.encode(),)),))


def cancel_ask(document: Sending) -> Ask:
    """The signed request, which SW hands to SAT."""
    return _upload(document, "/cfdi33/cancel/xml", ())


def record_ask(document: Sending, uuid: str) -> Ask:
    """Where the stamped CFDI of that UUID is kept."""
    return _api(document, f"/datawarehouse/v1/live/{uuid.lower()}")


def kept_ask(document: Sending, path: str) -> Ask:
    """The stamped CFDI itself, from the place that the record names."""
    return _api(document, path)


def read_login(answer: Answer, at: datetime) -> Login:
    """`expires_in` counts seconds; a number too large for that is a Unix time."""
    if answer.failure is not None:
        return Login(expires_at=at, message=answer.detail or "The PAC could not be reached.")
    body = _json(answer.body)
    data = _data(body)
    token = data.get("token")
    if answer.status == 200 and isinstance(token, str) and token:
        return Login(token=token, expires_at=_expiry(data.get("expires_in"), at))
    message = _message(body) or f"HTTP {answer.status}"
    account = answer.status in (400, 401, 403) and bool(body)
    return Login(expires_at=at, refused=account, code=code_of(message), message=message)


def read_stamping(document: Sending, answer: Answer | None) -> Heard:
    """What became of one document. Nothing here raises: an answer that cannot be read proves nothing."""
    if answer is None or answer.failure is not None:
        return unheard(answer)
    body = _json(answer.body)
    message = _message(body)
    if answer.status in _BUSY and message and body.get("status") == "error":
        return Heard(verdict=Verdict.NOTHING, message=message, silent=True)
    if not _is_of_sw(body) or answer.status >= 500:
        return _wordless(answer.status)
    if body.get("status") == "success":
        return _stamped(document, body, None)
    return _refusal(document, answer, body)


def read_cancel(document: Sending, answer: Answer | None) -> CancelHeard:
    """SAT's code for the CFDI in `data.uuid`, or the code that a refusal begins with."""
    if answer is None or answer.failure is not None:
        return _none(unheard(answer))
    body = _json(answer.body)
    message = _message(body) or None
    if answer.status in _BUSY and message and body.get("status") == "error":
        return CancelHeard(verdict=Verdict.NOTHING, message=message, silent=True)
    if not _is_of_sw(body) or answer.status >= 500:
        return _none(_wordless(answer.status))
    code = _folio_code(document, _data(body)) or _cancel_code(message or "")
    if code in _ACCOUNT:
        return CancelHeard(verdict=Verdict.ACCOUNT, code=code, message=message)
    if _is_about_the_token(answer.status, code, message or ""):
        return CancelHeard(verdict=Verdict.TOKEN, code=code, message=message)
    if code is None and body.get("status") == "success":
        return CancelHeard(verdict=Verdict.UNKNOWN, message="the answer names no code for the CFDI")
    if code in UNCONTROLLED:
        return CancelHeard(verdict=Verdict.UNKNOWN, code=code, message=message)
    acuse = _data(body).get("acuse")
    return CancelHeard(
        verdict=Verdict.REFUSED,
        code=code or f"HTTP{answer.status}",
        message=message,
        acuse=acuse.encode() if isinstance(acuse, str) and acuse else None,
    )


def kept_path(answer: Answer | None, *, sandbox: bool) -> str | None:
    """The path below `sw_api` where a record says that the stamped CFDI lies; None where it lies elsewhere.

    An ask never leaves its endpoint: another host than the API's own (in a sandbox: another room) is out of reach.
    """
    if answer is None or answer.failure is not None or answer.status != 200:
        return None
    records = _data(_json(answer.body)).get("records")
    first = records[0] if isinstance(records, list) and records else None
    url = first.get("urlXml") if isinstance(first, dict) else None
    found = _ARCHIVE.fullmatch(url) if isinstance(url, str) else None
    if found is None or not (sandbox or found.group("host") in _API_HOSTS):
        return None
    return found.group("path")


def read_kept(document: Sending, answer: Answer | None) -> Heard:
    """The stamped CFDI as it is kept."""
    if answer is None or answer.failure is not None or answer.status != 200:
        return Heard(verdict=Verdict.UNREADY, code="307", message="the kept CFDI could not be fetched")
    return of_stamp(document.body, answer.body.decode("utf-8", "replace"), "307", None)


def _api(document: Sending, path: str) -> Ask:
    return Ask(
        name=document.submission,
        endpoint=SW_API,
        effect=Effect.READ,
        documents=(document.submission,),
        method="GET",
        path=path,
        headers=(_BEARER,),
    )


def _upload(document: Sending, path: str, headers: tuple[tuple[str, tuple[bytes, ...]], ...]) -> Ask:
    boundary = f"cfdi-{document.submission}"
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="xml"; filename="cfdi.xml"\r\n'
        "Content-Type: text/xml\r\n\r\n"
    )
    kind = ("content-type", (f"multipart/form-data; boundary={boundary}".encode(),))
    return Ask(
        name=document.submission,
        endpoint=SW,
        effect=Effect.WRITE,
        documents=(document.submission,),
        path=path,
        headers=(_BEARER, *headers, kind),
        body=(head.encode(), document.body, f"\r\n--{boundary}--\r\n".encode()),
        timeout_seconds=60.0,
    )


def _is_of_sw(body: Json) -> bool:
    """Whether it is an answer of SW's own: a gateway before it speaks JSON too, and knows nothing of the stamp."""
    return body.get("status") in ("success", "error")


def _wordless(status: int) -> Heard:
    return Heard(verdict=Verdict.TOKEN, message="HTTP 401") if status == 401 else without_words(status)


def _none(heard: Heard) -> CancelHeard:
    return CancelHeard(verdict=heard.verdict, message=heard.message, silent=heard.silent)


def _refusal(document: Sending, answer: Answer, body: Json) -> Heard:
    message = _message(body)
    code = code_of(message)
    if code in _DUPLICATE:
        return _stamped(document, body, code)
    if code in _ACCOUNT:
        return Heard(verdict=Verdict.ACCOUNT, code=code, message=message)
    if _is_about_the_token(answer.status, code, message):
        return Heard(verdict=Verdict.TOKEN, code=code, message=message)
    if code in UNCONTROLLED:
        return Heard(verdict=Verdict.UNKNOWN, code=code, message=message)
    if code is None and (not message or answer.status in WAITED_TOO_LONG):
        return _wordless(answer.status)
    return refused(code or f"HTTP{answer.status}", message, _packed(body.get("messageDetail")))


def _stamped(document: Sending, body: Json, code: str | None) -> Heard:
    """A 307 may come before its stamp can be shown, or with no more than its UUID."""
    data = _data(body)
    xml = _stamp_text(data)
    message = _message(body) or None
    if xml is not None:
        return of_stamp(document.body, xml, code, message)
    uuid = data.get("uuid")
    named = uuid if isinstance(uuid, str) and _UUID.fullmatch(uuid) else None
    return Heard(verdict=Verdict.UNREADY, code=code, message=message, uuid=named)


def _stamp_text(data: Json) -> str | None:
    """The stamped CFDI, or the stamp alone, under whichever name this version of the answer has it."""
    for name in ("cfdi", "tfd"):
        text = data.get(name)
        if isinstance(text, str) and "TimbreFiscalDigital" in text:
            return text
    return None


def _is_about_the_token(status: int, code: str | None, message: str) -> bool:
    if code is not None and code.startswith("AU"):
        return True
    return status == 401 and (code is None or (code == "401" and "hora" not in message.lower()))


def _folio_code(document: Sending, data: Json) -> str | None:
    """The status of this CFDI, whatever the case of its UUID."""
    folios = data.get("uuid")
    wanted = document.attributes.get("uuid", "").lower()
    if not isinstance(folios, dict):
        return None
    found = next((str(code) for uuid, code in folios.items() if str(uuid).lower() == wanted), "")
    if found.casefold() == _NOT_CANCELLABLE:
        return "204"
    return found if _STATUS.fullmatch(found) else None


def _cancel_code(message: str) -> str | None:
    """SW writes SAT's code for a request as a whole with two letters before it: CA301."""
    return code_of(message.strip().removeprefix("CA")) or code_of(message)


def _packed(detail: object) -> Findings:
    """Further errors in `messageDetail`: text or JSON, each under its code."""
    text = detail if isinstance(detail, str) else json.dumps(detail, ensure_ascii=False) if detail else ""
    return tuple(external(code, f"{code} - {words.strip()}".rstrip(" -")) for code, words in _PACKED.findall(text))


def _expiry(expires_in: object, at: datetime) -> datetime:
    if isinstance(expires_in, bool) or not isinstance(expires_in, int | float) or expires_in <= 0:
        return at + timedelta(minutes=5)
    if expires_in > 10**9:
        return datetime.fromtimestamp(min(expires_in, 4 * 10**9), UTC)
    return at + timedelta(seconds=expires_in)


def _json(body: bytes) -> Json:
    try:
        decoded = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return decoded if isinstance(decoded, dict) else {}


def _data(body: Json) -> Json:
    data = body.get("data")
    return data if isinstance(data, dict) else {}


def _message(body: Json) -> str:
    message = body.get("message")
    return message if isinstance(message, str) else ""
