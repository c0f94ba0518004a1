"""nginx-prometheus-exporter, the figures of Nginx."""
