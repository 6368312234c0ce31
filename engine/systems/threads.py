"""How many threads the libraries below may use for one clip: one each.

The networks and matrices are small: a second thread costs more in waiting than it computes, and the other
core is busy decoding, following the face, or with another clip. It also makes the numbers of a clip the same,
to the last digit, on machines with more or fewer cores.
"""

from __future__ import annotations

from functools import cache

import scipy.linalg  # noqa: F401  # brings its own linear algebra, which is held with the rest
import torch
from threadpoolctl import threadpool_limits


@cache
def hold_threads() -> None:
    """Hold torch and every library of linear algebra that this process has loaded to one thread.

    Done once: looking through what is loaded takes 5 ms, which no clip need pay again.
    """
    torch.set_num_threads(1)
    threadpool_limits(limits=1)
