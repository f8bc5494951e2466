"""Pieces of UBL that several tables of edits put into documents."""

from __future__ import annotations

ROW = (
    "<cac:AllowanceCharge><cbc:ChargeIndicator>{}</cbc:ChargeIndicator>{}"
    "<cbc:Amount currencyID='SEK'>{}</cbc:Amount>{}</cac:AllowanceCharge>"
)
REASON = "<cbc:AllowanceChargeReason>{}</cbc:AllowanceChargeReason>"
REASON_CODE = "<cbc:AllowanceChargeReasonCode>{}</cbc:AllowanceChargeReasonCode>"
FACTOR = "<cbc:MultiplierFactorNumeric>{}</cbc:MultiplierFactorNumeric>"
BASE = "<cbc:BaseAmount currencyID='SEK'>{}</cbc:BaseAmount>"
