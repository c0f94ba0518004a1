"""Plain data as YAML."""

from mainstay.spec.dump import as_yaml


def test_data_is_written_in_lines() -> None:
    data = {
        "name": "shop",
        "sites": ["http://a", "http://b"],
        "healthy": True,
        "lag": 1.5,
        "why": "off",
        "database": {},
    }
    assert (
        as_yaml(data)
        == """\
name: shop
sites:
- http://a
- http://b
healthy: true
lag: 1.5
why: off
database: {}
"""
    )
