"""What the service can refuse, as one tree. Findings are values and an authority's answer is never an exception.

GatewayError
├── Malformed          400  the request cannot be read
├── Unauthenticated    401  no key, or an unknown one
├── Forbidden          403  the key may not do this
├── NotFound           404  no such thing for this tenant
├── Conflict           409  the thing has moved on, or the event is known already
├── Precondition       412  the ETag is stale
├── Refused            422  the rules say no; all findings at once
└── Busy               503  a lock or a pool was not to be had; the same request may be sent again
"""

from __future__ import annotations

from collections.abc import Mapping

from schemas.findings import Findings


class GatewayError(Exception):
    """Something that the caller is told as a problem (RFC 9457)."""

    status = 500
    code = "internal"
    title = "Something went wrong on our side"
    retryable = False

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        findings: Findings = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.findings = findings
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})


class Malformed(GatewayError):
    status, code, title = 400, "malformed", "The request cannot be read"


class Unauthenticated(GatewayError):
    status, code, title = 401, "unauthenticated", "A valid API key is needed"


class Forbidden(GatewayError):
    status, code, title = 403, "forbidden", "This API key may not do this"


class NotFound(GatewayError):
    status, code, title = 404, "not_found", "There is no such thing here"


class Conflict(GatewayError):
    status, code, title = 409, "conflict", "The state of things does not allow it"


class Precondition(GatewayError):
    status, code, title = 412, "stale", "It has changed since you read it"


class Refused(GatewayError):
    status, code, title = 422, "refused", "The rules do not allow it"


class Busy(GatewayError):
    status, code, title, retryable = 503, "busy", "Not now; send the same request again", True
