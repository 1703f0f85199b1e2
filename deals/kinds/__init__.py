"""The kinds of criteria that count deals."""
