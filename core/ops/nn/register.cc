#include "core/ops/nn/batch_norm_relu.h"
#include "core/ops/nn/nn.h"

namespace tricorn::ops {

void RegisterNn(OpRegistry& ops) {
  for (const OpDef* op : {&kRelu,
                          &kSoftplus,
                          &kSoftmax,
                          &kLogSoftmax,
                          &kSoftmaxCrossEntropy,
                          &kSparseSoftmaxCrossEntropy,
                          &kSigmoidCrossEntropy,
                          &kBatchNormTraining,
                          &kBatchNormGradient,
                          &kBatchNormStatistics,
                          &kBatchNormSums,
                          &kBatchNormReluGradient,
                          &kBatchNormReluSums,
                          &kBatchNormMaskedGradient,
                          &kBatchNormMaskedSums,
                          &kBatchNormMaskedPairGradient,
                          &kBatchNormMaskedPairSums,
                          &kBatchNormInference,
                          &kDropout,
                          &kCtcBeamSearch}) {
    ops.Add(*op);
  }
}

}  // namespace tricorn::ops
