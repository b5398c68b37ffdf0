"""What courts send: hearing results and contractor-style JSON, read into orders or asked about."""
