#include "core/ops/nn/nn.h"

namespace tricorn::ops {

void RegisterNn(OpRegistry& ops) {
  for (const OpDef* op : {&kRelu, &kSoftplus, &kSoftmax, &kLogSoftmax, &kSoftmaxCrossEntropy,
                          &kSparseSoftmaxCrossEntropy, &kSigmoidCrossEntropy, &kBatchNormTraining,
                          &kBatchNormGradient, &kBatchNormInference, &kDropout, &kCtcBeamSearch}) {
    ops.Add(*op);
  }
}

}  // namespace tricorn::ops
