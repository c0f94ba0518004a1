"""A file in, the files of every machine out."""
