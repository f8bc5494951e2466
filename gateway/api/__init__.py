"""The HTTP face: thin handlers that decode, call one use case, and answer."""
