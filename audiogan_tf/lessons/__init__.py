"""What one lesson needs and nobody else: toys, figures, the checks of its exercises."""
