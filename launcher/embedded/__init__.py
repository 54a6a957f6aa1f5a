"""Embedded PostgreSQL and Valkey on a data folder, shared by all processes of this machine."""

from launcher.embedded.client import Servers, open_servers

__all__ = ["Servers", "open_servers"]
