"""The desk: classes and ways of refusals, what may be corrected or cancelled, delivery and print."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from jurisdictions.cfdi import JURISDICTION
from jurisdictions.cfdi.rules.sentences import SENTENCES
from jurisdictions.contract import CaseClass, Earlier, Instruction, InstructionKind, Path
from schemas.document import Invoice
from schemas.invoice import Kind
from schemas.states import Standing, SubmissionState
from tests.jurisdictions.cfdi.documents import DOCUMENTS
from tests.jurisdictions.cfdi.invoices import AT, SUBMISSION, UUID, credit_note, invoice, line, seal, sending
from tests.jurisdictions.cfdi.payments import RECEIPTS, receipt
from tests.jurisdictions.cfdi.world import World, two_pacs

DESK = JURISDICTION.desk


@pytest.mark.parametrize(
    ("code", "case_class", "path"),
    [
        ("CFDI40145", CaseClass.DATA_CORRECTION, Path.RESEAL),
        ("CFDI40161", CaseClass.DATA_CORRECTION, Path.RESEAL),
        ("401", CaseClass.DATA_CORRECTION, Path.RESEAL),
        ("303", CaseClass.CONFIGURATION, Path.RESEAL),
        ("304", CaseClass.CONFIGURATION, Path.RESEAL),
        ("402", CaseClass.CONFIGURATION, Path.RESEAL),
        ("AU2001", CaseClass.CONFIGURATION, Path.RESEND),
        ("AU9999", CaseClass.CONFIGURATION, Path.RESEND),
        ("307", CaseClass.DUPLICATE, Path.RESEND),
        ("CFDI40999", CaseClass.DATA_CORRECTION, Path.RESEAL),
        ("CFDI-STAMP-02", CaseClass.DEFECT, Path.RESEND),
        ("HTTP400", CaseClass.RETRYABLE_TRANSPORT, Path.RESEND),
    ],
)
def test_classes_and_ways(code: str, case_class: CaseClass, path: Path) -> None:
    diagnosis = DESK.classify(InstructionKind.ISSUE, code, "words")
    assert (diagnosis.case_class, diagnosis.path) == (case_class, path)
    assert diagnosis.sentence
    assert bool(diagnosis.editable) is (path is Path.RESEAL)


def test_every_sentence_is_one_sentence_and_its_pointer_a_pointer() -> None:
    for code, sentence in SENTENCES.items():
        assert sentence.text.endswith("."), code
        assert sentence.pointer is None or sentence.pointer.startswith("/"), code


def test_what_no_pac_has_stamped_in_time_goes_out_again_by_itself() -> None:
    diagnosis = DESK.classify(InstructionKind.ISSUE, "CFDI-EXPIRED", None)
    assert (diagnosis.automatic, diagnosis.path) == (True, Path.RESEAL)


@pytest.mark.parametrize(
    ("code", "case_class"),
    [
        ("SAT-CANCEL-REFUSED", CaseClass.BUYER_DISPUTE),
        ("SAT-CANCEL-204", CaseClass.DATA_CORRECTION),
        ("303", CaseClass.CONFIGURATION),
        ("205", CaseClass.AUTHORITY_BUSY),
        ("999", CaseClass.DATA_CORRECTION),
    ],
)
def test_a_refused_cancellation_is_asked_for_anew(code: str, case_class: CaseClass) -> None:
    diagnosis = DESK.classify(InstructionKind.CANCEL, code, "words")
    assert (diagnosis.case_class, diagnosis.path) == (case_class, Path.NEW_DOCUMENT)
    assert diagnosis.editable == ()


def _options(made: Invoice, *earlier: Earlier, at: datetime = AT) -> list[str]:
    return [one.option for one in DESK.corrections(made, Standing.REGISTERED, earlier, at)]


def test_a_registered_invoice_is_credited_substituted_or_cancelled() -> None:
    options = DESK.corrections(invoice(), Standing.REGISTERED, (), AT)
    assert [(one.option, one.instruction, one.kind) for one in options] == [
        ("credit_note", InstructionKind.ISSUE, Kind.CREDIT_NOTE),
        ("substitute", InstructionKind.ISSUE, Kind.INVOICE),
        ("cancel_01", InstructionKind.CANCEL, None),
        ("cancel_02", InstructionKind.CANCEL, None),
        ("cancel_03", InstructionKind.CANCEL, None),
    ]
    assert {one.option: one.needs for one in options if one.needs} == {"cancel_01": ("replacement",)}


@pytest.mark.parametrize("standing", [Standing.NONE, Standing.CANCEL_PENDING, Standing.CANCELLED])
def test_nothing_is_corrected_while_or_after_it_is_cancelled(standing: Standing) -> None:
    assert DESK.corrections(invoice(), standing, (), AT) == ()


def test_what_each_kind_allows() -> None:
    extension = {"informacion_global": {"periodicidad": "04", "meses": "11", "anio": 2026}}
    assert _options(credit_note()) == ["cancel_01", "cancel_02", "cancel_03"]
    assert _options(replace(invoice(), kind=Kind.RECEIPT)) == ["cancel_01", "cancel_02"]
    assert _options(invoice(extensions={"cfdi": extension}))[-1] == "cancel_04"
    assert _options(invoice(extensions={"cfdi": {"tipo": "T"}})) == [
        "substitute",
        *("cancel_01", "cancel_02", "cancel_03"),
    ]


def test_no_cancellation_once_the_annual_return_is_due() -> None:
    april = datetime(2027, 4, 1, 6, 0, tzinfo=UTC)
    assert _options(invoice(), at=april - timedelta(seconds=1))[-1] == "cancel_03"
    assert _options(invoice(), at=april) == ["credit_note", "substitute"]
    (until,) = {one.until for one in DESK.corrections(invoice(), Standing.REGISTERED, (), AT) if one.until}
    assert until == april


def stamped(**changes: str) -> Earlier:
    known = {
        "tipo": "I",
        "rfc": "EKU9003173C9",
        "receptor_rfc": "URE180429TM6",
        "total": "1160.00",
        "fecha": "2026-11-20T12:00:00",
        "zona": "America/Mexico_City",
    }
    return Earlier(
        submission="sub_1",
        instruction=InstructionKind.ISSUE,
        state=SubmissionState.ACCEPTED,
        fingerprint="",
        attributes=known | changes,
    )


REFUSAL = Earlier(
    submission="sub_2",
    instruction=InstructionKind.CANCEL,
    state=SubmissionState.REJECTED,
    fingerprint="",
    authority_code="SAT-CANCEL-REFUSED",
)
LATER = AT + timedelta(days=10)


@pytest.mark.parametrize(
    ("made", "earlier", "at", "consent"),
    [
        (invoice(), (stamped(),), AT, "none"),
        (invoice(), (stamped(),), LATER, "silence"),
        (invoice(), (stamped(), REFUSAL), LATER, "express"),
        (invoice(), (stamped(total="1000.00"),), LATER, "none"),
        (invoice(), (stamped(total="1000.01"),), LATER, "silence"),
        (invoice(), (stamped(receptor_rfc="XAXX010101000"),), LATER, "none"),
        (invoice(), (), LATER, "silence"),
        (credit_note(), (stamped(tipo="E"),), LATER, "none"),
        (replace(invoice(), kind=Kind.RECEIPT), (stamped(tipo="P", total="0"),), LATER, "silence"),
        (replace(invoice(), kind=Kind.RECEIPT), (stamped(tipo="P", total="0"),), AT, "none"),
    ],
)
def test_whether_the_receiver_has_a_say(
    made: Invoice, earlier: tuple[Earlier, ...], at: datetime, consent: str
) -> None:
    options = DESK.corrections(made, Standing.REGISTERED, earlier, at)
    assert {one.consent for one in options if one.instruction is InstructionKind.CANCEL} == {consent}


def test_dollars_are_small_by_their_rate() -> None:
    rate = {"from_currency": "USD", "to_currency": "MXN", "rate": "20", "source": "Banxico", "on": "2026-11-19"}
    dollars = invoice(currency="USD", exchange_rates=[rate])
    unrated = replace(dollars, exchange_rates=())
    found = {
        (total, made is dollars): DESK.corrections(made, Standing.REGISTERED, (stamped(total=total),), LATER)[
            -1
        ].consent
        for made in (dollars, unrated)
        for total in ("50.00", "50.01")
    }
    assert found == {
        ("50.00", True): "none",
        ("50.01", True): "silence",
        ("50.00", False): "silence",
        ("50.01", False): "silence",
    }


def test_fuels_want_an_express_answer() -> None:
    diesel = line(extensions={"cfdi": {"clave_prod_serv": "15101505", "clave_unidad": "LTR"}})
    assert DESK.corrections(invoice(diesel), Standing.REGISTERED, (stamped(),), LATER)[-1].consent == "express"


def test_a_cfdi_is_delivered_once_it_is_stamped() -> None:
    assert [state for state in SubmissionState if DESK.deliverable(state)] == [
        SubmissionState.ACCEPTED,
        SubmissionState.ACCEPTED_WITH_WARNINGS,
    ]


def test_the_printed_form_has_what_the_law_asks_for() -> None:
    printed = DESK.render(
        invoice(), {"uuid": "u", "cadena_tfd": "||1.1|u||", "verification_url": "https://x", "no": "1"}
    )
    assert printed["legend"] == "Este documento es una representación impresa de un CFDI"
    assert (printed["uuid"], printed["cadena_tfd"], printed["verification_url"]) == ("u", "||1.1|u||", "https://x")
    assert "no" not in printed


def test_the_printed_form_says_what_the_cfdi_says() -> None:
    words = {"leyendas_fiscales": [{"texto": "Una"}, {"texto": "Otra"}], "informacion_global": {"periodicidad": "01"}}
    printed = DESK.render(
        invoice(extensions={"cfdi": words}), {"tipo": "I", "metodo_pago": "PUE", "lugar_expedicion": "42501"}
    )
    assert (printed["leyenda_1"], printed["leyenda_2"]) == ("Una", "Otra")
    assert (printed["tipo_de_comprobante"], printed["metodo_pago"]) == ("Ingreso", "PUE")
    assert printed["informacion_global"] == "Operaciones con el público en general"
    assert "uuid" not in printed


def printed(made: Instruction, kind: InstructionKind = InstructionKind.ISSUE) -> Mapping[str, str]:
    """What is printed of a document that a PAC has stamped."""
    one = World(issuer=two_pacs())
    one.add(replace(sending(seal(made)), instruction=kind))
    one.turn()
    assert one.state(SUBMISSION) is SubmissionState.ACCEPTED, one.last(SUBMISSION)
    return DESK.render(made.invoice, one.documents[SUBMISSION].attributes)


def test_the_printed_form_is_complete_once_it_is_stamped() -> None:
    """RMF 2.7.1.7 and CFF art. 29-A: both parties with their regimes, both seals, both certificates, the cadena."""
    told = printed(DOCUMENTS["substitute"]())
    law = "uuid fecha fecha_timbrado no_certificado no_certificado_sat rfc_prov_certif sello_cfd sello_sat cadena_tfd"
    parties = "rfc nombre_emisor regimen_fiscal receptor_rfc nombre_receptor regimen_fiscal_receptor uso_cfdi"
    rest = "domicilio_fiscal_receptor lugar_expedicion exportacion forma_pago metodo_pago moneda subtotal total version"
    assert not [name for name in f"{law} {parties} {rest} verification_url legend".split() if not told.get(name)]
    assert (told["regimen_fiscal"], told["regimen_fiscal_receptor"]) == ("601", "601")
    assert told["relacionados_1"].split()[:2] == ["04", UUID]
    assert printed(DOCUMENTS["global"]())["periodicidad"] == "04"


def test_the_printed_form_of_a_receipt_tells_of_its_payment() -> None:
    told = printed(receipt(RECEIPTS["two_invoices"]()), InstructionKind.RECEIPT)
    assert (told["pago_1_fecha"], told["pago_1_forma"], told["pago_1_monto"]) == (
        "2026-11-18T10:30:00",
        "03",
        "1700.00",
    )
    assert told["documento_1"].startswith(
        f"{UUID}, Serie A, Folio 17, MonedaDR MXN, EquivalenciaDR 1, NumParcialidad 1"
    )
    assert "ImpSaldoInsoluto 0.00" in told["documento_1"]
    assert "documento_2" in told
    assert "documento_3" not in told
