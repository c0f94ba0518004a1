"""The keeper: decides with its peers who is primary, and sees to it."""
