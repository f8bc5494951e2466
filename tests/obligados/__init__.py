"""A day of twenty Spanish obligados: records of every kind on their way to an AEAT that loses, delays and refuses.

`python -m tests.obligados` is the long form; `tests/journeys/test_obligados.py` runs a short one. What is refused, what
is lost and when the AEAT is away is drawn from the seed; how the records meet it is up to the machine.
"""
