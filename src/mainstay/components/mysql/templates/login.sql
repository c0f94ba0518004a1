-- Run at every start, written to no log: the administrator comes by the local socket, as the system user of the same name.
SET SESSION sql_log_bin = 0;
ALTER USER IF EXISTS 'root'@'localhost' IDENTIFIED WITH auth_socket;
