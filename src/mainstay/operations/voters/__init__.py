"""Who votes: founds the voters' cluster and brings it to what the file says."""
