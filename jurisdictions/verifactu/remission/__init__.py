"""Sending to the AEAT and reading it: messages, answers, what became of a lost one, pacing, hosts and its books."""
