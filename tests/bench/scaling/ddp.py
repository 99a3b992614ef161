#!/usr/bin/env python3
"""PyTorch's DistributedDataParallel with torch.compile on the peers' workloads, under torchrun.

torchrun --nproc-per-node N ddp.py --peers DIRECTORY [--mode weak|strong] [--out FILE] WORKLOAD...
"""

import argparse
import json
import os
import statistics
import sys
import time

import torch
import torch.distributed as dist

CHUNKS = 6


def seconds_of(step, sync, budget_s):
    """The median over chunks of back-to-back steps, of which all ranks do the same number."""
    for _ in range(6):
        step()
    sync()
    start = time.perf_counter()
    for _ in range(4):
        step()
    sync()
    one_s = (time.perf_counter() - start) / 4
    calls = [max(1, int(budget_s / CHUNKS / max(one_s, 1e-6)))]
    dist.broadcast_object_list(calls, 0)
    times = []
    for _ in range(CHUNKS):
        dist.barrier()
        sync()
        start = time.perf_counter()
        for _ in range(calls[0]):
            step()
        sync()
        times.append((time.perf_counter() - start) / calls[0])
    return statistics.median(times)


def measure(peer_torch, workload, device, budget_s):
    runner = peer_torch.Runner(workload, "eager", device)
    ids = [torch.cuda.current_device()] if device == "cuda" else None
    model = torch.nn.parallel.DistributedDataParallel(
        runner.model, device_ids=ids, gradient_as_bucket_view=True
    )
    runner.model = torch.compile(model)
    seconds = seconds_of(runner.step, runner.sync, budget_s)
    runner.close()
    return seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("workloads", nargs="+")
    parser.add_argument("--peers", required=True, help="folder of peer_torch.py and workloads.py")
    parser.add_argument("--mode", default="weak", choices=("weak", "strong"))
    parser.add_argument("--device", default="cuda", choices=("cpu", "cuda"))
    parser.add_argument("--budget", type=float, default=1.5)
    parser.add_argument("--out", default="")
    options = parser.parse_args()
    os.environ.setdefault("NCCL_NVLS_ENABLE", "0")
    sys.path.insert(0, options.peers)
    import peer_torch
    import workloads

    if options.device == "cuda":
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group("nccl" if options.device == "cuda" else "gloo")
    ranks = dist.get_world_size()
    for text in options.workloads:
        workload = workloads.parse(text)
        if options.mode == "strong":
            workload.batch //= ranks
        seconds = measure(peer_torch, workload, options.device, options.budget)
        if dist.get_rank() != 0:
            continue
        line = {
            "peer": "torch-ddp",
            "workload": text,
            "mode": options.mode,
            "device": options.device,
            "ranks": ranks,
            "step_s": seconds,
            "throughput": workload.batch * ranks * workload.per_sample / seconds,
            "unit": workload.unit,
        }
        print(json.dumps(line), flush=True)
        if options.out:
            with open(options.out, "a", encoding="utf-8") as out:
                out.write(json.dumps(line) + "\n")
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
