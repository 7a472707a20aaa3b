"""The jobs of this service: one module per family, all of them at work in the same studio."""
