"""The native API, one file a subject; each holds a `router`."""
