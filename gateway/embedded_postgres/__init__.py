"""The PostgreSQL that comes along: one cluster below a directory, with nothing to install and nothing to configure.

`EmbeddedPostgres` owns a cluster: it starts the postmaster and takes it along when it dies, however it dies. One
process owns; every other one calls `attach` and speaks to the same socket. Whoever has a server of their own sets
DATABASE_URL and never comes here. Linux and macOS.
"""

from gateway.embedded_postgres.address import ClusterAddress, attach
from gateway.embedded_postgres.cluster import EmbeddedPostgres
from gateway.embedded_postgres.unavailable import ClusterOwned, EmbeddedPostgresUnavailable

__all__ = ["ClusterAddress", "ClusterOwned", "EmbeddedPostgres", "EmbeddedPostgresUnavailable", "attach"]
