"""The tests: unit, golden, architecture and lab, one folder each."""
