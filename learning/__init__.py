"""The checks of the learning path (docs/learn/): `python run.py learn 1|2|3`."""
