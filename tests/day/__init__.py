"""A day in Mexico: thousands of invoices, two certifiers that lose answers and fail by turns, one stamp a number.

`python -m tests.day` is the long form; `tests/journeys/test_day.py` runs a short one. What is lost and when who fails
is drawn from the seed; how the invoices meet it is up to the machine.
"""
