"""Examples that the project wrote (例句): speech, listings, after-sale texts, and their hosts."""
