"""Cancelling a CFDI: the ways that the law leaves, the signed request, SAT's answers (RMF 2.7.1.34, 2.7.1.35)."""
