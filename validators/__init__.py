"""Rules that hold everywhere, check digits, arithmetic and the engine that runs rules. Pure."""
