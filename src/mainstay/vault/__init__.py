"""Generated secrets, and the type that never shows one."""
