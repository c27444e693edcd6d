"""Tests of the scripts; run by `make test`."""
