"""Paying what is owed: proposed, approved by two, given to the bank once, and answered payment by payment."""
