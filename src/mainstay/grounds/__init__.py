"""Where machines come from, and how to reach and hurt them."""
