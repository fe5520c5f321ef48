"""From predictions and class maps to scores, criteria and the verdict."""
