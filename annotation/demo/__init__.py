"""The demo project: every row of it made through the real stage functions."""
