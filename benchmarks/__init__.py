"""Figures of the house, each as a ratio to a named peer or ceiling in the same run; medians; never a timed test."""
