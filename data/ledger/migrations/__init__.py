"""How the ledger's tables came to be (迁移), one revision after the other."""
