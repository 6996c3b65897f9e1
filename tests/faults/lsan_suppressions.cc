// RocksDB 7.8 leaks the memtable that it has just made when switching to it fails with the disk
// (DBImpl::SwitchMemtable); the tests that fail the disk on purpose meet it. Nothing of ours is on those
// stacks but the write that was to fail.
extern "C" const char* __lsan_default_suppressions() { return "leak:rocksdb::DBImpl::SwitchMemtable\n"; }
