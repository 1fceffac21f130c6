"""What an open claim is missing, and what to ask for next."""
