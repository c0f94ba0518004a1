"""The distributed design: what it does, what it survives, and how it is changed."""
