"""Scenarios on real systemd machines, made on this computer for the length of a file of tests."""
