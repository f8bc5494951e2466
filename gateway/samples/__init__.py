"""Test issuers and the invoices of the demo: the only place of the gateway that knows jurisdictions by their names."""
