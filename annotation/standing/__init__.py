"""What people see of standing, and what a manager may decide about it (docs/standing.md, docs/people.md)."""
