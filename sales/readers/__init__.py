"""Readers turn bytes into records and problems. They know neither Django nor the database."""
