"""The least that a chat in Streamlit can be: what a page answers that asks nobody. Run by Streamlit itself."""

import streamlit as st

asked: list[str] = st.session_state.setdefault("asked", [])
if question := st.chat_input("Ask"):
    asked.append(question)
for number, each in enumerate(asked):
    with st.container(key=f"turn-{number}"):
        st.html(f'<p class="tc-question">{each}</p>')
        with st.container(key=f"answer-{number}"):
            st.markdown("an answer")
