"""What a document asks of the sandbox: markers `[sim:…]` in CondicionesDePago, in a concept's Descripcion,
or in the NumOperacion of a payment.

At the stamping: a code (`302`, `CFDI40108`, `CRP20217`, `AU2001`) refuses with it; `lost` stamps and drops the line;
`307-empty` does so too and tells repeats nothing for eight seconds; `window` stamps, answers, and tells repeats nothing
for eight seconds; `busy` answers 503 once; `500` fails without a stamp; `500-stamped` fails after it; `slow` takes five
seconds; `late` keeps SAT from knowing the stamp for ninety seconds. With `sw-` or `finkok-` before it a marker concerns
that certifier only.

At the cancellation: `cancel-accept`, `cancel-refuse` and `cancel-silence` are the receiver's answer, `cancel-express`
makes the receiver's word necessary, `c201` to `c213` and `c300` to `c312` are SAT's codes, and `c708`, `c711`, `c798`
and `c799` Finkok's. The same four also count without their `c`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from lxml import etree

from jurisdictions.cfdi.simulator.cadena import CFDI, PAGOS

CODE = re.compile(r"[0-9]{3}|CFDI[0-9]{5}|CRP[0-9]{5}|AU[0-9]{4}|C[CO][0-9]{4}")
_MARKER = re.compile(r"\[sim:([A-Za-z0-9-]{2,24})\]")
_CANCELLING = re.compile(r"cancel-(accept|refuse|silence|express)|c(2[0-9]{2}|3[0-9]{2}|7[0-9]{2})|708|711|798|799")


class Wishes(NamedTuple):
    """The first marker for the stamping, and all for the cancellation; empty where there is none."""

    stamping: str
    cancelling: tuple[str, ...]


def read(root: etree._Element, certifier: str) -> Wishes:
    """The markers of a CFDI, as far as they concern this certifier (`sw` or `finkok`)."""
    texts = [root.get("CondicionesDePago") or ""]
    texts += [one.get("Descripcion") or "" for one in root.iterfind(f"{{{CFDI}}}Conceptos/{{{CFDI}}}Concepto")]
    payments = root.iterfind(f"{{{CFDI}}}Complemento/{{{PAGOS}}}Pagos/{{{PAGOS}}}Pago")
    texts += [one.get("NumOperacion") or "" for one in payments]
    found = [marker for text in texts for marker in _MARKER.findall(text)]
    cancelling = tuple(marker for marker in found if _CANCELLING.fullmatch(marker))
    stamping = (_for(marker, certifier) for marker in found if marker not in cancelling)
    return Wishes(next((marker for marker in stamping if marker), ""), cancelling)


def _for(marker: str, certifier: str) -> str:
    """The marker without the name of its certifier; empty where it names another."""
    name, dash, rest = marker.partition("-")
    return (rest if name == certifier else "") if dash and name in ("sw", "finkok") else marker
