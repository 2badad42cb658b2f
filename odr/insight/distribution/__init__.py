"""How seats were drawn, for anybody to draw again; departures from the lot; and a year played through by another rule."""
