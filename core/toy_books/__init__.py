"""The bundled data set `toy_books`: photographs of fictional books, drawn by our own code."""

from core.toy_books.draw import draw_toy_books as draw_toy_books
