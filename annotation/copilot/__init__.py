"""The co-pilot as people meet it: panel, style guide, switches, precision in practice, routing."""
