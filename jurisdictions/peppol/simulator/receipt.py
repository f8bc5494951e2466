"""The receipt of an accepted message: an ebMS 3 signal whose digest and signature a sender can check.

The digest is SHA-256 over the posted bytes (the Standard Business Document is the payload that AS4 carries); the
signature is RSA PKCS#1 v1.5 with SHA-256 over those thirty-two bytes, by the certificate that the receipt shows.
"""

from __future__ import annotations

from base64 import b64encode
from xml.sax.saxutils import escape

from jurisdictions.contract import SimulatorKeys

_EB = "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/"
_SIGNALS = "http://docs.oasis-open.org/ebxml-bp/ebbp-signals-2.0"
_DS = "http://www.w3.org/2000/09/xmldsig#"


def receipt(message_id: str, instance: str, digest: bytes, timestamp: str, keys: SimulatorKeys) -> str:
    """The receipt as XML text."""
    value = b64encode(digest).decode()
    signature = b64encode(keys.sign("access_point", digest)).decode()
    certificate = b64encode(keys.certificate("access_point")).decode()
    return (
        f'<eb:SignalMessage xmlns:eb="{_EB}" xmlns:ebbpsig="{_SIGNALS}" xmlns:ds="{_DS}">'
        f"<eb:MessageInfo><eb:Timestamp>{escape(timestamp)}</eb:Timestamp>"
        f"<eb:MessageId>receipt-{escape(message_id)}</eb:MessageId>"
        f"<eb:RefToMessageId>{escape(message_id)}</eb:RefToMessageId></eb:MessageInfo>"
        "<eb:Receipt><ebbpsig:NonRepudiationInformation><ebbpsig:MessagePartNRInformation>"
        f'<ds:Reference URI="cid:{escape(instance)}">'
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<ds:DigestValue>{value}</ds:DigestValue></ds:Reference>"
        "</ebbpsig:MessagePartNRInformation></ebbpsig:NonRepudiationInformation>"
        f"<ds:SignatureValue>{signature}</ds:SignatureValue>"
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
        "</eb:Receipt></eb:SignalMessage>"
    )
