"""Telling people how nights go: what is said, to whom, and what was said before."""
