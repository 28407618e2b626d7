"""Where a title says one thing and the rest of the listing another (货不对板)."""

from features.contradiction.amounts import capacity_ratio
from features.contradiction.contradictions import contradictions, sold_findings
from features.contradiction.fibres import fibre_share
from features.contradiction.stated import Stated, stated

__all__ = ["Stated", "capacity_ratio", "contradictions", "fibre_share", "sold_findings", "stated"]
