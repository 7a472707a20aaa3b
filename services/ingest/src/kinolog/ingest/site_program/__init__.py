"""`python -I -m kinolog.ingest.site_program QUESTION` reads one site by yt-dlp, as a child of the service.

It alone imports yt-dlp, whose many parts read what strangers write. It may connect to the proxy it is given and to
nothing else, start no program, and write into its two folders.
"""
