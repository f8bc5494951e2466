"""The obligado by itself: its regime, who may send for it, what is declared of its system, and how long all is kept."""
