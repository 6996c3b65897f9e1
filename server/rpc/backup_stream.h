#pragma once

#include <atomic>
#include <memory>

#include "replog/v1/log_admin.pb.h"
#include "server/core/log_service.h"
#include "server/rpc/work_stream.h"
#include "storage/model/store_backup.h"

namespace replog {

// One Backup call: the work makes the copy and sends its files, one piece at a time; it waits until the
// transport has taken a piece before it reads the next.
class BackupStream final : public WorkStream<v1::BackupRequest> {
 public:
  // Who has it makes the only backup. Set back when the copy is gone.
  using Slot = std::atomic<bool>;

  // All must outlive it.
  static grpc::ServerWriteReactor<grpc::ByteBuffer>* Create(LogService& service, const Gate& gate,
                                                            const grpc::CallbackServerContext& context,
                                                            Executor& backups, Slot& slot,
                                                            const grpc::ByteBuffer& request) {
    return Start(
        std::shared_ptr<BackupStream>(new BackupStream(service, gate, context, backups, slot, request)));
  }

 private:
  BackupStream(LogService& service, const Gate& gate, const grpc::CallbackServerContext& context,
               Executor& backups, Slot& slot, const grpc::ByteBuffer& request)
      : WorkStream(gate, context, request), service_(service), backups_(backups), slot_(slot) {}
  absl::Status Begin() override;
  absl::Status Run();
  absl::Status SendFile(StoreBackup& backup, uint32_t index, v1::BackupFile& file);
  // Returns when the transport has taken the message. What MayGoOn and CheckDisk say.
  absl::Status Send(const v1::BackupResponse& response);
  // DISK_FULL when what is copied takes the space that appends need.
  absl::Status CheckDisk() const;

  LogService& service_;
  Executor& backups_;
  Slot& slot_;
};

}  // namespace replog
