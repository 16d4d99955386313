"""The only room with torch."""

import os

# Read once, when torch loads: spinning threads made a step ten times slower beside other work.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
