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
        for name, value in keras_order(logs).items():
            self.history.setdefault(name, []).append(value)

    def __repr__(self):
        last = {name: values[-1] for name, values in self.history.items()}
        return f"<History of {len(self.epoch)} epochs: {last}>"


def keras_order(logs):
    """The logs as a dict that begins with the loss; what validation found comes last."""

    def rank(name):
        base = name.removeprefix("val_")
        return (name.startswith("val_"), base != "loss", base)

    return {name: logs[name] for name in sorted(logs, key=rank)}
