"""What the library's pages do: collections, files on their way, documents, passages, pictures. Draws nothing."""
