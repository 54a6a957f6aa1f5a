"""Learn: three lessons that build a working piece each, and how far the learner is."""

import streamlit as st

from components import learn_page, page_links
from conversation import screen

if mode := screen.wanted_chat():
    st.switch_page(page_links.all_pages()[mode])
learn_page.draw()
