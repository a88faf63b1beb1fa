"""Signing in with a browser: OpenID Connect, sessions, and the guard against requests forged by other sites."""
