"""The name of a booking outside its calendar: a UID may hold a person's name or address, so it is kept only as a hash."""

from hashlib import blake2b


def hashed(uid: str) -> str:
    """Sixteen hexadecimal digits; the same for the same UID, everywhere."""
    return blake2b(uid.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
