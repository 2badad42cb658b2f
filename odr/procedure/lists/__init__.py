"""Acts put on a list together: a while they can be taken back, then the worker performs them one by one."""
