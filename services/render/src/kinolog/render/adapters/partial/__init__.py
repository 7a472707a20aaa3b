"""Joining new packets to those a film has: what touches a stranger's packets runs in child programs."""
