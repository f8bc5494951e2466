"""Delivery: leases due flows, takes each as far as one exchange goes, and settles what became of its documents.

`loop.Worker` leases and runs turns, `turn` carries one flow, `delivery` talks with the authority, `settlement` turns
outcomes into rows, `wallet` fills in secrets, `breaker` counts failures, `sequencer` numbers what was committed, and
`timekeeper` watches deadlines.
"""

from gateway.worker.house import House, Lines, Pace
from gateway.worker.loop import Worker
from gateway.worker.sequencer import Sequencer
from gateway.worker.timekeeper import Timekeeper

__all__ = ["House", "Lines", "Pace", "Sequencer", "Timekeeper", "Worker"]
