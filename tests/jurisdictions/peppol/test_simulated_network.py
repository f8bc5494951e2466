"""The simulated directory and registry by themselves: strict in what they take, and true to the published shapes."""

from __future__ import annotations

import struct
from pathlib import Path
from urllib.parse import quote

import pytest
from lxml import etree

from gateway.sandbox import SandboxAuthority
from jurisdictions.contract import SimulatorReply, SimulatorRequest
from jurisdictions.peppol.simulator import SIMULATOR, directory, registry
from tests.jurisdictions.peppol.simulated import AT, RECEIVER
from tests.official import official

MESSAGE = "application/dns-message"
HEADERS = {"content-type": MESSAGE, "accept": MESSAGE}
SMP = "http://busdox.org/serviceMetadata/publishing/1.0/"
DS = "http://www.w3.org/2000/09/xmldsig#"
WSA = "http://www.w3.org/2005/08/addressing"
IDS = "http://busdox.org/transport/identifiers/1.0/"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> SandboxAuthority:
    return SandboxAuthority(tmp_path_factory.mktemp("authority"), clock=lambda: AT)


def question(name: str, kind: int = 35, number: int = 7, flags: int = 0x0100, count: int = 1) -> bytes:
    labels = b"".join(bytes((len(part),)) + part.encode() for part in name.split("."))
    return struct.pack("!6H", number, flags, count, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", kind, 1)


def resolved(authority: SandboxAuthority, body: bytes, **changed: object) -> SimulatorReply:
    fields: dict[str, object] = {"method": "POST", "path": "/dns", "headers": HEADERS, "body": body} | changed
    request = SimulatorRequest(**fields)  # type: ignore[arg-type]
    return SIMULATOR.answer(dict(SIMULATOR.founding), request, AT, authority, "strict")


def code(reply: SimulatorReply) -> int:
    assert reply.status == 200
    assert reply.headers["content-type"] == MESSAGE
    return reply.body[3] & 0x0F


def of(participant: str) -> str:
    return f"{directory.label(participant)}.{directory.ZONE}"


def test_the_directory_answers_under_the_number_that_was_asked(authority: SandboxAuthority) -> None:
    reply = resolved(authority, question(of(RECEIVER).upper()))
    assert (reply.body[:2], code(reply)) == (b"\0\7", 0)
    assert b"Meta:SMP" in reply.body
    assert f"https://{directory.HOST}!".encode() in reply.body


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (question(of(registry.UNREGISTERED)), 3),
        (question(of(registry.DIRECTORY_FAILS)), 2),
        (question(f"{directory.label(RECEIVER)}.elsewhere.example"), 5),
        (question(of(RECEIVER), kind=1), 0),
        (question(of(RECEIVER), flags=0x8100), 1),
        (question(of(RECEIVER), count=2), 1),
        (question(of(RECEIVER))[:-3], 1),
        (b"", 1),
    ],
)
def test_the_directory_says_by_its_code_what_is_wrong(authority: SandboxAuthority, body: bytes, expected: int) -> None:
    reply = resolved(authority, body)
    assert code(reply) == expected
    assert b"Meta:SMP" not in reply.body


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"method": "GET"}, 405),
        ({"headers": {"accept": MESSAGE}}, 415),
        ({"headers": {"content-type": MESSAGE, "accept": "text/html"}}, 406),
    ],
)
def test_the_directory_is_strict_in_its_http(
    authority: SandboxAuthority, changed: dict[str, object], status: int
) -> None:
    assert resolved(authority, question(of(RECEIVER)), **changed).status == status


def asked(authority: SandboxAuthority, path: str, method: str = "GET") -> SimulatorReply:
    request = SimulatorRequest(method=method, path=f"/smp{path}", headers={}, body=b"")
    return SIMULATOR.answer(dict(SIMULATOR.founding), request, AT, authority, "strict")


def group(participant: str) -> str:
    return "/" + quote(f"iso6523-actorid-upis::{participant}", safe="")


def service(participant: str, document: str = registry.BILLING_DOCUMENTS[0], scheme: str = "busdox-docid-qns") -> str:
    return f"{group(participant)}/services/{quote(f'{scheme}::{document}', safe='')}"


def test_the_registry_knows_what_was_registered_and_nothing_else(authority: SandboxAuthority) -> None:
    assert asked(authority, group(RECEIVER)).status == 200
    assert asked(authority, service(RECEIVER)).status == 200
    assert asked(authority, group(RECEIVER), "POST").status == 405
    for path in (
        group(registry.UNREGISTERED),
        group(RECEIVER).replace("upis", "other"),
        service(registry.WITHOUT_BILLING),
        service(RECEIVER, scheme="peppol-doctype-wildcard"),
        service(RECEIVER, registry.PINT, "peppol-doctype-wildcard"),
        service(RECEIVER).replace("Invoice-2", "invoice-2"),
        "/",
        "/x",
    ):
        assert asked(authority, path).status == 404, path


def schema() -> etree.XMLSchema:
    """The published shapes of SMP, with stand-ins for the two namespaces that they only mention."""
    folder: Path = official("peppol", "xsd", "peppol")
    stand_ins = {
        DS: '<xs:element name="Signature" type="xs:anyType"/>',
        WSA: '<xs:element name="EndpointReference" type="xs:anyType"/>',
    }
    parts = {
        "smp.xsd": (folder / "peppol-smp-types-v1-ext.xsd").read_text(),
        "ids.xsd": (folder / "peppol-identifiers-v1.xsd").read_text(),
    }
    for number, (namespace, body) in enumerate(stand_ins.items()):
        parts[f"{number}.xsd"] = (
            f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{namespace}">{body}</xs:schema>'
        )

    class Parts(etree.Resolver):
        def resolve(self, url: str, public: object, context: object) -> object:
            return self.resolve_string(parts[url.rpartition("/")[2]], context)

    parser = etree.XMLParser()
    parser.resolvers.add(Parts())
    imports = "".join(
        f'<xs:import namespace="{namespace}" schemaLocation="{name}"/>'
        for namespace, name in ((DS, "0.xsd"), (WSA, "1.xsd"), (IDS, "ids.xsd"), (SMP, "smp.xsd"))
    )
    driver = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>'
    return etree.XMLSchema(etree.fromstring(driver, parser))


@pytest.mark.conformance
@pytest.mark.parametrize("participant", [RECEIVER, registry.REDIRECTED, registry.FOREIGN_ONLY, registry.EXPIRED])
def test_the_registry_keeps_the_published_shapes(authority: SandboxAuthority, participant: str) -> None:
    shapes = schema()
    document = registry.XRECHNUNG if participant == registry.FOREIGN_ONLY else registry.BILLING_DOCUMENTS[0]
    for path in (group(participant), service(participant, document)):
        root = etree.fromstring(asked(authority, path).body)
        assert shapes.validate(root), shapes.error_log
