"""Reading invoices: on samples made here, and on public ones where ../shared holds them."""
