"""Hours, rates, the ledger and payment runs (docs/ledger.md)."""
