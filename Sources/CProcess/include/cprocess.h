/* prctl is a C variadic, which Swift does not import. */
#pragma once
#include <sys/prctl.h>

/* No core of this process, and no look into its memory for other processes of the same user (prctl(2), PR_SET_DUMPABLE). 0: done. */
static inline int cp_forbid_dump(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
