"""What goes to the bank: files made of payments, the days on which banks book. Knows neither Django nor database."""
