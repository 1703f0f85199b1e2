"""Invoices turned into records: bytes → `Invoice`, or `Refused` with a reason. Knows neither Django nor database."""
