"""What a host says held against what the listing says (口播与详情不符)."""
