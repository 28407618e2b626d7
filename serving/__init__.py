"""Online: the BentoML service, its settings and its composition root."""
