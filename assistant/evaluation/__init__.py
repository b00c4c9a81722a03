"""Questions with known answers, and the figures of how many are answered right."""
