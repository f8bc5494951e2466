"""The waiting time `t` between two messages of an obligado: what the AEAT said last, else 60 seconds.

It rests in the flow's session, so that a fault, which says nothing about it, keeps it. Source: Order HAC/1177/2024
art. 16.2 and 16.4; "Descripción del servicio web" 1.0.3 §6.4.4.1.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from jurisdictions.contract import Session, Setting
from jurisdictions.verifactu.deadlines import LONGEST_PAUSE
from jurisdictions.verifactu.remission.answers import MOST_WAIT, Failure, Trouble

FIRST_WAIT = 60
"""Seconds, until the AEAT says otherwise."""
SANDBOX_WAIT = 1
WAIT = "wait"
REMEMBERED = timedelta(days=60)


def wait(setting: Setting) -> int:
    """The seconds that hold now."""
    first = FIRST_WAIT if setting.sandbox is None else SANDBOX_WAIT
    told = "" if setting.session is None else setting.session.values.get(WAIT, "")
    return min(int(told), MOST_WAIT) if told.isascii() and told.isdigit() and len(told) < 10 else first


def remembered(said: int | None, setting: Setting) -> Session | None:
    """The session to keep after an answer that said so; None where what is kept holds on."""
    kept = setting.session
    if said is None or (said == wait(setting) and (kept is None or kept.expires_at - setting.at > REMEMBERED / 2)):
        return None
    return Session(values={WAIT: str(said)}, expires_at=setting.at + REMEMBERED)


def after_answer(said: int | None, setting: Setting) -> datetime:
    """From when on the next message may go. Counted from the answer, which is never too early."""
    return setting.at + timedelta(seconds=wait(setting) if said is None else said)


def after_failure(failure: Failure, setting: Setting) -> datetime | None:
    """The same after a fault: `t` as it was, or what they asked for if that is longer, up to the hour within which the
    law wants another try. None where no message left: nothing has to be kept apart from it."""
    if failure.trouble is Trouble.NOT_SENT:
        return None
    asked = timedelta(seconds=min(failure.retry_after or 0, MOST_WAIT))
    return setting.at + max(timedelta(seconds=wait(setting)), min(asked, LONGEST_PAUSE))
