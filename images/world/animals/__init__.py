"""Horses and deer."""
