"""Ways to make shapes: soft bodies, carved ones, solids cut by solids, cloth that falls."""
