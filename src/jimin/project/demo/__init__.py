"""The demo city: made-up people in the real areas of Jilin City, and staff to serve them."""
