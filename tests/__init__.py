"""The tests mirror the code; see CONTRIBUTING.md for how to run them."""
