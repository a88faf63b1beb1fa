"""View models: what was read in, the strings and charts of a page out. Pure; templates only print them."""
