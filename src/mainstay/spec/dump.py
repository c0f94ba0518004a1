"""Plain data as YAML, for `-o yaml`."""

import io
from typing import Any

from ruamel.yaml import YAML


def as_yaml(data: Any) -> str:
    """YAML text of plain data: mappings, lists, strings, numbers, booleans, None."""
    yaml = YAML()
    yaml.default_flow_style = False
    sink = io.StringIO()
    yaml.dump(data, sink)
    return sink.getvalue()
