"""Record in, numbers and evidence out: pure and deterministic, no I/O, no clock."""
