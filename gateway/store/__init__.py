"""Rows and the transactions that move them. SQL lives here and in the migrations, nowhere else."""
