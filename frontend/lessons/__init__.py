"""The lessons of `docs/learn/` as the Learn page shows them, and how far the learner is. Draws nothing."""
