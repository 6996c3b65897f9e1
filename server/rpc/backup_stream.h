#pragma once

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>

#include "replog/v1/log_admin.pb.h"
#include "server/core/log_service.h"
#include "server/rpc/gate.h"
#include "storage/model/store_backup.h"

namespace replog {

// One Backup call: a thread that may block makes the copy and sends its files, one piece at a time; it waits
// until the transport has taken a piece before it reads the next. Owns itself from Create to OnDone, and is
// kept alive by the thread.
class BackupStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  // Who has it makes the only backup. Set back when the copy is gone.
  using Slot = std::atomic<bool>;

  // All must outlive it.
  static BackupStream* Create(LogService& service, const Gate& gate,
                              const grpc::CallbackServerContext& context, Executor& backups, Slot& slot,
                              const grpc::ByteBuffer& request);

  void OnWriteDone(bool ok) override TSA_EXCLUDES(mutex_);
  void OnCancel() override TSA_EXCLUDES(mutex_);
  void OnDone() override { const auto last = std::move(self_); }

 private:
  BackupStream(LogService& service, const Gate& gate, absl::StatusOr<Granted<v1::BackupRequest>> call)
      : service_(service), gate_(gate), call_(std::move(call)) {}
  absl::Status Run();
  absl::Status SendFile(StoreBackup& backup, uint32_t index, v1::BackupFile& file);
  // Returns when the transport has taken the message. CANCELLED when the client is gone; what MayGoOn says.
  absl::Status Send(const v1::BackupResponse& response) TSA_EXCLUDES(mutex_);
  // DISK_FULL when what is copied takes the space that appends need; PERMISSION_DENIED once that is no longer
  // granted.
  absl::Status MayGoOn() const;
  void End(const absl::Status& status) TSA_EXCLUDES(mutex_);
  void FinishIfIdle() TSA_REQUIRES(mutex_);

  LogService& service_;
  const Gate& gate_;
  const absl::StatusOr<Granted<v1::BackupRequest>> call_;
  std::shared_ptr<BackupStream> self_;
  grpc::ByteBuffer outgoing_;  // gRPC's while writing_
  Mutex mutex_;
  CondVar taken_;
  bool writing_ TSA_GUARDED_BY(mutex_) = false;
  bool cancelled_ TSA_GUARDED_BY(mutex_) = false;
  bool ended_ TSA_GUARDED_BY(mutex_) = false;
  bool finished_ TSA_GUARDED_BY(mutex_) = false;
  absl::Status status_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog
