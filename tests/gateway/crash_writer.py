"""A process that keeps readings as fast as it can and says each number once it is on the disk; it waits to be killed.

It goes on where the queue says it was: the last number is learnt in the transaction that keeps the reading.
"""

import sys
from pathlib import Path

from tests.gateway.home import METER, NOW, a_queue, heard, said

with a_queue(Path(sys.argv[1])) as queue:
    number = (queue.remembered(METER) or {}).get("last", 0)
    while True:
        number += 1
        queue.keep(heard(said(str(number)), said(f"{number}b"), learnt={"last": number}), NOW)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
