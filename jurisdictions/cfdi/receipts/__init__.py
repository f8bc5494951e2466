"""The receipt of a payment (REP): what it says, its amounts, its document (Anexo 20, Pagos 2.0)."""
