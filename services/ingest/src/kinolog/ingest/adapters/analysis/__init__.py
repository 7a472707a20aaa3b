"""What can be told of a stored film by decoding it: small pictures, and how it sounds."""
