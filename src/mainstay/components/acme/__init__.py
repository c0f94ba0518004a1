"""Certbot: certificates that browsers know, asked for and renewed by each balancer."""
