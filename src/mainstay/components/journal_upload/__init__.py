"""systemd-journal-upload: carries a machine's log to the machines that monitor."""
