#include "storage/rocks/acked_floor.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "base/crc32c.h"
#include "base/error.h"

namespace replog {

// One slot, as it lies in the file. Slots are a page apart so that one torn write cannot harm both.
struct AckedFloor::Slot {
  uint64_t generation;
  uint64_t floor;
  uint32_t crc;
  uint32_t zero;

  static constexpr off_t kSpacing = 4096;
  uint32_t Checksum() const { return Crc32c({reinterpret_cast<const char*>(this), 16}); }
};

namespace {

absl::Status FloorError(const std::string& path, std::string_view what) {
  return MakeError(Reason::kBelowFloor,
                   absl::StrCat(path, ": ", absl::string_view(what.data(), what.size()),
                                "; without it nobody can tell whether acknowledged records are missing"));
}

bool SyncDirectory(const std::string& path) {
  const int fd =
      ::open(std::filesystem::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  return synced;
}

}  // namespace

absl::StatusOr<std::unique_ptr<AckedFloor>> AckedFloor::Create(const std::string& path) {
  // Gets its name when it is whole: a start that is killed here must leave nothing that the next one cannot
  // read.
  const std::string unnamed = path + ".new";
  const int fd = ::open(unnamed.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0)
    return MakeError(Reason::kWrongDirectory, absl::StrCat("cannot create ", path, ": ", strerror(errno)));
  std::unique_ptr<AckedFloor> floor(new AckedFloor(fd, 0, 0));
  const bool written = floor->Write(0) && floor->Write(0);
  // Unlike a rename, a link fails when the name is taken.
  const bool named = written && ::link(unnamed.c_str(), path.c_str()) == 0;
  const int error = errno;
  ::unlink(unnamed.c_str());
  if (!named || !SyncDirectory(path)) {
    return MakeError(Reason::kWrongDirectory, absl::StrCat("cannot create ", path, ": ", strerror(error)));
  }
  floor->thread_ = std::thread(&AckedFloor::Run, floor.get());
  return floor;
}

absl::StatusOr<std::unique_ptr<AckedFloor>> AckedFloor::Open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return FloorError(path, strerror(errno));
  Slot best{};
  bool found = false;
  for (int i = 0; i < 2; ++i) {
    Slot slot{};
    if (::pread(fd, &slot, sizeof slot, i * Slot::kSpacing) != sizeof slot || slot.crc != slot.Checksum())
      continue;
    if (!found || slot.generation > best.generation) best = slot;
    found = true;
  }
  if (!found) {
    ::close(fd);
    return FloorError(path, "neither copy of the floor is whole");
  }
  std::unique_ptr<AckedFloor> floor(new AckedFloor(fd, best.generation, best.floor));
  floor->thread_ = std::thread(&AckedFloor::Run, floor.get());
  return floor;
}

absl::StatusOr<uint64_t> AckedFloor::Read(const std::string& path) {
  const auto floor = Open(path);
  if (!floor.ok()) return floor.status();
  return (*floor)->opened_at();
}

AckedFloor::AckedFloor(int fd, uint64_t generation, uint64_t floor)
    : fd_(fd), opened_at_(floor), generation_(generation), floor_(floor) {}

AckedFloor::~AckedFloor() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
  ::close(fd_);
}

uint64_t AckedFloor::current() {
  MutexLock lock(mutex_);
  return floor_;
}

void AckedFloor::Raise(uint64_t number) {
  MutexLock lock(mutex_);
  if (number <= floor_) return;
  floor_ = number;
}

void AckedFloor::Run() {
  uint64_t written = opened_at_;
  for (bool last = false; !last;) {
    uint64_t floor;
    {
      MutexLock lock(mutex_);
      if (!stopping_) changed_.WaitFor(mutex_, kInterval);
      last = stopping_;
      floor = floor_;
    }
    // A floor that cannot be written is tried again; it stays lower than it could be, which is safe.
    if (floor > written && Write(floor)) written = floor;
  }
}

bool AckedFloor::Write(uint64_t floor) {
  Slot slot{generation_ + 1, floor, 0, 0};
  slot.crc = slot.Checksum();
  const off_t offset = static_cast<off_t>(slot.generation % 2) * Slot::kSpacing;
  if (::pwrite(fd_, &slot, sizeof slot, offset) != sizeof slot || ::fdatasync(fd_) != 0) return false;
  generation_ = slot.generation;
  return true;
}

}  // namespace replog
