"""Mexico: CFDI 4.0 of the types I, E, T and P (receipt of payment), stamped by a PAC, and their cancellation.

Law: CFF arts. 29 and 29-A; RMF 2.7; Anexo 20 (CFDI 4.0, Timbre Fiscal Digital 1.1) with its filling guide and matrix
of errors.
"""

from __future__ import annotations

from datetime import date

from jurisdictions.cfdi.codelists.refresh import CODELISTS
from jurisdictions.cfdi.corrections import DESK
from jurisdictions.cfdi.exchange import EXCHANGE
from jurisdictions.cfdi.rules.law import EDITION, LAW
from jurisdictions.cfdi.seal import SEAL
from jurisdictions.cfdi.simulator import SIMULATOR
from jurisdictions.contract import About, CredentialSpec, Edition, EndpointSpec, Jurisdiction, Obligation, Scope
from schemas.invoice import Kind

ABOUT = About(
    code="cfdi",
    name="CFDI 4.0 (Mexico)",
    sources=(
        "Código Fiscal de la Federación, arts. 29 and 29-A",
        "Resolución Miscelánea Fiscal, chapter 2.7",
        "Anexo 20: CFDI 4.0 and Timbre Fiscal Digital 1.1",
    ),
    editions=(Edition(code=EDITION, valid_from=date(2022, 1, 1)),),
    kinds=(Kind.INVOICE, Kind.CREDIT_NOTE, Kind.RECEIPT),
    credentials=(
        CredentialSpec(
            name="csd",
            scope=Scope.ISSUER,
            kind="key_pair",
            fields=("certificate", "private_key", "password"),
            purpose="The issuer's Certificado de Sello Digital: its .cer, its .key and the password of the key.",
        ),
        CredentialSpec(
            name="pac",
            scope=Scope.TENANT,
            kind="secret",
            fields=("user", "password"),
            purpose="The account at SW sapien, the PAC that stamps the invoices.",
        ),
        CredentialSpec(
            name="finkok",
            scope=Scope.TENANT,
            kind="secret",
            fields=("user", "password"),
            purpose=(
                "The account at Finkok, a second PAC: it is asked when SW certainly did nothing, or first where the "
                "issuer's settings say so."
            ),
            required=False,
        ),
    ),
    endpoints=(
        EndpointSpec(name="sw", live="https://services.sw.com.mx", preproduction="https://services.test.sw.com.mx"),
        EndpointSpec(name="sw_api", live="https://api.sw.com.mx", preproduction="https://api.test.sw.com.mx"),
        EndpointSpec(
            name="finkok",
            live="https://facturacion.finkok.com",
            preproduction="https://demo-facturacion.finkok.com",
        ),
        EndpointSpec(name="sat", live="https://consultaqr.facturaelectronica.sat.gob.mx"),
        EndpointSpec(name="sat_certificates", live="https://rdc.sat.gob.mx"),
    ),
    maturity=(
        "Types I, E, T and P (Pagos 2.0) with IVA, IEPS and ISR, local taxes and legends; cancellation with the "
        "receiver's answer: checked against the official schemas, vectors and samples. Both PACs and SAT's services "
        "are simulated. Not: payroll, foreign trade, transport of goods and other complements."
    ),
    obligations=(
        Obligation(
            who="everyone who must issue invoices in Mexico",
            valid_from=date(2023, 4, 1),
            law="RMF 2023, transitorio: CFDI 4.0 is the only version",
        ),
    ),
    slots=8,
)

JURISDICTION = Jurisdiction(
    about=ABOUT, law=LAW, seal=SEAL, exchange=EXCHANGE, desk=DESK, simulator=SIMULATOR, codelists=CODELISTS
)
