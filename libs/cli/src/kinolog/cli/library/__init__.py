"""Taking in what exists already: folders of media files, and the libraries of the system before this one."""
