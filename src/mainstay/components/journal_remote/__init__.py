"""systemd-journal-remote: keeps the logs of the other machines where these are not lost with them."""
