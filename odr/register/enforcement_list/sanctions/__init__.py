"""Fines and detention for hindering an enforcement: asked for, heard, decided, reviewed, carried out, ended (CPL 114, 118, 119)."""
