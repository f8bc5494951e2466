"""The HTTP face, called as integrators call it: over ASGI, with a real database behind it."""
