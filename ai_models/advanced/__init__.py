"""Models that answer from passages and cite them: one over any language model, and one that quotes."""
