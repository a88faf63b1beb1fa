"""The pages in a real browser, as people use them, on a hub that runs as they run it."""
