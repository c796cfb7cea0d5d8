#include "failing_vfs.hpp"

#include <new>
#include <utility>

namespace aqua::sql::testing {
namespace {

/// Stands before the file of the real file system, in the memory that SQLite gives for both.
struct File {
  sqlite3_file head;
  FailingVfs* vfs;

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* Of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* Real(sqlite3_file* file) { return Of(file)->real(); }

int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  if (Of(file)->vfs->disk_full) return SQLITE_FULL;
  if (Of(file)->vfs->write_fails) return SQLITE_IOERR_WRITE;
  return Real(file)->pMethods->xWrite(Real(file), data, size, offset);
}

int Sync(sqlite3_file* file, int flags) {
  if (Of(file)->vfs->sync_fails) return SQLITE_IOERR_FSYNC;
  ++Of(file)->vfs->syncs;
  return Real(file)->pMethods->xSync(Real(file), flags);
}

constexpr sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = [](sqlite3_file* file) { return Real(file)->pMethods == nullptr ? SQLITE_OK : Real(file)->pMethods->xClose(Real(file)); },
    .xRead = [](sqlite3_file* file, void* data, int size, sqlite3_int64 offset) { return Real(file)->pMethods->xRead(Real(file), data, size, offset); },
    .xWrite = &Write,
    .xTruncate = [](sqlite3_file* file, sqlite3_int64 size) { return Real(file)->pMethods->xTruncate(Real(file), size); },
    .xSync = &Sync,
    .xFileSize = [](sqlite3_file* file, sqlite3_int64* size) { return Real(file)->pMethods->xFileSize(Real(file), size); },
    .xLock = [](sqlite3_file* file, int kind) { return Real(file)->pMethods->xLock(Real(file), kind); },
    .xUnlock = [](sqlite3_file* file, int kind) { return Real(file)->pMethods->xUnlock(Real(file), kind); },
    .xCheckReservedLock = [](sqlite3_file* file, int* locked) { return Real(file)->pMethods->xCheckReservedLock(Real(file), locked); },
    .xFileControl = [](sqlite3_file* file, int what, void* data) { return Real(file)->pMethods->xFileControl(Real(file), what, data); },
    .xSectorSize = [](sqlite3_file* file) { return Real(file)->pMethods->xSectorSize(Real(file)); },
    .xDeviceCharacteristics = [](sqlite3_file* file) { return Real(file)->pMethods->xDeviceCharacteristics(Real(file)); },
    .xShmMap = [](sqlite3_file* file, int page, int size, int extend,
                  void volatile** at) { return Real(file)->pMethods->xShmMap(Real(file), page, size, extend, at); },
    .xShmLock = [](sqlite3_file* file, int offset, int n, int flags) { return Real(file)->pMethods->xShmLock(Real(file), offset, n, flags); },
    .xShmBarrier = [](sqlite3_file* file) { Real(file)->pMethods->xShmBarrier(Real(file)); },
    .xShmUnmap = [](sqlite3_file* file, int remove) { return Real(file)->pMethods->xShmUnmap(Real(file), remove); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

}  // namespace

FailingVfs::FailingVfs(std::string name) : name_(std::move(name)), base_(sqlite3_vfs_find(nullptr)), vfs_(*base_) {
  // Everything but opening is left to the functions of the real one, which do not use their structure.
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + base_->szOsFile;
  vfs_.zName = name_.c_str();
  vfs_.pNext = nullptr;
  vfs_.pAppData = this;
  vfs_.xOpen = &Open;
  sqlite3_vfs_register(&vfs_, 0);
}

FailingVfs::~FailingVfs() { sqlite3_vfs_unregister(&vfs_); }

int FailingVfs::Open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* flags_out) {
  auto* self = static_cast<FailingVfs*>(vfs->pAppData);
  File* opened = new (file) File{{nullptr}, self};
  const int code = self->base_->xOpen(self->base_, path, opened->real(), flags, flags_out);
  if (opened->real()->pMethods != nullptr) opened->head.pMethods = &kMethods;
  return code;
}

}  // namespace aqua::sql::testing
