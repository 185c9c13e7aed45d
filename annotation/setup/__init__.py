"""The manager's stage before the work: a project, its cells and their targets."""
