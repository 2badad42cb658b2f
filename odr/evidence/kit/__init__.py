"""Kits, case files and bundles to download, and the program that checks them."""
