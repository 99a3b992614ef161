"""What fit returns, as Keras's callback of the same name."""


class History:
    """`history`: lists of values by log name, one per epoch; `epoch`: their 0-based numbers."""

    def __init__(self, model=None, params=None):
        self.model = model
        self.params = params or {}
        self.epoch = []
        self.history = {}

    def add(self, epoch, logs):
        self.epoch.append(epoch)
        for name in sorted(logs, key=_keras_order):
            self.history.setdefault(name, []).append(logs[name])

    def __repr__(self):
        last = {name: values[-1] for name, values in self.history.items()}
        return f"<History of {len(self.epoch)} epochs: {last}>"


def _keras_order(name):
    is_validation = name.startswith("val_")
    return (is_validation, name.removeprefix("val_"))
