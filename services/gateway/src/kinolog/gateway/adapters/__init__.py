"""One module for each thing outside that the gateway asks."""
