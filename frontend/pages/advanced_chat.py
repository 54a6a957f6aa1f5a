"""Advanced chat: answers from the visitor's own documents, with citations that open what they quote."""

from components import chat_page, library_offer

chat_page.draw("advanced", draw_empty=library_offer.draw_in_chat)
