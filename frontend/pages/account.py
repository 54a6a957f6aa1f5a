"""The account: keep the chats, sign in, devices, export, delete; for administrators also the other accounts."""

from components import account_page

account_page.draw()
