"""A small world in which the real decisions run: a store, MySQLs, a network, clocks, and all that can go wrong.

`world` holds the parts, `keeper` the cycle around `decide`, `programs` what can happen and in which order, `mutants`
the rules broken on purpose.
"""
