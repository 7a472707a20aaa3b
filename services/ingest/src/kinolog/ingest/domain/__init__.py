"""The rules of taking media in."""
