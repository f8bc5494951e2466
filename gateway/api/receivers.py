"""Whether a receiver can be reached, before anything is sent to it."""

from typing import Any

from litestar import Request, get
from litestar.params import FromPath

from gateway import presentation
from gateway.actor import Scope
from gateway.api.law import named
from gateway.api.requests import origin_of, wiring_of
from gateway.errors import Malformed, NotFound
from gateway.lookups import look_up
from jurisdictions.contract import Environment
from schemas.answers import ReceiverAnswer


@get(
    "/v1/jurisdictions/{code:str}/receivers/{receiver:str}",
    opt={"scope": Scope.JURISDICTIONS_READ},
    tags=["Jurisdictions"],
    summary="Whether a receiver can be reached, asked of the network now",
)
async def receivers(
    request: Request[Any, Any, Any], code: FromPath[str], receiver: FromPath[str]
) -> tuple[ReceiverAnswer, ...]:
    """One answer for each kind of document: `not_registered`, `without_type`, `capable`, or `could_not_ask`, which says
    nothing of the receiver. Nothing is sent to it. 404 where the jurisdiction has no registry of receivers."""
    wiring, lookup = wiring_of(request), named(request, code).law.lookup
    if lookup is None:
        raise NotFound(f"{code} has no registry of receivers that could be asked.")
    environment: Environment = "live" if origin_of(request).actor.environment == "live" else "test"
    try:
        found = await look_up(code, lookup, receiver, environment, wiring.ways_out, wiring.clock)
    except ValueError as why:
        raise Malformed(str(why), code="receiver_invalid") from None
    return tuple(presentation.receiver(one) for one in found)
