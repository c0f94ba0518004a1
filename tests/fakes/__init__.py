"""Stand-ins that keep the same promises as the real things, in memory."""
