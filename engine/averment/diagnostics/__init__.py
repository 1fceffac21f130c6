"""What averment has to say about what somebody wrote: findings as data, their catalogue, and their renderers."""
