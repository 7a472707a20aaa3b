"""The jobs of the transcribe service."""
