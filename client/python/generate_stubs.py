#!/usr/bin/env python3
"""Generates tricorn/v1 (messages and gRPC stubs) from proto/tricorn/v1; needs grpcio-tools.

The folder is not kept in git. Files that are up to date stay as they are.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
PROTO = HERE.parents[1] / "proto"


def main():
    import grpc_tools
    from grpc_tools import protoc

    protos = sorted((PROTO / "tricorn/v1").glob("*.proto"))
    target = HERE / "tricorn/v1"
    target.mkdir(exist_ok=True)
    stamp = target / "__init__.py"
    if stamp.exists() and all(stamp.stat().st_mtime > p.stat().st_mtime for p in protos):
        return
    status = protoc.main(
        [
            "protoc",
            f"-I{PROTO}",
            f"-I{pathlib.Path(grpc_tools.__file__).parent / '_proto'}",
            f"--python_out={HERE}",
            f"--grpc_python_out={HERE}",
            *map(str, protos),
        ]
    )
    if status != 0:
        sys.exit(f"generate_stubs: protoc ended with {status}")
    stamp.write_text('"""Generated from proto/tricorn/v1; do not edit."""\n')


if __name__ == "__main__":
    main()
