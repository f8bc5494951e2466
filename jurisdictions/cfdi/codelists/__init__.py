"""SAT's catalogues as data of ours, with the days on which each code is valid.

Source: catálogos del Anexo 20, CFDI 4.0 (`c_RegimenFiscal`, `c_UsoCFDI`, `c_FormaPago`, `c_MetodoPago`,
`c_Exportacion`, `c_ObjetoImp`, `c_TipoRelacion`, `c_TasaOCuota`, `c_Moneda`, `c_Pais`, `c_ClaveProdServ`,
`c_ClaveUnidad`, `c_CodigoPostal`, `c_Estado`, `c_Aduana`, `c_PatenteAduanal`); `EDITION` and `CATALOGUE_DATE` say
which. The enumerations of SAT's own XSD are older and wider than these. The big ones are read when first asked.
"""

from jurisdictions.cfdi.codelists.customs import CUSTOMS_OFFICES, customs_number_problem, patents
from jurisdictions.cfdi.codelists.document import (
    CURRENCIES,
    CURRENCY_DECIMALS,
    EXPORTS,
    MONTHS,
    PERIODICITIES,
    RECEIPT_TYPES,
    RELATIONS,
)
from jurisdictions.cfdi.codelists.entry import START, Entry, valid
from jurisdictions.cfdi.codelists.parties import (
    COUNTRIES,
    PUBLICO_EN_GENERAL,
    REGIMES,
    RFC_FOREIGN,
    RFC_GENERIC,
    RFC_NATIONAL,
    RFC_PATTERN,
    TAX_ID_PATTERNS,
    USES,
    UUID_PATTERN,
    Regime,
    Use,
    is_public,
)
from jurisdictions.cfdi.codelists.payments import (
    PAYMENT_FORM_OF_MEANS,
    PAYMENT_FORMS,
    PAYMENT_METHODS,
    BankForm,
    bank_form,
)
from jurisdictions.cfdi.codelists.places import STATES, Place, postal_code, postal_codes, zone_of
from jurisdictions.cfdi.codelists.products import UNITS, product, product_codes, unit, unit_codes
from jurisdictions.cfdi.codelists.published import CATALOGUE_DATE, EDITION, HASHES
from jurisdictions.cfdi.codelists.taxes import FACTORS, RATES, TAX_OBJECTS, TAXES, Rate

__all__ = [
    "CATALOGUE_DATE",
    "COUNTRIES",
    "CURRENCIES",
    "CURRENCY_DECIMALS",
    "CUSTOMS_OFFICES",
    "EDITION",
    "EXPORTS",
    "FACTORS",
    "HASHES",
    "MONTHS",
    "PAYMENT_FORMS",
    "PAYMENT_FORM_OF_MEANS",
    "PAYMENT_METHODS",
    "PERIODICITIES",
    "PUBLICO_EN_GENERAL",
    "RATES",
    "RECEIPT_TYPES",
    "REGIMES",
    "RELATIONS",
    "RFC_FOREIGN",
    "RFC_GENERIC",
    "RFC_NATIONAL",
    "RFC_PATTERN",
    "START",
    "STATES",
    "TAXES",
    "TAX_ID_PATTERNS",
    "TAX_OBJECTS",
    "UNITS",
    "USES",
    "UUID_PATTERN",
    "BankForm",
    "Entry",
    "Place",
    "Rate",
    "Regime",
    "Use",
    "bank_form",
    "customs_number_problem",
    "is_public",
    "patents",
    "postal_code",
    "postal_codes",
    "product",
    "product_codes",
    "unit",
    "unit_codes",
    "valid",
    "zone_of",
]
