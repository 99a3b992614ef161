"""Generates the gRPC stubs before anything is packed; pyproject.toml says the rest."""

import generate_stubs
from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithStubs(build_py):
    def run(self):
        generate_stubs.main()
        super().run()


setup(cmdclass={"build_py": BuildWithStubs})
