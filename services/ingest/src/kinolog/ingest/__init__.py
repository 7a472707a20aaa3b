"""Takes media in: downloads, verifies, probes and hashes it, makes its poster frame and registers the video."""
