"""What a well-formed pack still lacks: checks read the model and report, each in a module of its own."""
