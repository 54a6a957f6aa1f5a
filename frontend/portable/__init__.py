"""Bringing conversations in, as the page needs it. Draws nothing."""
