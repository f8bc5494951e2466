"""The rules of the house itself: who may import whom, where things lie, what is never committed."""
