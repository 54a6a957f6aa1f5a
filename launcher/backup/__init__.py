"""`run.py backup FILE` and `run.py restore FILE`: the database, the files and the secrets, in one archive.

Not in it: what can be lost (Redis), what belongs to the servers of one data folder (their passwords), logs,
and `.env`, which is the keeper's own.
"""
