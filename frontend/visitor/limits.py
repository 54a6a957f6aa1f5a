"""How large the server lets files be."""

from typing import Final, Literal

import streamlit as st

from api_client import ApiError
from visitor import identity

_STATE: Final = "server_limits"


def most_megabytes(what: Literal["document", "import"]) -> int | None:
    """Of one file, rounded down; None while the server does not say. Asked once."""
    if _STATE not in st.session_state:
        try:
            st.session_state[_STATE] = identity.client().limits()
        except ApiError:
            return None
    limits: dict[str, int] = st.session_state[_STATE]
    most = limits.get(f"{what}_bytes")
    return most and max(1, most // 1_000_000)
