"""What only Mexico knows of a payment: what a caller may say in `extensions.cfdi` of a payment.

Source: Pagos 2.0 (Anexo 20, complemento para recepción de pagos), node Pago.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

_Two = Annotated[str, Meta(pattern=r"^[0-9]{2}$(?!\n)", examples=["03"])]
_Rfc = Annotated[str, Meta(min_length=12, max_length=13)]
_Account = Annotated[str, Meta(pattern=r"^[A-Z0-9_]{10,50}$(?!\n)")]
_Base64 = Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]+={0,2}$(?!\n)", max_length=20_000)]
_Uuid = Annotated[
    str,
    Meta(pattern=r"^[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}$(?!\n)"),
]


class PaymentExtension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`payment.extensions.cfdi`: how it was paid in SAT's terms, the bank data, and the receipts it stands in for.

    `forma_de_pago` has the payment's `means` as its default, `num_operacion` its `reference`. `sustituye` names the
    receipts that this one replaces (TipoRelacion 04); `confirmacion` is the PAC's word for amounts out of the usual.
    """

    forma_de_pago: _Two | None = None
    num_operacion: Annotated[str, Meta(pattern=r"^[^|]{1,100}$(?!\n)")] | None = None
    rfc_emisor_cta_ord: _Rfc | None = None
    nom_banco_ord_ext: Annotated[str, Meta(pattern=r"^[^|]{1,300}$(?!\n)")] | None = None
    cta_ordenante: _Account | None = None
    rfc_emisor_cta_ben: _Rfc | None = None
    cta_beneficiario: _Account | None = None
    tipo_cad_pago: _Two | None = None
    cert_pago: _Base64 | None = None
    cad_pago: Annotated[str, Meta(min_length=1, max_length=8192)] | None = None
    sello_pago: _Base64 | None = None
    confirmacion: Annotated[str, Meta(pattern=r"^[0-9a-zA-Z]{5}$(?!\n)")] | None = None
    sustituye: tuple[_Uuid, ...] = ()


NO_PAYMENT_EXTENSION = PaymentExtension()
