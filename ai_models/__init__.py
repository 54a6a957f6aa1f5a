"""AI models behind one contract; pure Python, no Django."""
