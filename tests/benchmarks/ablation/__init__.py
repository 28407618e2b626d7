"""What each part of the claim model adds, and what was tried and did not become one."""
