"""Everything that happens before Django exists: install, embedded servers, supervision.

Knows the other parts only by the commands that start them; imports none of their code.
"""
