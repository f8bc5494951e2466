"""How an invoice comes in: drafted, checked, numbered, sealed and enqueued."""
