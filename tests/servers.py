"""Fixtures for what is too slow to start for every test: a live Celery worker and Chromium."""
