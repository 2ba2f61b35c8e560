"""The test runner behind tests/run."""
