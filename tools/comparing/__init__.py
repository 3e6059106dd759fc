"""Compares two versions of the API: their documents, and the packages that come of them."""
