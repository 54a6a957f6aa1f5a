"""Documents: drop files, watch them being read, look into them, search them, keep them in order."""

import streamlit as st

from components import library_page, page_links
from conversation import asking, screen

# A question of the sample document was pressed: it is asked where its answer will stand.
if asking.pending():
    st.switch_page(page_links.all_pages()["advanced"])
if mode := screen.wanted_chat():
    st.switch_page(page_links.all_pages()[mode])
library_page.draw()
