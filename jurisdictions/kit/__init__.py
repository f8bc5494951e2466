"""What two jurisdictions share: XML building and reading, SOAP, amounts. No law of any one of them."""
