"""The screens that people use: pages made on the server, kept up to date by one small module, and usable without it."""
