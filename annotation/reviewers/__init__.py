"""Reviewers are measured too: frozen copies with known verdicts, second looks, agreement (docs/reviewers.md)."""
