"""What the gateway promises to its callers: the market-neutral invoice, its parties, money, taxes, findings and
answers."""
