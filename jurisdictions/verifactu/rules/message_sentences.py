"""What the codes that refuse a whole message mean to a person.

Meanings: errores.properties of 2026-08-18 and "Descripción del servicio web" 1.0.3, in our own words.
"""

from __future__ import annotations

from collections.abc import Mapping

from jurisdictions.contract import CaseClass, Path
from jurisdictions.verifactu.rules.sentence import Sentence

_WRITER = "The program writes the message: report it as a defect."
_ISSUER = "Correct the issuer's NIF and registered name; the same records go out again."
_AGENT = "Correct NIF and name of the representative; the same records go out again."
_LATER = "The tax office has trouble of its own: the same message goes out again later."
_POWER = "Register the power of representation, or send with the obligado's own certificate."
_DEMANDED = "Answers to a requerimiento go to another service; leave RemisionRequerimiento out here."
_ROUTE = "Check the address and the method of the request."


def _of(text: str, fix: str, case_class: CaseClass = CaseClass.DEFECT) -> Sentence:
    return Sentence(text, fix, case_class, Path.RESEND)


_CONFIG, _BUSY = CaseClass.CONFIGURATION, CaseClass.AUTHORITY_BUSY
SENTENCES: Mapping[str, Sentence] = {
    "3500": _of("The tax office's database found data that contradict each other.", _LATER, _BUSY),
    "3501": _of("The tax office's database failed.", _LATER, _BUSY),
    "3502": _of("There is no invoice for these payments, collections or properties.", _ROUTE),
    "3503": _of("The invoice belongs to another holder.", _ISSUER, _CONFIG),
    "4102": _of("The structure is not that of the schema: an element is missing, surplus or out of order.", _WRITER),
    "4103": _of("The bytes are no well-formed XML that may be read.", _WRITER),
    "4104": _of("The census does not hold the obligado under this NIF and name.", _ISSUER, _CONFIG),
    "4105": _of("The representative's NIF is not identified.", _AGENT, _CONFIG),
    "4106": _of("A day of the header or of the question is no day.", "Write it dd-mm-yyyy."),
    "4107": _of("The census does not hold a NIF of the message.", _ISSUER, _CONFIG),
    "4108": _of("The tax office could not read the certificate.", _LATER, _BUSY),
    "4109": _of("A NIF of the question is not well formed.", "Correct the NIF and ask again."),
    "4110": _of("The tax office could not look up the powers of representation.", _LATER, _BUSY),
    "4111": _of("The tax office could not open its file of the message.", _LATER, _BUSY),
    "4112": _of("The certificate's holder is neither the obligado nor somebody who may act for it.", _POWER, _CONFIG),
    "4113": _of("A block holds more entries than its limit.", "Split the invoice."),
    "4114": _of("A message holds more than 1000 records.", "Send them in several messages."),
    "4115": _of("The obligado's NIF has a wrong check character.", _ISSUER, _CONFIG),
    "4116": _of("The obligado's NIF has not nine characters.", _ISSUER, _CONFIG),
    "4117": _of("The representative's NIF is not well formed.", _AGENT, _CONFIG),
    "4118": _of("The address does not fit the document.", _ROUTE, _CONFIG),
    "4119": _of("The document is not written in UTF-8.", _WRITER),
    "4120": _of(
        "FechaFinVeriFactu is not the last day of this or the past year.",
        "VERI*FACTU is left at the end of a year: state 31-12.",
        _CONFIG,
    ),
    "4121": _of("Incidencia is neither S nor N.", _WRITER),
    "4122": _of("RefRequerimiento has not 1 to 18 characters.", _DEMANDED),
    "4123": _of("The census does not hold the representative's NIF.", _AGENT, _CONFIG),
    "4124": _of("The census holds the representative under another name.", _AGENT, _CONFIG),
    "4125": _of("An answer to a requerimiento lacks its reference.", _DEMANDED),
    "4126": _of("Only the service for requerimientos takes a RefRequerimiento.", _DEMANDED),
    "4127": _of("A voluntary remission and an answer to a requerimiento exclude each other.", _DEMANDED),
    "4128": _of("The tax office could not read a table of its own.", _LATER, _BUSY),
    "4129": _of("An answer to a requerimiento does not say whether it is the last.", _DEMANDED),
    "4130": _of("Only the service for requerimientos takes a FinRequerimiento.", _DEMANDED),
    "4131": _of("FinRequerimiento is neither S nor N.", _DEMANDED),
    "4132": _of("The certificate's holder is neither the recipient who asks nor may act for it.", _POWER, _CONFIG),
    "4133": _of("RefRequerimiento has signs that are neither letters nor digits.", _DEMANDED),
    "4134": _of("The service is closed.", _LATER, _BUSY),
    "4135": _of("The service was asked by GET.", _ROUTE),
    "4136": _of("A RegistroAlta does not stand alone in its RegistroFactura.", _WRITER),
    "4137": _of("A RegistroAnulacion does not stand alone in its RegistroFactura.", _WRITER),
    "4138": _of("There is nothing in the request.", _WRITER),
    "4139": _of("The service is not open in production.", "Send to the test environment.", _CONFIG),
    "4140": _of("Whoever asks has no power to see the invoices.", _POWER, _CONFIG),
    "4141": _of(
        "The tax office has suspended the access to VERI*FACTU.", "Speak with the tax office before sending.", _CONFIG
    ),
}
