"""The whole way, as users go it: the program itself, on real services."""
