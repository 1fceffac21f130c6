"""The normal form of a pack under its parameters: what every backend runs, and the digest of what it means."""
