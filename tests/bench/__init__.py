"""What `make bench` measures: ratios on a database of its own, against floors measured in the same run."""
