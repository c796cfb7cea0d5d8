"""How far a run has come."""

import sys
import time


class Progress:
    """A bar with the time left on a terminal, nothing but epoch lines elsewhere."""

    def __init__(self, epochs: int) -> None:
        self.epochs, self.first, self.start = epochs, -1.0, time.monotonic()

    def time_left(self, done: float) -> str:
        if self.first < 0:
            self.first = done
        worked = done - self.first
        if worked <= 0:
            return "?"
        seconds = (time.monotonic() - self.start) / worked * (self.epochs - done)
        return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"

    def step(self, done: float) -> None:
        if sys.stdout.isatty():
            filled = int(30 * done / self.epochs)
            print(f"\r[{'#' * filled}{'.' * (30 - filled)}] epoch {done:5.1f}/{self.epochs}"
                  f"  {self.time_left(done)} left ", end="", flush=True)

    def line(self, done: float, text: str) -> None:
        start = "\r\033[K" if sys.stdout.isatty() else ""
        print(f"{start}{text}  {self.time_left(done)} left", flush=True)
