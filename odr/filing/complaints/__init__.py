"""Complaints about how the court does its work: made, answered by nobody they are about, passed on, and all of them on one desk."""
