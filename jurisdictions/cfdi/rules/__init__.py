"""The rules of CFDI 4.0 and Pagos 2.0 by their own codes, and the room of the law in front of them."""
