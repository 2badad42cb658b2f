"""The table of acts, and the only place that performs one."""
