"""Who is admitted to what, and how people learn: qualification tests and training sets (docs/testing.md)."""
