"""What goes to the bank and onto paper: files made of payments, days on which banks book, statements. Knows neither Django nor database."""
