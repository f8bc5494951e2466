"""Every refusal as a problem (RFC 9457), with all findings at once; never a bare 500, never a stack trace."""

from __future__ import annotations

from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from gateway.errors import GatewayError, NotFound
from gateway.intake.pointers import pointer_of, pointer_of_path
from schemas.answers import Problem
from schemas.findings import Finding, Findings

TYPES = "https://docs.e-invoicing-gateway.example/problems/"
PROBLEM_JSON = "application/problem+json"
log = structlog.get_logger("api")


def answer(request: Request[Any, Any, Any], problem: Problem, headers: dict[str, str] | None = None) -> Response[Any]:
    return Response(
        content=msgspec.json.encode(problem),
        status_code=problem.status,
        media_type=PROBLEM_JSON,
        headers={**(headers or {}), "Request-Id": problem.request_id},
    )


def _problem(
    request: Request[Any, Any, Any], *, status: int, code: str, title: str, detail: str, **rest: Any
) -> Problem:
    return Problem(
        type=TYPES + code,
        title=title,
        status=status,
        code=code,
        detail=detail,
        instance=request.url.path,
        request_id=getattr(request.state, "request_id", "req_unknown"),
        **rest,
    )


def refused(request: Request[Any, Any, Any], why: GatewayError) -> Response[Any]:
    """One of our own refusals."""
    link = why.extra.get("link")
    problem = _problem(
        request,
        status=why.status,
        code=why.code,
        title=why.title,
        detail=why.detail,
        retryable=why.retryable,
        findings=why.findings,
        link=link if isinstance(link, str) else None,
    )
    return answer(request, problem, why.headers)


def unreadable(request: Request[Any, Any, Any], why: ValidationException) -> Response[Any]:
    """A body, parameter or header of the wrong shape, with pointers."""
    problem = _problem(
        request,
        status=400,
        code="malformed",
        title="The request cannot be read",
        detail="The request does not have the shape that this operation takes.",
        findings=_shape_findings(why),
    )
    return answer(request, problem)


def _shape_findings(why: ValidationException) -> Findings:
    extra = why.extra if isinstance(why.extra, list) else []
    findings = []
    for one in extra:
        message, key, source = str(one.get("message", "")), str(one.get("key", "")), str(one.get("source", "body"))
        in_body = str(source).lower().endswith("body") or source == ""
        pointer, sentence = pointer_of(message)
        if in_body:
            findings.append(Finding(rule="GW-SHAPE", message=sentence, pointer=pointer or pointer_of_path(key)))
        else:
            findings.append(Finding(rule="GW-SHAPE", message=sentence, location=f"{source}: {key}"))
    return tuple(findings) or (Finding(rule="GW-SHAPE", message=pointer_of(why.detail)[1], pointer=""),)


_TITLES = {
    400: ("malformed", "The request cannot be read"),
    404: ("not_found", NotFound.title),
    405: ("method_not_allowed", "This resource does not take this method"),
    413: ("too_large", "The body is larger than 10 MB"),
    415: ("unsupported_media_type", "This operation does not take that media type"),
}


def http(request: Request[Any, Any, Any], why: HTTPException) -> Response[Any]:
    """What the framework itself refuses."""
    if why.status_code >= 500:
        return unexpected(request, why)
    code, title = _TITLES.get(why.status_code, ("refused", "The request was refused"))
    return answer(
        request,
        _problem(request, status=why.status_code, code=code, title=title, detail=str(why.detail)),
        dict(why.headers or {}),
    )


def unexpected(request: Request[Any, Any, Any], why: Exception) -> Response[Any]:
    """A defect of ours: logged whole, told briefly."""
    log.error("unexpected", request_id=getattr(request.state, "request_id", None), exc_info=why)
    problem = _problem(
        request,
        status=500,
        code="internal",
        title=GatewayError.title,
        detail="It has been logged under this request id. The same request may be sent again with its Idempotency-Key.",
        retryable=True,
    )
    return answer(request, problem)


HANDLERS: dict[Any, Any] = {
    GatewayError: refused,
    ValidationException: unreadable,
    HTTPException: http,
    Exception: unexpected,
}
