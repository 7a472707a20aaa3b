"""Encoding a long film in segments: finding where to cut it, encoding each, joining what came of them."""
