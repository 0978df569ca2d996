"""Makes event files like the real one: seeded, so the same seed gives the same text on any machine."""
