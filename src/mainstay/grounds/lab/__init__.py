"""Real systemd machines on this computer, in a network namespace with no way out."""
