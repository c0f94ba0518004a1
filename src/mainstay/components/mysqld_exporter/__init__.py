"""mysqld_exporter, the figures of MySQL."""
