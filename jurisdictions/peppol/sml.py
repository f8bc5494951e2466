"""The network's directory (SML): which registry (SMP) holds a participant, asked by DNS.

Source: SML 1.3.0: a U-NAPTR record (RFC 4848) under the hash of the participant identifier. The former CNAME form is
withdrawn; an alias is no answer.
"""

from __future__ import annotations

import re
from base64 import b32encode
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlsplit

from jurisdictions.contract import Answer, Ask, AskKind, Effect, Environment
from jurisdictions.peppol import naptr
from jurisdictions.peppol.codelists import PARTICIPANT_SCHEME

ENDPOINT = "sml"
ZONES: Mapping[Environment, str] = {
    "live": "participant.sml.prod.tech.peppol.org",
    "test": "participant.sml.test.tech.peppol.org",
}
"""Since 2026-03-19; the zones below ec.europa.eu are withdrawn."""
_MEDIA_TYPE = "application/dns-message"
_SERVICE = "meta:smp"
_REGEXP = re.compile(r"(.)\.\*\1(.+)\1")


class Registry(NamedTuple):
    """Where the participant's registry lies, and for how many seconds that may be believed."""

    address: str
    ttl: int


class Absent(NamedTuple):
    """The directory itself says that there is no such participant."""


class Unasked(NamedTuple):
    """Nobody said anything about the participant. `everyone`: nobody else can be asked for either."""

    why: str
    everyone: bool = False


def name(participant: str, environment: Environment) -> str:
    """The domain name of a participant such as `0208:0999000129`."""
    digest = b32encode(sha256(participant.lower().encode()).digest()).decode().rstrip("=").lower()
    return f"{digest}.{PARTICIPANT_SCHEME}.{ZONES[environment]}"


def ask(key: str, participant: str, environment: Environment, documents: tuple[str, ...]) -> Ask:
    return Ask(
        name=key,
        endpoint=ENDPOINT,
        effect=Effect.READ,
        documents=documents,
        kind=AskKind.DNS,
        body=(naptr.question(name(participant, environment)),),
        timeout_seconds=10.0,
    )


def read(answer: Answer, participant: str, environment: Environment) -> Registry | Absent | Unasked:
    """Only a name error, or an answer without any record, says that a participant is not there."""
    if answer.failure is not None:
        return Unasked(f"the directory could not be reached ({answer.detail or answer.failure})", everyone=True)
    if answer.status != 200 or answer.headers.get("content-type", "").partition(";")[0].strip() != _MEDIA_TYPE:
        return Unasked(f"the directory's resolver answered {answer.status} and no DNS message", everyone=True)
    try:
        found = naptr.reply(answer.body, name(participant, environment))
    except naptr.UnreadableMessage as why:
        return Unasked(str(why), everyone=True)
    if found.aliased:
        return Unasked("the directory answered with an alias (CNAME), which is no entry of the network any more")
    if found.code not in (naptr.NO_ERROR, naptr.NAME_ERROR):
        return Unasked(f"the directory failed with the DNS code {found.code}", everyone=True)
    if not found.pointers and not found.others:
        return Absent()
    if found.code == naptr.NAME_ERROR:
        return Unasked("the directory's answer contradicts itself")
    return _registry(found.pointers)


def _registry(pointers: tuple[naptr.Pointer, ...]) -> Registry | Unasked:
    for pointer in pointers:
        rule = _REGEXP.fullmatch(pointer.regexp)
        if pointer.service.lower() == _SERVICE and pointer.flags.upper() == "U" and rule and usable(rule[2]):
            return Registry(rule[2].rstrip("/"), pointer.ttl)
    return Unasked("the directory's entry names no registry that can be asked (Meta:SMP over HTTPS)")


def usable(address: str) -> bool:
    """Whether a registry can lie at that address: HTTPS, a host, no user and no query."""
    try:
        parts = urlsplit(address)
        return bool(parts.scheme == "https" and parts.hostname and "@" not in parts.netloc and not parts.query)
    except ValueError:
        return False
