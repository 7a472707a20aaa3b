"""The kinolog command: runs the whole platform on one machine and talks to a running one."""
