"""Going live: a vendor brings the partners it has, as a file that is checked as a whole before anything is written."""
