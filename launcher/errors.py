"""The one error of the launcher: a sentence of the catalogue, with what to do, and no traceback."""

from typing import Any

from launcher import messages


class LauncherError(Exception):
    """Something the user can understand and act on.

    `key` names a text in `launcher.messages`; `params` fill its placeholders (JSON values, so
    that the supervisor can hand an error over its control socket).
    """

    def __init__(self, key: str, exit_code: int = 1, **params: Any) -> None:
        super().__init__(key, params)
        self.key = key
        self.params = params
        self.exit_code = exit_code

    def __str__(self) -> str:
        return messages.text(self.key, **self.params)
