"""Comparing our EN 16931 and Peppol rules with the official ones, document by document."""
