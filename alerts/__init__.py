"""From a series to an alert. Empty until the first rule stands."""
