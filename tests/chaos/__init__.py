"""Chaos: processes killed and the database cut off while invoices flow, and then a reckoning of every book.

`python -m tests.chaos` is the long form; `tests/journeys/test_chaos.py` runs a short one. What happens when is drawn
from the seed; how far each process has come by then is up to the machine.
"""
