"""What is inside a media file: looked at in a limited child process, registered as a video.

Needs the extra `kinolog-common[media]`; only the services that handle media files install it.
"""
