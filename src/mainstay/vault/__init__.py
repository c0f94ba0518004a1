"""Generated secrets and the site's certificate authority, and the type that never shows a secret."""
