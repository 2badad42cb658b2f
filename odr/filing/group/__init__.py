"""An action of many against one side."""
