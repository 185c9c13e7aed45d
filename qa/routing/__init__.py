"""Whether a text is for generalists or for people of a field. No Django."""
