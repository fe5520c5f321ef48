"""What the web server answers beside Streamlit's pages; app.py names it."""
