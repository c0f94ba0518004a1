"""node_exporter, the figures of a machine."""
