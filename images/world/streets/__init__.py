"""Streets, and the houses and roofs along them."""
