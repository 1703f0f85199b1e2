"""Statements: what a payment is made of, as a document for bookkeepers. See docs/statements.md."""
