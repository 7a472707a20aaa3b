"""Makes new videos out of old ones with ffmpeg: burned captions, trims, splits."""
