"""Contexts and finished pairs from files: read, mapped, checked row by row, stored once."""
