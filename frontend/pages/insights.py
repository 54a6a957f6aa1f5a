"""Insights: how much is asked, how fast and how well it is answered, and what was searched."""

import streamlit as st

from components import insights_page, page_links
from conversation import screen

if mode := screen.wanted_chat():
    st.switch_page(page_links.all_pages()[mode])
insights_page.draw()
