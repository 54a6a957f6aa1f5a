"""What Triple Chat costs and what it withstands, measured on real processes (see README.md)."""
