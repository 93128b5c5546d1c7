// SPDX-License-Identifier: GPL-2.0-only
/* The one file that holds the code of the tracepoints. */
#include "internal.h"

#define CREATE_TRACE_POINTS
#include "trace.h"
