"""Search for a recipe: a portfolio raced by photo, neighbours of the best, a confirmation."""
