"""What the bank answers, turned into records: bytes → `Answer`. Knows neither Django nor database."""
