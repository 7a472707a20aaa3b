"""Turns speech into captions with faster-whisper."""
