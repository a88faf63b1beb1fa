"""Charts as text: data in, SVG out. Pure, and nothing runs in the browser."""
