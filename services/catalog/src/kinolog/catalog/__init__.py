"""Folds the log into tables and answers lists, search and statistics."""
