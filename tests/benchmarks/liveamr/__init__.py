"""LiveAMR: what its files hold, and how baselines and the claim model do on them."""
