"""What one takes along: kits, case files, bundles, and the program that checks them."""
