/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happens to a command, as trace events: geoneuron_submit, _fetch, _commit, _requeue, and
 * _fence for what its recovery waits for. command_id ties them together. The names of events and
 * fields are stable; fields may be added. Each is called under gn.lock, so their order in the trace
 * is the ledger's.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM geoneuron

#if !defined(GN_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define GN_TRACE_H

#include <linux/ktime.h>
#include <linux/tracepoint.h>

#include "internal.h"

/* A command was accepted. chain_id: the first member's command_id; 0 outside chains. */
TRACE_EVENT(geoneuron_submit,
	TP_PROTO(const struct gn_command *command),
	TP_ARGS(command),
	TP_STRUCT__entry(
		__field(u64, command_id)
		__field(u64, context_id)
		__field(u64, chain_id)
		__field(u64, user_data)
		__field(u16, opcode)
		__field(u16, flags)
		__field(u8, priority_class)
	),
	TP_fast_assign(
		__entry->command_id = command->id;
		__entry->context_id = command->context->id;
		__entry->chain_id = gn_chain_id(command);
		__entry->user_data = command->body.user_data;
		__entry->opcode = command->body.opcode;
		__entry->flags = command->body.flags;
		__entry->priority_class = command->priority_class;
	),
	TP_printk("command_id=%llu context_id=%llu chain_id=%llu user_data=%llu opcode=%u "
		  "flags=%#x priority_class=%u",
		__entry->command_id, __entry->context_id, __entry->chain_id, __entry->user_data,
		__entry->opcode, __entry->flags, __entry->priority_class)
);

/* A command was handed to the server. waited_ns: since it was accepted. */
TRACE_EVENT(geoneuron_fetch,
	TP_PROTO(const struct gn_command *command),
	TP_ARGS(command),
	TP_STRUCT__entry(
		__field(u64, command_id)
		__field(u64, context_id)
		__field(u64, waited_ns)
		__field(u32, epoch)
		__field(u32, attempt)
		__field(u8, priority_class)
		__field(u8, replay)
	),
	TP_fast_assign(
		__entry->command_id = command->id;
		__entry->context_id = command->context->id;
		__entry->waited_ns = ktime_get_ns() - command->accepted_ns;
		__entry->epoch = command->epoch;
		__entry->attempt = command->attempt;
		__entry->priority_class = command->priority_class;
		__entry->replay = command->replay;
	),
	TP_printk("command_id=%llu context_id=%llu epoch=%u attempt=%u priority_class=%u "
		  "replay=%u waited_ns=%llu",
		__entry->command_id, __entry->context_id, __entry->epoch, __entry->attempt,
		__entry->priority_class, __entry->replay, __entry->waited_ns)
);

/* A server gave a result. outcome: 0, or why it counted for nothing. */
TRACE_EVENT(geoneuron_commit,
	TP_PROTO(const struct geoneuron_commit_entry *commit),
	TP_ARGS(commit),
	TP_STRUCT__entry(
		__field(u64, command_id)
		__field(u32, epoch)
		__field(u32, attempt)
		__field(s32, result)
		__field(s32, outcome)
	),
	TP_fast_assign(
		__entry->command_id = commit->command_id;
		__entry->epoch = commit->epoch;
		__entry->attempt = commit->attempt;
		__entry->result = commit->result;
		__entry->outcome = commit->outcome;
	),
	TP_printk("command_id=%llu epoch=%u attempt=%u result=%d outcome=%d",
		__entry->command_id, __entry->epoch, __entry->attempt, __entry->result,
		__entry->outcome)
);

/* A command waits once more. epoch, attempt: of the server that was lost with it. */
TRACE_EVENT(geoneuron_requeue,
	TP_PROTO(const struct gn_command *command),
	TP_ARGS(command),
	TP_STRUCT__entry(
		__field(u64, command_id)
		__field(u64, context_id)
		__field(u32, epoch)
		__field(u32, attempt)
		__field(u8, strikes)
		__field(u8, replay)
	),
	TP_fast_assign(
		__entry->command_id = command->id;
		__entry->context_id = command->context->id;
		__entry->epoch = command->epoch;
		__entry->attempt = command->attempt;
		__entry->strikes = command->strikes;
		__entry->replay = command->replay;
	),
	TP_printk("command_id=%llu context_id=%llu epoch=%u attempt=%u strikes=%u replay=%u",
		__entry->command_id, __entry->context_id, __entry->epoch, __entry->attempt,
		__entry->strikes, __entry->replay)
);

/* The last copy of a session's fence is closed. epoch: 0 where it was never the active one. */
TRACE_EVENT(geoneuron_fence,
	TP_PROTO(const struct gn_session *session),
	TP_ARGS(session),
	TP_STRUCT__entry(
		__field(u32, epoch)
		__field(u8, server_gone)
	),
	TP_fast_assign(
		__entry->epoch = session->epoch;
		__entry->server_gone = session->gone;
	),
	TP_printk("epoch=%u server_gone=%u", __entry->epoch, __entry->server_gone)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
