"""What goes to the bank and onto paper: files of payments, bank days, statements. Knows neither Django nor database."""
