"""blackbox_exporter, the site as visitors find it."""
