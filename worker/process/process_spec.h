#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tricorn::worker {

// A child process to run.
struct ProcessSpec {
  std::string id;                  // unique among all that the supervisor ever ran
  std::string kind;                // "trainer", "predictor": a metric label
  std::string program;             // path
  std::vector<std::string> argv;   // argv[0] too
  std::string input;               // what the child reads from kInputFd
  int64_t memory_limit_bytes = 0;  // of resident memory; 0: none
  int64_t max_open_files = 4096;
};

// How a child ended.
struct ProcessExit {
  std::string id;
  std::string kind;
  int exit_code = 0;       // 128 + n when signal n ended it
  bool requested = false;  // the supervisor was asked to stop it
  std::string message;     // in words, with the last lines of its output
  std::string last_words;  // what the child wrote with WriteLastWords
};

}  // namespace tricorn::worker
