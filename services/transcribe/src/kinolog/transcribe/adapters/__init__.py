"""One module for each outside thing: media files, the model hub, the models themselves, threads."""
