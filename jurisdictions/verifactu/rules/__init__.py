"""The AEAT's rules by their own codes over facts, the invoicing regulation's, and the law in front of them."""
