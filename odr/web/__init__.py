"""Who may enter, what every page does alike, and what every answer says to the browser."""
