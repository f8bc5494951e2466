"""Whose rule a finding of this folder is."""

SOURCE = "peppol"
