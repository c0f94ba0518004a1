"""Dashboards for Grafana, of what the components of a site say is to be looked at first."""
