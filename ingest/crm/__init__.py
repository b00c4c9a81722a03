"""Brings records from the CRM itself: what changed since the last time, deletions included."""
