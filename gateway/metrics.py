"""What Prometheus is told: queues, outcomes, latencies, breakers. One `Metrics` a process, on its registry."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

PLACE = ("jurisdiction", "environment")
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """The worker's and the sequencer's instruments. Labels name jurisdictions and states, never a tenant."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self.outcomes = Counter(
            "gateway_submission_outcomes", "Documents settled", (*PLACE, "state"), registry=registry
        )
        self.exchanges = Histogram(
            "gateway_exchange_seconds",
            "Seconds from question to answer",
            (*PLACE, "endpoint", "result"),
            buckets=SECONDS,
            registry=registry,
        )
        self.depth = Gauge("gateway_queue_depth", "Documents not settled yet", (*PLACE, "state"), registry=registry)
        self.age = Gauge(
            "gateway_queue_oldest_seconds", "Age of the oldest of them", (*PLACE, "state"), registry=registry
        )
        self.unsent = Gauge(
            "gateway_flow_unsent", "Unsent documents of the fullest flows", (*PLACE, "flow"), registry=registry
        )
        self.flows_held = Gauge("gateway_flows_held", "Flows that a person must mend", PLACE, registry=registry)
        self.flows_backing_off = Gauge(
            "gateway_flows_backing_off", "Flows that rest after a failure", PLACE, registry=registry
        )
        self.breaker_open = Gauge("gateway_breaker_open", "1 while nobody asks the authority", PLACE, registry=registry)
        self.turns = Gauge(
            "gateway_turns_running", "Exchanges under way in this process", ("jurisdiction",), registry=registry
        )
        self.tasks = Counter(
            "gateway_tasks", "Deadlines and other tasks looked at", (*PLACE, "kind", "result"), registry=registry
        )
        self.overdue = Gauge(
            "gateway_tasks_overdue", "Tasks whose time has come and that wait", (*PLACE, "kind"), registry=registry
        )
        self.sequenced = Counter("gateway_rows_sequenced", "Events and audit rows numbered", registry=registry)

    def show_queues(self, rows: Iterable[Any], at: datetime) -> None:
        """Rows of `platform.queue_depths`: what is no longer there counts nothing."""
        self.depth.clear()
        self.age.clear()
        for row in rows:
            labels = row["jurisdiction"], row["environment"], row["state"]
            self.depth.labels(*labels).set(row["depth"])
            self.age.labels(*labels).set(max(0.0, (at - row["oldest"]).total_seconds()))

    def show_unsent(self, rows: Iterable[Any]) -> None:
        """Rows of `platform.flows_unsent`: a flow that is empty again is no longer shown."""
        self.unsent.clear()
        for row in rows:
            self.unsent.labels(row["jurisdiction"], row["environment"], row["key"]).set(row["unsent"])

    def show_flows(self, rows: Iterable[Any]) -> None:
        """Rows of `platform.flows_at_rest`."""
        for row in rows:
            self.flows_held.labels(row["jurisdiction"], row["environment"]).set(row["held"])
            self.flows_backing_off.labels(row["jurisdiction"], row["environment"]).set(row["backing_off"])

    def show_tasks(self, rows: Iterable[Any]) -> None:
        """Rows of `platform.tasks_overdue`: what is no longer there counts nothing."""
        self.overdue.clear()
        for row in rows:
            self.overdue.labels(row["jurisdiction"], row["environment"], row["kind"]).set(row["overdue"])

    def show_breakers(self, rows: Iterable[Any], at: datetime) -> None:
        """Rows of `platform.breaker`."""
        for row in rows:
            is_open = row["open_until"] is not None and row["open_until"] > at
            self.breaker_open.labels(row["jurisdiction"], row["environment"]).set(float(is_open))
