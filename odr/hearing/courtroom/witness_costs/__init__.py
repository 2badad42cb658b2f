"""What it costs a witness to come: stated, ruled on, advanced by who called them, paid (CPL 77; CPI 118; EV 75; FEE 11)."""
