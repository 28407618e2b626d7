"""What a record is, and how it is read and kept."""
