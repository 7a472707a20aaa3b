"""The routes: one module per resource, one function per operation."""
