"""The catalog's pure rules: how events become rows, and what a list may be asked for."""
