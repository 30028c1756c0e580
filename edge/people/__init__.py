"""Who may sign in, and which programs may ask: local accounts, kept beside the journal and apart from it."""
