"""What the project promises of its speed, measured: `make bench`."""
