"""Signing in through an identity provider: OpenID Connect, the authorization code with PKCE."""
