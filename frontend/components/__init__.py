"""What is seen: each module draws one part of the page from what it is given or from the visitor's state."""
