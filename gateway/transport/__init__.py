"""The only way out: what a jurisdiction asks is carried to the authority (or its simulator), and the answer back.

`endpoints_for` decides once where each endpoint lies in an environment; a `Transport` owns the connections of an
environment; a `Line` speaks for one issuer. `stored_request` and `stored_answer` are what the exchange log may keep.
"""

from gateway.transport.endpoints import Endpoint, EndpointRefused, endpoints_for
from gateway.transport.line import Line
from gateway.transport.record import StoredRequest, stored_answer, stored_request
from gateway.transport.transport import Identity, Limits, Transport

__all__ = [
    "Endpoint",
    "EndpointRefused",
    "Identity",
    "Limits",
    "Line",
    "StoredRequest",
    "Transport",
    "endpoints_for",
    "stored_answer",
    "stored_request",
]
