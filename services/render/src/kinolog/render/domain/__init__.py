"""The rules of rendering: what may be asked for, what is to be made, and when it is whole."""
