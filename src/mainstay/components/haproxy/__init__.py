"""HAProxy: the balancer, and the application's local way to the database."""
