"""Front door: arguments in, sentences and exit codes out; one file per verb."""
