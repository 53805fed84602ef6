"""Where land meets the sea, above and below."""
