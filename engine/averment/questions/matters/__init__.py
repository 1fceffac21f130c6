"""Which of the given facts a claim turns on."""
