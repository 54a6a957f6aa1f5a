"""Entry point of the web client: `streamlit run app.py` finds the `st.App` below by itself.

Only the wiring stands here. The script that draws every page is `shell/frame.py`; it lies in a folder of its own
because Streamlit, when a deep link is opened first, runs a page that lies in `pages/` beside the main script without
its frame.
"""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from server.errors import on_script_error
from server.protection import ProtectionMiddleware
from server.routes import build_routes

app = st.App(
    Path(__file__).parent / "shell" / "frame.py",
    routes=build_routes(),
    middleware=[Middleware(ProtectionMiddleware)],
    on_script_error=on_script_error,
)
