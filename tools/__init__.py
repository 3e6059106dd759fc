"""What `make generate` and its kin run; not shipped."""
