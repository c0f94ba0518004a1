"""The application's releases: built once on the operator's computer, carried whole to the machines."""
