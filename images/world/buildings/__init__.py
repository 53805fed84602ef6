"""Walls of stone and wood: churches, castles, bridges, mills, a town."""
