"""Answers that are no verdict: SOAP faults, and the pages in front of the service."""

from __future__ import annotations

from html import escape

from jurisdictions.contract import SimulatorReply
from jurisdictions.verifactu.simulator.message import SOAP, Refused
from jurisdictions.verifactu.simulator.wording import text

XML = {"content-type": "text/xml; charset=UTF-8"}
_HTML = {"content-type": "text/html; charset=UTF-8"}


def client_fault(refused: Refused) -> SimulatorReply:
    """The whole message was refused: `env:Client`, the code in brackets as the AEAT writes it."""
    detail = f": {refused.detail}" if refused.detail else ""
    return _fault("Client", f"Codigo[{refused.code}].{text(refused.code)}{detail}")


def server_fault() -> SimulatorReply:
    """Something broke on their side: the message may be sent again."""
    return _fault("Server", "Error interno del servicio simulado.")


def page(status: int, sentence: str, **headers: str) -> SimulatorReply:
    """A page of the web server, where a client expected SOAP."""
    body = f"<!DOCTYPE html><html lang='es'><head><title>{status}</title></head><body><h1>{status}</h1><p>"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return SimulatorReply(
        status=status, headers=_HTML | named, body=f"{body}{escape(sentence)}</p></body></html>".encode()
    )


def envelope(content: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:env="{SOAP}"><env:Header/>'
        f'<env:Body Id="Body">{content}</env:Body></env:Envelope>'
    ).encode()


def _fault(side: str, sentence: str) -> SimulatorReply:
    content = f"<env:Fault><faultcode>env:{side}</faultcode><faultstring>{escape(sentence)}</faultstring></env:Fault>"
    return SimulatorReply(status=500, headers=XML, body=envelope(content))
