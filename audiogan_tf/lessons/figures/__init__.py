"""Each lesson's own pictures, by its number."""
