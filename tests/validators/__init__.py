"""What holds in every market: sums, dates, numbers with check digits, and the small rule engine."""
