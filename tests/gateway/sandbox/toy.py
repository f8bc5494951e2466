"""A jurisdiction's authority for tests: a box that keeps what is put into it, and misbehaves on demand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from jurisdictions.contract import Simulator, SimulatorKeys, SimulatorReply, SimulatorRequest


def answer(
    book: Mapping[str, bytes], request: SimulatorRequest, at: datetime, keys: SimulatorKeys, profile: str
) -> SimulatorReply:
    action, _, argument = request.path.removeprefix("/box/").partition("/")
    if action in ("put", "remove", "lost"):
        return _kept(book, action, argument, request.body)
    if action in ("slow", "move", "large", "fail"):
        return _odd(action, argument)
    return _told(action, request, f"{at.isoformat()} {profile}", keys)


def _kept(book: Mapping[str, bytes], action: str, argument: str, body: bytes) -> SimulatorReply:
    if action == "remove":
        return SimulatorReply(changes={argument: None})
    if action == "lost":
        return SimulatorReply(changes={"item:lost": body}, lost=True)
    number = int(book.get("count", b"0")) + 1
    return SimulatorReply(body=str(number).encode(), changes={f"item:{number}": body, "count": str(number).encode()})


def _odd(action: str, argument: str) -> SimulatorReply:
    if action == "slow":
        return SimulatorReply(body=b"slow", delay_seconds=float(argument))
    if action == "move":
        return SimulatorReply(status=302, headers={"Location": "/box/echo"})
    if action == "large":
        return SimulatorReply(body=b"x" * int(argument))
    raise ZeroDivisionError("a defect")


def _told(action: str, request: SimulatorRequest, when: str, keys: SimulatorKeys) -> SimulatorReply:
    peer = request.client_certificate
    match action:
        case "who":
            return SimulatorReply(status=200 if peer else 401, body=peer or b"")
        case "headers":
            found = "\n".join(f"{name}: {value}" for name, value in sorted(request.headers.items()))
            return SimulatorReply(body=found.encode(), headers={"X-Toy": "yes", "Set-Cookie": "a=b"})
        case "echo":
            return SimulatorReply(body=request.body, headers={"Content-Type": "text/plain"})
        case "sign":
            return SimulatorReply(body=keys.sign("stamping", request.body))
        case "when":
            return SimulatorReply(body=when.encode())
        case _:
            return SimulatorReply(status=404)


TOY = Simulator(
    answer=answer,
    endpoints={"box": "/box"},
    client_certificate=True,
    signers=("stamping",),
    founding={"founded": b"yes"},
)
