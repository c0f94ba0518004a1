"""One site whose primary is lost in many ways."""
