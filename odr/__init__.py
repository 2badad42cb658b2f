"""An internet court: online disputes filed, heard, decided and proven wholly online."""
