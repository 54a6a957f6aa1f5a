"""The account: keep the chats, sign in, devices, export, delete; for administrators also the other accounts."""

import streamlit as st

from components import account_page, page_links
from conversation import screen

if mode := screen.wanted_chat():
    st.switch_page(page_links.all_pages()[mode])
account_page.draw()
