"""The routes of /api/v1, one small router for each kind of thing."""
