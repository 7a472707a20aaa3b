"""Pure rules of the transcribe service."""
