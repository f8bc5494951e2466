"""The running service: its storage, its API, its worker, and the processes they run in."""
