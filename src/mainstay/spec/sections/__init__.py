"""The sections of the file as frozen models, one module per section."""
