"""The outside interface: REST, WebSocket and media over HTTP."""
