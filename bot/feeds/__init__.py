"""Feeds: tail → match → outbox → deliver → recheck; digests; schedules (reference: faults)."""
