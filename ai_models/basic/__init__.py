"""The models of the first kind: one that quotes, and any OpenAI-compatible endpoint."""
