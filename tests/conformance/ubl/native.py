"""The native verdict, in the same form as the official one."""

from __future__ import annotations

from collections.abc import Callable

from .official import RuleSetName, Told


def judge(which: RuleSetName) -> Callable[[bytes], Told]:
    """The judgement of one of our rule sets, from bytes."""
    from jurisdictions.peppol.rules import BILLING, SELF_BILLING
    from validators.en16931 import EN16931, read

    rules = {"en": EN16931, "peppol": BILLING, "sb": SELF_BILLING}[which]

    def verdict(document: bytes) -> Told:
        judged = rules.judge(read(document))
        if judged.undecided is not None:
            return Told(error=judged.undecided)
        return Told.of((rules.flag(broken.rule), broken.rule) for broken in judged.broken)

    return verdict
