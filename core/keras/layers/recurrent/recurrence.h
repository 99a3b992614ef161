#pragma once

#include "core/keras/layers/recurrent/rnn_cell.h"

namespace tricorn::keras {

struct RecurrenceOptions {
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  bool unroll = false;
  bool zero_output_for_mask = false;
};

struct RecurrenceResult {
  ir::Value last;  // (batch, ...)
  ir::Value
      sequence;       // (batch, steps, ...), in the order of the walk; none unless return_sequences
  ir::Values states;  // the last ones
};

// Walks `cell` along the steps of `input` (batch, steps, ...), from the last to the first with
// go_backwards. Where `mask` (batch, steps), bool, is false, states stay as they are, and the
// output is that of the step before, or zeros with zero_output_for_mask. No mask when it is none.
RecurrenceResult RunRecurrence(CallContext& context, RnnCell& cell, ir::Value input,
                               const ir::Values& initial, ir::Value mask,
                               const RecurrenceOptions& options);

}  // namespace tricorn::keras
