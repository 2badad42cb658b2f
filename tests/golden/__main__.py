"""Write the golden payloads that are missing. None that is there is ever touched."""

from __future__ import annotations

import sys

from tests.golden.payloads import write_missing

if __name__ == "__main__":
    sys.stdout.writelines(f"wrote {path.name}\n" for path in write_missing())
