"""Made-up listings and merchants, for want of public ones. Every number from them is simulated."""
