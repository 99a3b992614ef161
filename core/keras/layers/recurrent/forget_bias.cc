#include "core/keras/layers/recurrent/forget_bias.h"

#include <cstring>

namespace tricorn::keras {
namespace {

class ForgetBias : public Initializer {
 public:
  explicit ForgetBias(InitializerRef rest) : rest_(std::move(rest)) {}

  std::string_view class_name() const override { return rest_->class_name(); }
  Json GetConfig() const override { return rest_->GetConfig(); }

  // As Keras, the others are drawn in two parts: for i, and for the last two gates together.
  absl::StatusOr<Tensor> Make(const Shape& shape, DType dtype, uint64_t stream) const override {
    const int64_t units = shape[0] / 4;
    ASSIGN_OR_RETURN(const Tensor input, rest_->Make({units}, dtype, stream));
    ASSIGN_OR_RETURN(const Tensor ones, InitializerRef("ones")->Make({units}, dtype, stream));
    ASSIGN_OR_RETURN(const Tensor others, rest_->Make({2 * units}, dtype, stream + 1));
    Tensor bias = Tensor::Uninitialized(dtype, shape);
    std::byte* to = bias.bytes();
    for (const Tensor* part : {&input, &ones, &others}) {
      std::memcpy(to, part->bytes(), static_cast<size_t>(part->nbytes()));
      to += part->nbytes();
    }
    return bias;
  }

 private:
  const InitializerRef rest_;
};

}  // namespace

InitializerRef BiasInitializer(const InitializerRef& rest, bool unit_forget_bias) {
  if (!unit_forget_bias || !rest) return rest;
  return std::shared_ptr<const Initializer>(std::make_shared<ForgetBias>(rest));
}

}  // namespace tricorn::keras
