"""Durable work: a job is started once under its business key, runs in named steps, and survives the death of its process."""
