"""The running service: the only package that acts."""
