"""The envelope that travels on the network: a Standard Business Document around the UBL.

Source: Peppol business message envelope (SBDH) 2.0.2: DOCUMENTID, PROCESSID and COUNTRY_C1 scopes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from jurisdictions.kit.xml import Markup, document, element
from jurisdictions.peppol import codelists

_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*\?>\s*")


def wrap(ubl: bytes, attributes: Mapping[str, str], instance: str, created: datetime) -> bytes:
    """The envelope's bytes: the same document, attributes, instance and time always make the same envelope."""
    document_scheme, document_type = attributes["document_type"].split("::", 1)
    process_scheme, process = attributes["process"].split("::", 1)
    namespace, name, version = _root(document_type)
    header = element(
        "StandardBusinessDocumentHeader",
        element("HeaderVersion", "1.0"),
        _party("Sender", attributes["sender"]),
        _party("Receiver", attributes["receiver"]),
        element(
            "DocumentIdentification",
            element("Standard", namespace),
            element("TypeVersion", version),
            element("InstanceIdentifier", instance),
            element("Type", name),
            element("CreationDateAndTime", created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
        ),
        element(
            "BusinessScope",
            _scope("DOCUMENTID", document_type, document_scheme),
            _scope("PROCESSID", process, process_scheme),
            _scope("COUNTRY_C1", attributes["country_c1"]),
        ),
    )
    payload = Markup(_DECLARATION.sub(b"", ubl, count=1).decode())
    return document(element("StandardBusinessDocument", header, payload, attrs=(("xmlns", codelists.SBDH),)))


def _root(document_type: str) -> tuple[str, str, str]:
    """Namespace, local name and version: `ns::Invoice##customization::2.1`."""
    root, rest = document_type.split("##", 1)
    namespace, name = root.rsplit("::", 1)
    return namespace, name, rest.rsplit("::", 1)[1]


def _party(tag: str, identifier: str) -> Markup:
    return element(tag, element("Identifier", identifier, attrs=(("Authority", codelists.PARTICIPANT_SCHEME),)))


def _scope(kind: str, value: str, scheme: str | None = None) -> Markup:
    return element(
        "Scope",
        element("Type", kind),
        element("InstanceIdentifier", value),
        element("Identifier", scheme) if scheme else None,
    )
