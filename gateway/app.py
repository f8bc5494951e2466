"""The ASGI application: everything is wired here, nothing at import."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from litestar import Litestar
from litestar.config.response_cache import ResponseCacheConfig
from litestar.datastructures import State
from litestar.middleware import ASGIMiddleware
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, SwaggerRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Tag
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import CollectorRegistry

from gateway.api.attestations import AttestationController, paper_document, papers
from gateway.api.authentication import Keyholders, guard
from gateway.api.bodies import JsonRequest
from gateway.api.cases import CaseController
from gateway.api.customers import CustomerController
from gateway.api.described import describe
from gateway.api.health import healthz, metrics, readyz
from gateway.api.invoices import InvoiceController
from gateway.api.issuers import IssuerController
from gateway.api.law import JurisdictionController, events, validate
from gateway.api.payments import PaymentController
from gateway.api.problems import HANDLERS
from gateway.api.receivers import receivers
from gateway.api.requests import RESPONSES
from gateway.api.submissions import SubmissionController, flows, incidents
from gateway.metrics import Metrics
from gateway.wiring import Wiring

MAX_BODY = 10_000_000
VERSION = "0.1.0"
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.:\-]{1,100}")
log = structlog.get_logger("api")


class RequestIds(ASGIMiddleware):
    """A Request-Id on every answer, ours unless the caller brought a decent one, and in every log line beneath it."""

    def __init__(self, new_id: Callable[[], Any]) -> None:
        self._new_id = new_id

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        brought = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"request-id"), "")
        request_id = brought if _REQUEST_ID.fullmatch(brought) else f"req_{self._new_id().hex}"
        scope["state"]["request_id"] = request_id
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await next_app(scope, receive, self._named(send, request_id))

    @staticmethod
    def _named(send: Send, request_id: str) -> Callable[[Message], Awaitable[None]]:
        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [pair for pair in message["headers"] if pair[0].lower() != b"request-id"]
                message["headers"] = [*headers, (b"request-id", request_id.encode())]
            await send(message)

        return named


def openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="E-invoicing gateway",
        version=VERSION,
        description="Market-neutral invoices in; one legal document per business event out, in every jurisdiction.",
        path="/schema",
        render_plugins=[JsonRenderPlugin(), SwaggerRenderPlugin()],
        components=Components(security_schemes={"key": SecurityScheme(type="http", scheme="bearer")}),
        security=[{"key": []}],
        tags=[Tag(name="Invoices", description="Draft, check, finalize; then follow.")],
        use_handler_docstrings=True,
    )


def create_app(
    wiring: Wiring,
    *,
    on_shutdown: list[Callable[[], Awaitable[None]]] | None = None,
    debug: bool = False,
    described: bool = True,
) -> Litestar:
    """The application over the given parts. A handler without a `scope` fails here, not at its first request.

    `described`: it serves its own OpenAPI document, which takes most of the time of making it.
    """
    registry = CollectorRegistry()
    app = Litestar(
        route_handlers=[
            InvoiceController,
            IssuerController,
            AttestationController,
            CustomerController,
            PaymentController,
            SubmissionController,
            CaseController,
            JurisdictionController,
            papers,
            paper_document,
            receivers,
            flows,
            incidents,
            validate,
            events,
            healthz,
            readyz,
            metrics,
        ],
        guards=[guard],
        middleware=[RequestIds(wiring.new_id)],
        exception_handlers=HANDLERS,
        request_class=JsonRequest,
        request_max_body_size=MAX_BODY,
        openapi_config=openapi() if described else None,
        state=State(
            {
                "wiring": wiring,
                "keyholders": Keyholders(wiring.store, wiring.clock),
                "registry": registry,
                "metrics": Metrics(registry),
            }
        ),
        on_shutdown=list(on_shutdown or []),
        debug=debug,
        logging_config=None,
        response_cache_config=ResponseCacheConfig(),
    )
    _published(app)
    if described:
        describe(app.openapi_schema)
    return app


def _published(app: Litestar) -> None:
    """Give every handler of ours the problems that it may answer; refuse one that names no scope."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            ours = str(handler.fn.__module__).startswith("gateway.")
            if ours and "scope" not in handler.opt:
                raise RuntimeError(f"handler without a scope: {handler}")
            if ours:
                handler.responses = {**RESPONSES, **(handler.responses or {})}
