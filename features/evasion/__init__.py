"""Undoing disguises (规避还原): how hosts and sellers dodge filters, and the plain words behind."""
