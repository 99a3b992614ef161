"""Progress on standard output, as Keras's progress bar shows it."""

import sys

_BAR_WIDTH = 20


def format_logs(logs):
    def order(name):
        base = name.removeprefix("val_")
        return (name == "learning_rate", name.startswith("val_"), base != "loss", base)

    return " - ".join(f"{name}: {logs[name]:.4f}" for name in sorted(logs, key=order))


class ProgressBar:
    """Shows a job's events. verbose: 0 nothing, 1 a live line per epoch, 2 a line per epoch's end."""

    def __init__(self, verbose="auto", out=None):
        self._out = out or sys.stdout
        if verbose == "auto":
            verbose = 1 if self._out.isatty() else 2
        self._verbose = verbose
        self._progress = None
        self._epochs = 0  # not known yet
        self._in_line = False

    def show(self, event):
        kind = event.WhichOneof("event")
        if self._verbose == 0 or kind is None:
            return
        getattr(self, f"_show_{kind}", lambda _: None)(getattr(event, kind))
        self._out.flush()

    def _show_job(self, job):
        self._epochs = max(self._epochs, job.progress.epochs)

    def _show_progress(self, progress):
        self._progress = progress
        self._epochs = max(self._epochs, progress.epochs)
        if self._verbose != 1:
            return
        steps = progress.steps
        filled = _BAR_WIDTH * progress.step // steps if steps else 0
        line = f"Epoch {progress.epoch + 1}/{progress.epochs}  {progress.step}/{steps} "
        line += "━" * filled + "─" * (_BAR_WIDTH - filled)
        if steps and progress.seconds_per_step:
            line += f"  ETA {(steps - progress.step) * progress.seconds_per_step:.0f}s"
        line += self._speed()
        if progress.logs:
            line += " - " + format_logs(progress.logs)
        self._out.write("\r" + line + "\033[K")
        self._in_line = True

    def _show_epoch_logs(self, epoch):
        of = f"/{self._epochs}" if self._epochs else ""
        line = f"Epoch {epoch.epoch + 1}{of}  {epoch.duration_seconds:.1f}s"
        line += self._speed() + " - " + format_logs(epoch.logs)
        self._print(line)

    def _show_log_line(self, log_line):
        if log_line.severity >= log_line.SEVERITY_WARNING:
            self._print(log_line.text)

    def _speed(self):
        if not self._progress or not self._progress.seconds_per_step:
            return ""
        return f"  {1000 * self._progress.seconds_per_step:.0f}ms/step"

    def _print(self, line):
        if self._in_line:
            self._out.write("\r\033[K")
            self._in_line = False
        self._out.write(line + "\n")
