"""A consultation: question by question until the claim is settled."""
