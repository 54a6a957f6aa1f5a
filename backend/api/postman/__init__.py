"""The Postman collection, made from the OpenAPI schema so that it cannot drift from the API.

`story.py` orders the operations so that a run from top to bottom passes on a fresh
server; `collection.py` turns them into Postman's format; `scripts.py` holds what runs
after each reply.
"""

from api.postman.collection import build_collection

__all__ = ["build_collection"]
