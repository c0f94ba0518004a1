"""What is wrong as the monitoring sees it, and whether people would be told."""
