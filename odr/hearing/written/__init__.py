"""A hearing in writing: applied for, agreed to by everybody, and allowed with the ground of every condition (OLR 20)."""
