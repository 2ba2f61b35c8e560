"""What scripts/bench is made of: runs (guest.py), bounds (bounds.py), the fault table, the instruction costs, plots."""
