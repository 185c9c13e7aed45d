"""How experts come in: calls with quotas, applications, invitations, and how far everybody is (docs/onboarding.md)."""
