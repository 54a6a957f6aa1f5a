"""What a chat page does: open, ask, wait, look back. Talks to the API, keeps the tab's state; draws nothing."""
