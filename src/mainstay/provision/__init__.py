"""A manifest onto a machine. The only package that knows pyinfra; knows no component."""
