"""Are the two ports free? Asked before anything is started, so that the answer is a sentence."""

import errno
import socket

from launcher.errors import LauncherError


def check_ports(host: str, backend_port: int, frontend_port: int) -> None:
    if backend_port == frontend_port:
        raise LauncherError("same_port", 2, port=backend_port)
    _check(host, backend_port, "--backend-port")
    _check(host, frontend_port, "--frontend-port")


def _check(host: str, port: int, option: str) -> None:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            # As the servers do it: connections that are just closing do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise LauncherError("port_taken", host=host, port=port, option=option) from error
        raise LauncherError(
            "address_unusable", host=host, port=port, option=option, reason=error.strerror or str(error)
        ) from error
