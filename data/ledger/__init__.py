"""The ledger (台账): decisions and what became of them, the audit trail, and the API keys."""

from data.ledger.aftermath import Aftermath, find_with_aftermath
from data.ledger.cases import Case
from data.ledger.decisions import Decision
from data.ledger.docket import Docket, DocketError
from data.ledger.edits import Version, edits_of, versions_of
from data.ledger.intake import Intake, Receipt
from data.ledger.keys import ApiKey, Keys, holder
from data.ledger.store import Ledger, LedgerError
from data.ledger.verify import Verification, erase_before, verify

__all__ = [
    "Aftermath",
    "ApiKey",
    "Case",
    "Decision",
    "Docket",
    "DocketError",
    "Intake",
    "Keys",
    "Ledger",
    "LedgerError",
    "Receipt",
    "Verification",
    "Version",
    "edits_of",
    "erase_before",
    "find_with_aftermath",
    "holder",
    "verify",
    "versions_of",
]
