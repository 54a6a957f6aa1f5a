"""JavaScript that Postman and newman run after a reply."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

ERROR_SHAPE = """\
if (pm.response.code >= 400) {
    pm.test("the error has the one shape", () => {
        pm.expect(pm.response.json().error).to.have.all.keys("code", "message", "details", "request_id");
    });
}"""


def after_reply(script: str) -> dict[str, Any]:
    """Wrap a script as the event that Postman calls `test`."""
    return {"listen": "test", "script": {"type": "text/javascript", "exec": script.split("\n")}}


def check_reply(statuses: list[int], keeps: Mapping[str, str]) -> str:
    """Return the script that checks the status and stores what later requests need."""
    names = " or ".join(str(status) for status in statuses)
    lines = [f'pm.test("status {names}", () => pm.expect(pm.response.code).to.be.oneOf({json.dumps(statuses)}));']
    if keeps:
        lines.append("if (pm.response.code < 300) {")
        lines += [f'    pm.collectionVariables.set("{name}", pm.response.json().{of});' for name, of in keeps.items()]
        lines.append("}")
    return "\n".join(lines)
