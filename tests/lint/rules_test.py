#!/usr/bin/env python3
"""Shows that each rule of the lint catches what it is there for, and lets the usual pass."""

import re
import unittest

from files import FORBIDDEN, VAGUE
from includes import problems_of
from tree import dependencies, layers


def includes(path, line):
    return list(problems_of(path, line + "\n", layers(), dependencies()))


class Includes(unittest.TestCase):
    def test_arrows_point_downward(self):
        self.assertEqual([], includes("core/keras/a.cc", '#include "core/ir/graph.h"'))
        self.assertIn("upward", includes("core/ir/a.cc", '#include "core/keras/a.h"')[0])
        self.assertIn(
            "upward", includes("core/ops/add/add.cc", '#include "core/backend/device.h"')[0]
        )

    def test_a_folder_sees_those_that_its_target_depends_on(self):
        cuda = "core/backend/cuda"
        self.assertEqual([], includes(f"{cuda}/dnn/a.cc", f'#include "{cuda}/kernel/kernel.h"'))
        line = f'#include "{cuda}/program/program.h"'
        self.assertIn("does not depend on", includes(f"{cuda}/dnn/a.cc", line)[0])
        self.assertEqual([], includes(f"{cuda}/dnn/a_test.cc", line))
        self.assertEqual([], includes("core/ops/add/add_cuda.cc", line))

    def test_kernels_beside_an_op_belong_to_the_backends(self):
        line = '#include "core/backend/device.h"'
        self.assertEqual([], includes("core/ops/add/add_cpu.cc", line))

    def test_tests_may_look_at_any_folder(self):
        self.assertEqual([], includes("core/ir/a_test.cc", '#include "core/keras/a.h"'))

    def test_a_library_is_known_to_its_adapters_alone(self):
        self.assertEqual([], includes("core/base/json.cc", "#include <nlohmann/json.hpp>"))
        self.assertIn("belongs in", includes("core/io/a.cc", "#include <nlohmann/json.hpp>")[0])
        self.assertIn("belongs in", includes("core/backend/cpu.cc", "#include <cuda_runtime.h>")[0])

    def test_headers_hold_no_third_party_headers(self):
        for line in (
            "#include <vector>",
            "#include <sys/types.h>",
            '#include "absl/status/status.h"',
        ):
            self.assertEqual([], includes("core/ir/a.h", line))
        for line in ("#include <openssl/sha.h>", '#include "re2/re2.h"'):
            self.assertIn("third-party", includes("core/ir/a.h", line)[0])
            self.assertEqual([], includes("core/ir/a.cc", line))


class Files(unittest.TestCase):
    def forbidden(self, line):
        return any(re.search(pattern, line) for pattern in FORBIDDEN)

    def test_words_of_one_machine_are_found(self):
        for line in (
            "cd /wor" "k/x",
            'open("/roo' 't/a")',
            "from py" "pi.org",
            "// TO" "DO: later",
        ):
            self.assertTrue(self.forbidden(line), line)

    def test_usual_text_passes(self):
        for line in ("network/work/x", "/var/lib/tricorn", "// TO" "DO(ada): when gRPC has it"):
            self.assertFalse(self.forbidden(line), line)

    def test_vague_names_are_found(self):
        for path in ("core/base/utils.h", "core/common/a.h", "core/string_util.cc"):
            self.assertTrue(VAGUE.search(path), path)
        self.assertFalse(VAGUE.search("core/comm/local/futility.h"))


if __name__ == "__main__":
    unittest.main()
