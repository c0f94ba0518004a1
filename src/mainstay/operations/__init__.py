"""The verbs: each one function that reads as a runbook."""
