#include "core/keras/callbacks/registry.h"

#include "core/keras/callbacks/backup_and_restore.h"
#include "core/keras/callbacks/csv_logger.h"
#include "core/keras/callbacks/early_stopping.h"
#include "core/keras/callbacks/history_callback.h"
#include "core/keras/callbacks/learning_rate_scheduler.h"
#include "core/keras/callbacks/model_checkpoint.h"
#include "core/keras/callbacks/reduce_lr_on_plateau.h"
#include "core/keras/callbacks/swap_ema_weights.h"
#include "core/keras/callbacks/tensor_board.h"
#include "core/keras/callbacks/terminate_on_nan.h"

namespace tricorn::keras {

void AddCallbacks(Registry<Callback>& registry) {
  registry.Add<BackupAndRestore>();
  registry.Add<CSVLogger>();
  registry.Add<EarlyStopping>();
  registry.Add<HistoryCallback>();
  registry.Add<LearningRateScheduler>();
  registry.Add<ModelCheckpoint>();
  registry.Add<ReduceLROnPlateau>();
  registry.Add<SwapEMAWeights>();
  registry.Add<TensorBoard>();
  registry.Add<TerminateOnNaN>();
}

}  // namespace tricorn::keras
