"""`python -m ingest`: replays a CSV into Kafka; `python -m ingest truth`: what must have come of it."""

import sys

from ingest.stop import Stop

if __name__ == "__main__":
    stop = Stop()
    # before anything slow is imported: Ctrl-C is one line from the first moment on
    stop.install()
    from ingest.command import main

    sys.exit(main(sys.argv[1:], stop))
