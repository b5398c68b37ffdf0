"""Who else may know: requests for location data, their approval, their release."""
