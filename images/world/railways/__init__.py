"""Trains, their track and their stations."""
