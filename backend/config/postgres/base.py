"""Django's PostgreSQL backend, with a pool that gets over connections that the server has dropped.

When psycopg's pool meets one of them it waits 1 s before it looks at the next, then 2 s: after a
restart of the server, which drops all at once, requests waited for seconds and then failed.
Here a dropped one is thrown away and the next one taken at once; the pool makes new ones meanwhile.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base

from chat.open_connections import is_open


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return an open connection. Raises PoolTimeout when the server lets nobody in."""
        while True:
            connection = super().get_new_connection(conn_params)
            if not self.pool or is_open(connection):
                return connection
            # A closed one that is given back is replaced.
            connection.close()
            self.pool.putconn(connection)
