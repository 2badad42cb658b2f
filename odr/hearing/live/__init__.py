"""A hearing held live, each from where they are: media room, recording, and the room around them (OLR 21–28; REC)."""
