"""The fragments of fragments.cc in PyTorch: eager, and compiled where that fuses. Prints microseconds."""

import time

import torch
import torch.nn.functional as F

TOKENS, DIM, VOCABULARY = 16384, 768, 50304
HALF = torch.bfloat16
torch.manual_seed(0)


def half(*shape):
    return torch.randn(*shape, device="cuda", dtype=HALF)


def full(*shape):
    return torch.randn(*shape, device="cuda")


def norm(x, residual, bias, gamma, beta):
    total = x + bias + residual
    return total, F.layer_norm(total.float(), (DIM,), gamma, beta, 1e-5).to(HALF)


def norm_gradient(dy, x, mean, inverse, gamma, beta, residual):
    dx, dgamma, dbeta = torch.ops.aten.native_layer_norm_backward(
        dy, x, (DIM,), mean, inverse, gamma, beta, (True, True, True)
    )
    total = dx + residual
    return total, dgamma, dbeta, total.sum(0)


def dropout_norm(x, residual, bias, gamma, beta):
    total = F.dropout(x + bias, 0.1, True) + residual
    return total, F.layer_norm(total.float(), (DIM,), gamma, beta, 1e-5).to(HALF)


def gelu(x, bias):
    return F.gelu(x + bias)


def gelu_gradient(dy, x, bias):
    dx = torch.ops.aten.gelu_backward(dy, x + bias)
    return dx, dx.sum(0)


def cross_entropy(logits, labels):
    probabilities = torch.log_softmax(logits.float(), -1)
    loss = F.nll_loss(probabilities, labels)
    gradient = probabilities.exp()
    gradient = (
        gradient - (torch.arange(VOCABULARY, device="cuda") == labels[:, None]).float()
    ) / TOKENS
    return loss, gradient.to(HALF)


def measure(name, function, *arguments, compiles=True):
    times = []
    for make in (lambda f: f, torch.compile) if compiles else (lambda f: f,):
        run = make(function)
        sets = [
            [a.clone() for a in arguments] for _ in range(3 if arguments[0].numel() < 1e8 else 1)
        ]
        for i in range(4):
            run(*sets[i % len(sets)])
        torch.cuda.synchronize()
        start, count = time.perf_counter(), 0
        while count < 12 or time.perf_counter() - start < 0.08:
            run(*sets[count % len(sets)])
            count += 1
            if count % 12 == 0:
                torch.cuda.synchronize()
        torch.cuda.synchronize()
        times.append(f"{(time.perf_counter() - start) / count * 1e6:9.1f}")
    print(f"{name:46}", *times, flush=True)


def main():
    print(f"{'':46} {'eager':>9} {'compiled':>9}")
    big = half(TOKENS, 4 * DIM)
    x, residual, bias = half(TOKENS, DIM), half(TOKENS, DIM), half(DIM)
    gamma, beta = full(DIM), full(DIM)
    source, target = half(TOKENS * 4 * DIM), half(TOKENS * 4 * DIM)
    measure("copy", lambda a, b: b.copy_(a), source, target, compiles=False)
    measure("bias, residual, layer norm", norm, x, residual, bias, gamma, beta)
    measure("bias, dropout, residual, layer norm", dropout_norm, x, residual, bias, gamma, beta)
    measure(
        "layer norm gradient, residual, bias gradient",
        norm_gradient,
        residual,
        x,
        full(TOKENS, 1),
        full(TOKENS, 1).abs(),
        gamma.to(HALF),
        beta.to(HALF),
        residual,
    )
    measure("bias, gelu", gelu, big, half(4 * DIM))
    measure("gelu gradient, bias gradient", gelu_gradient, big, big.clone(), half(4 * DIM))
    measure("softmax of rows of 1,024, float32", lambda a: torch.softmax(a, 1), full(TOKENS, 1024))
    measure("column sums", lambda a: a.sum(0), big)
    measure("sum of squares, float32", lambda a: a.square().sum(), full(VOCABULARY, DIM))
    ids = torch.randint(VOCABULARY, (TOKENS,), device="cuda")
    table = half(VOCABULARY, DIM)
    measure("embedding", lambda t, i: F.embedding(i, t), table, ids, compiles=False)
    measure(
        "embedding gradient",
        lambda d, i: torch.ops.aten.embedding_dense_backward(d, i, VOCABULARY, -1, False),
        x,
        ids,
        compiles=False,
    )
    measure(
        "argmax of rows of 50,304", lambda a: a.argmax(1), half(2048, VOCABULARY), compiles=False
    )
    measure(
        "argsort of 64 rows of 50,304, float32",
        lambda a: a.argsort(1),
        full(64, VOCABULARY),
        compiles=False,
    )
    measure(
        "cross-entropy and its gradient",
        cross_entropy,
        half(TOKENS, VOCABULARY),
        torch.randint(VOCABULARY, (TOKENS,), device="cuda"),
    )


if __name__ == "__main__":
    main()
