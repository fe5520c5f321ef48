"""Plain data that pages draw."""
