"""Plots as boxes of HTML: bars by day, bars by name, ranges. Each is a string for `st.html`; knows nothing of the API.

Streamlit's own charts need `eval`, which the Content-Security-Policy forbids; `docs/decisions/plots.md` tells the rest.
"""
