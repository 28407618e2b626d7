"""The ledger (台账): every decision that was answered, and the keys that may ask for one."""

from data.ledger.decisions import Decision
from data.ledger.keys import ApiKey, Keys, holder
from data.ledger.store import Ledger, LedgerError

__all__ = ["ApiKey", "Decision", "Keys", "Ledger", "LedgerError", "holder"]
