"""API keys (密钥). Only the SHA-256 of a secret is kept: who reads the ledger cannot call the API.

A plain hash is enough, since a secret is 256 random bits and not a word that can be guessed.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select, update

from data.ledger.audit import OPERATOR, Act
from data.ledger.instants import instant_text
from data.ledger.store import Ledger
from data.ledger.tables import api_keys
from data.record import Instant, Record

_PREFIX = "mc_"


class ApiKey(Record):
    """One key, without its secret."""

    key_id: str
    name: str
    secret_sha256: str
    created_at: Instant
    revoked_at: Instant | None = None

    @property
    def active(self) -> bool:
        """Whether the key still opens the API."""
        return self.revoked_at is None


class Keys:
    """The API keys of a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def add(self, name: str, at: datetime) -> tuple[ApiKey, str]:
        """A new key and its secret. The secret is kept nowhere: show it now or never."""
        secret = _PREFIX + secrets.token_urlsafe(32)
        key = ApiKey(
            key_id=f"key_{secrets.token_hex(6)}",
            name=name,
            secret_sha256=_digest(secret),
            created_at=at,
        )
        with self.ledger.acting(OPERATOR, at) as transaction:
            row = {**key.model_dump(), "created_at": instant_text(at)}
            transaction.connection.execute(insert(api_keys).values(row))
            transaction.note(Act(act="key.added", subject=key.key_id))
        return key, secret

    def all(self) -> list[ApiKey]:
        """Every key, the revoked ones too, oldest first."""
        query = select(api_keys).order_by(api_keys.c.created_at, api_keys.c.key_id)
        with self.ledger.reading() as connection:
            return [
                ApiKey.model_validate(dict(row)) for row in connection.execute(query).mappings()
            ]

    def revoke(self, key_id: str, at: datetime) -> bool:
        """Close a key for good; False if there is no active key of that name."""
        matching = (api_keys.c.key_id == key_id) & api_keys.c.revoked_at.is_(None)
        change = update(api_keys).where(matching).values(revoked_at=instant_text(at))
        with self.ledger.acting(OPERATOR, at) as transaction:
            if not transaction.connection.execute(change).rowcount:
                return False
            transaction.note(Act(act="key.revoked", subject=key_id))
            return True


def holder(keys: Iterable[ApiKey], secret: str) -> ApiKey | None:
    """The active key that the secret opens; takes as long for a near miss as for a far one."""
    presented = _digest(secret)
    found = None
    for key in keys:
        if hmac.compare_digest(key.secret_sha256, presented) and key.active:
            found = key
    return found


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
