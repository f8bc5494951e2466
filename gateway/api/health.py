"""Whether the process lives, whether it can work, and its figures."""

from typing import Any

from litestar import Request, Response, get
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gateway.api.requests import wiring_of
from gateway.errors import GatewayError
from gateway.metrics import observe_queues


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
    """Prometheus text; queue depths are read when asked for."""
    await observe_queues(wiring_of(request).store)
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
