"""What people say back: appeals, conversations, the feedback inbox and its digests (docs/feedback.md)."""
