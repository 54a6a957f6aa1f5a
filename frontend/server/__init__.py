"""What the Streamlit server answers besides Streamlit itself: routes, headers, the cookie. Draws nothing."""
