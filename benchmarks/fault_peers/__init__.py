"""Other clients under the faults of tests/faults/: what each of them makes of a creation."""
