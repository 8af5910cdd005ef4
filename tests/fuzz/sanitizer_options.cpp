// How the sanitizers of these programs work, unless the environment says otherwise.

extern "C" const char* __asan_default_options();
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __ubsan_default_options();

extern "C" const char* __asan_default_options() { return "detect_leaks=1:detect_stack_use_after_return=0"; }

extern "C" const char* __ubsan_default_options() { return "halt_on_error=1:print_stacktrace=1"; }

// RDKit 2022.09 loses a molecule when its readers end by an exception (a V3000 block that breaks off).
extern "C" const char* __lsan_default_suppressions() { return "leak:libRDKit\n"; }
