"""A page that shows what the endpoint counts."""

import streamlit as st
from visitor import identity

st.title("My words")
if not identity.is_signed_in():
    st.info("Ask a question first.")
else:
    counted = identity.client().extension("my-words/")
    left, right = st.columns(2)
    left.metric("Questions", counted["questions"])
    right.metric("Words", counted["words"])
