"""How messages come in: the front door for all of them, and the channels that carry bytes to it."""
