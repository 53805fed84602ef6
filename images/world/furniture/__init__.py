"""What stands, hangs and lies in rooms: each module builds one kind of thing, at the origin, in metres."""
