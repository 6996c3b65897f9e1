// Debian's Abseil is not built for ThreadSanitizer, which therefore does not see the reference counts that
// its Status and Cord are shared by. Nothing else is suppressed.
extern "C" const char* __tsan_default_suppressions() {
  return "race:libabsl_status.so\n"
         "race:libabsl_cord.so\n";
}
