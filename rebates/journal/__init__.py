"""The journal of a vendor's ledger for its bookkeeping: read in flat memory, written as CSV, for DATEV, for hledger."""
