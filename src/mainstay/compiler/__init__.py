"""Pure: the user's file in, a plan out; a plan and the machines' states in, changes out."""
