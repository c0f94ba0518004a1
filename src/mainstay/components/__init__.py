"""One folder per real part; they never import each other."""
