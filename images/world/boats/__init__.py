"""Boats: hulls from their lines, what stands on deck, spars and sails. The bow points to -y; 0 is the waterline."""
