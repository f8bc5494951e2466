"""Whether the process lives, whether it can work, and its figures."""

from typing import Any

from litestar import Request, Response, get
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gateway.api.requests import wiring_of
from gateway.errors import GatewayError


@get("/healthz", opt={"scope": None}, tags=["Health"], summary="The process lives")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@get("/readyz", opt={"scope": None}, tags=["Health"], summary="The process can work: the database answers")
async def readyz(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    try:
        async with wiring_of(request).store.connection() as connection:
            await connection.fetchval("SELECT 1")
    except (GatewayError, OSError, TimeoutError):
        return Response({"status": "unavailable", "database": "no answer"}, status_code=503)
    return Response({"status": "ok", "database": "ok"})


@get("/metrics", opt={"scope": None}, include_in_schema=False)
async def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Prometheus text; queues and breakers are read when asked for, numbers only."""
    wiring, figures, registry = wiring_of(request), request.app.state.metrics, request.app.state.registry
    async with wiring.store.connection() as connection:
        queues = await connection.fetch("SELECT * FROM platform.queue_depths()")
        unsent = await connection.fetch("SELECT * FROM platform.flows_unsent()")
        breakers = await connection.fetch("SELECT environment, jurisdiction, open_until FROM platform.breaker")
    now = wiring.clock()
    figures.show_queues(queues, now)
    figures.show_unsent(unsent)
    figures.show_breakers(breakers, now)
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
