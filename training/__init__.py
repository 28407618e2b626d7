"""Offline: assemble, fit, evaluate, choose thresholds, register, score files."""
