"""What a pack that means something still lacks: each check a module with its code, its sentences and how it finds."""
