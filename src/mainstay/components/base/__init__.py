"""What every machine gets: bounded logs, kernel settings for servers."""
