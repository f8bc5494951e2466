"""The talk with the PACs and with SAT: two PACs that know nothing of each other, and never two stamps."""
