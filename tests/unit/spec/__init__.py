"""Tests of the user's file."""
