"""Where stages run: on the event loop, on threads, in processes, or wherever a `Backend` takes them."""

from twinklr.core.pipeline.backends.body import Backend, Body
from twinklr.core.pipeline.backends.processes import Processes
from twinklr.core.pipeline.backends.threads import Threads

__all__ = ["Backend", "Body", "Processes", "Threads"]
