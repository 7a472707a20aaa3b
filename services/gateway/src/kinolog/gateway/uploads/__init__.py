"""Uploads: plain ones and resumable ones, from the first byte to the job."""
