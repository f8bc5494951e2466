"""What callers may write, and what is refused at the door."""
