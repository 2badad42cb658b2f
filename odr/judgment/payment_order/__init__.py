"""Payment orders: applied for, made by one judge, objected to or in effect, and what lapsed gone over into a lawsuit."""
