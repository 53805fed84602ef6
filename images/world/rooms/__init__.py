"""Rooms: their shells, and how each kind is furnished."""
