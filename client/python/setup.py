"""Generates the gRPC stubs before anything is packed; pyproject.toml says the rest."""

import pathlib
import sys

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = pathlib.Path(__file__).resolve().parent
(HERE / "tricorn/v1").mkdir(exist_ok=True)  # a package that setuptools looks for before it builds
sys.path.insert(0, str(HERE))
import generate_stubs  # noqa: E402  (beside this file, where isolated builds do not look)


class BuildWithStubs(build_py):
    def run(self):
        generate_stubs.main()
        super().run()


setup(cmdclass={"build_py": BuildWithStubs})
