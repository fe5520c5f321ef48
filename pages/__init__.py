"""The pages of the dashboard; pages/main.py names them."""
