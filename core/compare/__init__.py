"""What differs between runs, in numbers and words."""
