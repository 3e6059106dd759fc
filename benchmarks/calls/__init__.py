"""Calls: ours and those of other clients against the same canned server, in turns."""
