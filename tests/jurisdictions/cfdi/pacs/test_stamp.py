"""The stamp: into the sealed bytes, byte for byte, and against its certificate."""

import json
from datetime import datetime, timedelta

import pytest
from lxml import etree
from msgspec.structs import replace

from jurisdictions.cfdi.pacs.stamp import certificate_path, merged, read_stamp, verify_stamp
from jurisdictions.contract import Answer, Ask
from schemas.states import SubmissionState
from tests.jurisdictions.cfdi.invoices import SUBMISSION, sending
from tests.jurisdictions.cfdi.simulated import Keys, holder
from tests.jurisdictions.cfdi.world import World, stamps

S = SubmissionState
TFD = "{http://www.sat.gob.mx/TimbreFiscalDigital}TimbreFiscalDigital"
CFDI = "{http://www.sat.gob.mx/cfd/4}"


def stamped() -> World:
    one = World()
    one.add(sending())
    one.turn()
    return one


def test_the_stamp_goes_into_a_complement_of_its_own() -> None:
    one = stamped()
    kept = one.last(SUBMISSION).evidence[0].body
    head, _, rest = kept.partition(b"<cfdi:Complemento>")
    assert head + rest.partition(b"</cfdi:Complemento>")[2] == one.documents[SUBMISSION].body


@pytest.mark.parametrize("inner", [b"<x/>", b'<pago20:Pagos xmlns:pago20="http://www.sat.gob.mx/Pagos20"/>'])
def test_the_stamp_goes_last_into_the_complement_that_is_there(inner: bytes) -> None:
    """cfdv40.xsd allows one cfdi:Complemento; what was sealed keeps every byte of it."""
    stamp = read_stamp(stamped().last(SUBMISSION).evidence[0].body)
    body = sending().body
    closing = b"</cfdi:Comprobante>"
    sealed = body.replace(closing, b"<cfdi:Complemento>" + inner + b"</cfdi:Complemento>" + closing)
    made = merged(sealed, stamp)
    assert made.replace(stamp.markup().encode(), b"") == sealed
    root = etree.fromstring(made)
    assert len(root.findall(f"{CFDI}Complemento")) == 1
    assert root.findall(f"{CFDI}Complemento/*")[-1].tag == TFD


def test_what_does_not_end_as_a_cfdi_is_refused() -> None:
    stamp = read_stamp(stamped().last(SUBMISSION).evidence[0].body)
    for body in (b"", b"<a/>", b"<cfdi:Comprobante></cfdi:Comprobante><!-- -->"):
        with pytest.raises(ValueError, match="does not end"):
            merged(body, stamp)


def test_the_certificate_lies_where_its_number_says() -> None:
    assert certificate_path("00001000000504465028") == "/rccf/000010/000005/04/46/50/00001000000504465028.cer"


def test_sello_sat_is_verified_with_its_certificate_and_the_authority() -> None:
    one = stamped()
    stamp = read_stamp(one.last(SUBMISSION).evidence[0].body)
    der, authority = Keys().certificate("stamping"), one._authority()
    assert verify_stamp(stamp, der, authority) is None
    assert verify_stamp(stamp, der, None) is None
    other = holder("ZZP000101AAB", number="30001000000500000001").der
    assert "not the signature" in (verify_stamp(stamp, other, None) or "")
    assert "number" in (verify_stamp(stamp, holder().der, None) or "")
    assert "cannot be read" in (verify_stamp(stamp, b"rubbish", None) or "")
    strange = holder("ZZP000101AAA", authority="elsewhere", number="30001000000500000001").der
    assert verify_stamp(stamp, strange, None) is None
    assert "authority" in (verify_stamp(stamp, strange, authority) or "")
    assert "authority" in (verify_stamp(stamp, der, "") or "")


def test_an_addenda_is_put_into_a_second_document() -> None:
    one = World()
    text = '<orden xmlns="https://example.com/orden" numero="17"/>'
    document = sending()
    one.add(replace(document, attributes={**document.attributes, "addenda": text}))
    one.turn()
    plain, dressed = one.last(SUBMISSION).evidence
    assert (plain.name, dressed.name) == ("cfdi-timbrado.xml", "cfdi-con-addenda.xml")
    assert b"Addenda" not in plain.body
    assert dressed.body.startswith(plain.body.removesuffix(b"</cfdi:Comprobante>"))
    assert etree.fromstring(dressed.body).find(f"{CFDI}Addenda") is not None


def test_an_addenda_that_does_not_fit_never_stops_the_stamp() -> None:
    one = World()
    document = sending()
    one.add(replace(document, attributes={**document.attributes, "addenda": "<"}))
    one.turn()
    assert one.state(SUBMISSION) is S.ACCEPTED


# ---------------------------------------------------------------------------------------------- SW's archive


def only_the_uuid(one: World, url: str | None = None) -> None:
    """Repeats are answered by 307 and the UUID alone; a record tells `url` where one is given."""

    def trouble(ask: Ask, _: datetime) -> Answer | None:
        made = [key.partition("/")[2] for key in one.simulator.book if key.startswith("uuid/")]
        if ask.endpoint == "sw" and ask.effect == "write" and made:
            data = {"uuid": made[0], "cfdi": ""}
            body = {"status": "error", "message": "307. El comprobante contiene un timbre previo.", "data": data}
            return Answer(name="", status=400, body=json.dumps(body).encode())
        if url is not None and ask.path.startswith("/datawarehouse/v1/live/"):
            body = {"status": "success", "data": {"records": [{"urlXml": url}]}}
            return Answer(name="", status=200, body=json.dumps(body).encode())
        return None

    one.trouble = trouble


def lost() -> World:
    one = World(trouble=lambda ask, _: "lost" if ask.effect == "write" else None)
    one.add(sending())
    one.turn()
    assert one.state(SUBMISSION) is S.OUTCOME_UNKNOWN
    one.at += timedelta(seconds=30)
    return one


def test_a_stamp_that_is_only_named_is_fetched_from_the_archive() -> None:
    one = lost()
    only_the_uuid(one)
    one.turn()
    assert one.state(SUBMISSION) is S.ACCEPTED
    assert stamps(one) == {"sw": 1, "finkok": 0}


@pytest.mark.parametrize("url", ["https://blob.example/x.xml", "http://api.sw.com.mx/x", "https://a b/", "", "//x/y?z"])
def test_a_stamp_in_an_archive_out_of_reach_needs_a_person(url: str) -> None:
    one = lost()
    one.sandbox = None
    only_the_uuid(one, url)
    one.turn()
    assert (one.state(SUBMISSION), one.last(SUBMISSION).code) == (S.HELD, "CFDI-STAMP-06")


def test_an_archive_that_does_not_answer_is_asked_again() -> None:
    one = lost()
    only_the_uuid(one)
    before = one.trouble
    one.trouble = lambda ask, at: Answer(name="", status=500) if ask.endpoint == "sw_api" else before(ask, at)
    one.turn()
    assert one.state(SUBMISSION) is S.OUTCOME_UNKNOWN
    one.trouble = before
    one.settle()
    assert one.state(SUBMISSION) is S.ACCEPTED
