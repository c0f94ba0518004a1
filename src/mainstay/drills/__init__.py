"""Drills: hurt a part under load, and judge what the site's visitors noticed."""
