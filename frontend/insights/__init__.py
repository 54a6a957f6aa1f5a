"""Which days the Insights page shows, and how they are put together. Draws nothing."""
