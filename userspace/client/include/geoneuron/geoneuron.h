/* SPDX-License-Identifier: MIT */
/*
 * libgeoneuron: runs neural networks, and draws what happens inside, on the machine's devices,
 * which a daemon shares among all programs. What commands mean is in geoneuron/commands.h.
 *
 * Every function that returns int or int64_t returns a negative errno where it fails, and
 * geoneuron_error() then says what was wrong. A pointer must be valid where it is not said that it
 * may be NULL.
 *
 * Thread-safe: any threads may use one context at a time, but geoneuron_disconnect() must be its
 * last call. No call but those that say so waits. The library starts no thread, handles no signal,
 * and is not to be used in a child between fork and exec.
 *
 * The promise: an accepted command gets exactly one completion, whatever dies in between, and
 * nobody writes into its buffers after that completion.
 */
#ifndef GEONEURON_GEONEURON_H
#define GEONEURON_GEONEURON_H

#include <stddef.h>
#include <stdint.h>

#include <geoneuron/commands.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GEONEURON_API __attribute__((visibility("default")))

struct geoneuron_context;
struct geoneuron_buffer;

/* The sentence that goes with this thread's last failure; valid until its next call. */
GEONEURON_API const char* geoneuron_error(void);

/* ---- Connections ---------------------------------------------------------------------------- */

/* Ways to the daemon. */
#define GEONEURON_WAY_AUTO 0     /* the first of the others that is there */
#define GEONEURON_WAY_KERNEL 1   /* /dev/geoneuron */
#define GEONEURON_WAY_SOCKET 2   /* the socket of a daemon that runs */
#define GEONEURON_WAY_EMBEDDED 3 /* a daemon of this process's own, which ends with it */

/*
 * How to connect; what is 0 or NULL has its default. The socket's path is by default that of the
 * environment variable GEONEURON_SOCKET, else $XDG_RUNTIME_DIR/geoneuron/socket, else
 * /run/geoneuron/socket. The program of an embedded daemon is by default that of GEONEURON_DAEMON,
 * else geoneurond beside this process's program, in the sbin/ that goes with it or with the
 * library, or in PATH.
 */
struct geoneuron_options {
  uint32_t size; /* sizeof(struct geoneuron_options), which may grow: older programs go on */
  uint32_t way;  /* GEONEURON_WAY_* */
  const char* socket_path;
  const char* daemon_path;
  uint32_t completion_entries;   /* most commands accepted and not reaped; a power of two,
                                    GEONEURON_MIN_RING_ENTRIES to _MAX_; default 256 */
  uint32_t padding;              /* 0 */
  uint64_t connect_timeout_ns;   /* for the daemon to answer; default 10 s, of an embedded one,
                                    which has to start and to look for devices, 60 s */
  uint64_t reconnect_timeout_ns; /* to find another when it was lost; default 30 s */
  const char* const* daemon_arguments; /* of an embedded daemon, beside the library's own; NULL
                                          ends them */
};

/*
 * Makes a context; options may be NULL. Waits for the daemon's answer. AUTO takes the socket that
 * options or GEONEURON_SOCKET names, and nothing else where one does; else the kernel where a
 * daemon serves through it, else the socket where one listens, else a daemon of its own. It passes
 * over what is not there or not for this user, but no daemon that refuses. -ENOENT, -ECONNREFUSED:
 * nothing there. -EACCES: not for this user. -ETIMEDOUT. -EPROTO: what is there speaks otherwise.
 * -ECONNRESET: the daemon went. Others: why it refuses.
 */
GEONEURON_API int geoneuron_connect(const struct geoneuron_options* options,
                                    struct geoneuron_context** context);
/* Ends the context and what it has not completed; NULL is nothing. Its buffers stay mapped. */
GEONEURON_API void geoneuron_disconnect(struct geoneuron_context* context);

/* The way that was taken, GEONEURON_WAY_*. */
GEONEURON_API int geoneuron_context_way(const struct geoneuron_context* context);
/* As GET_INFO in linux/geoneuron.h. */
GEONEURON_API int geoneuron_context_info(struct geoneuron_context* context,
                                         struct geoneuron_info* info);

/* ---- Buffers -------------------------------------------------------------------------------- */

/*
 * Memory that commands read and write with no copy; its bytes are 0. size is in bytes, not 0, and
 * rounded up to whole pages. -EDQUOT: over the user's quota. -ENOSPC: too many buffers.
 */
GEONEURON_API int geoneuron_buffer_create(struct geoneuron_context* context, uint64_t size,
                                          struct geoneuron_buffer** buffer);
/*
 * A dma-buf of any device, through the kernel only (else -EOPNOTSUPP). It is not mapped here. flags
 * and errors are those of IMPORT_BUFFER in linux/geoneuron.h; the caller keeps fd.
 */
GEONEURON_API int geoneuron_buffer_import(struct geoneuron_context* context, int fd, uint32_t flags,
                                          struct geoneuron_buffer** buffer);
/*
 * Gives the buffer up and unmaps it, also after its context; NULL is nothing. Commands that were
 * accepted keep its memory.
 */
GEONEURON_API void geoneuron_buffer_destroy(struct geoneuron_buffer* buffer);

/* Where it is mapped, for reading and writing; NULL where it was imported. */
GEONEURON_API void* geoneuron_buffer_data(const struct geoneuron_buffer* buffer);
GEONEURON_API uint64_t geoneuron_buffer_size(const struct geoneuron_buffer* buffer);
/* Its number in struct geoneuron_buffer_use. */
GEONEURON_API uint32_t geoneuron_buffer_handle(const struct geoneuron_buffer* buffer);

/* ---- Commands ------------------------------------------------------------------------------- */

/*
 * Each makes *command anew: of class NORMAL, IDEMPOTENT, without deadline; change its fields as you
 * like before it is submitted. text is JSON as geoneuron/commands.h says, at most
 * GEONEURON_REQUEST_TEXT_BYTES long (else -E2BIG: see geoneuron_command_text_in), NULL for none.
 * Buffers take slots 0, 1, ... in the order in which they are named.
 */
GEONEURON_API int geoneuron_command_nop(struct geoneuron_command* command);
/* slot 0: the first `bytes` of the buffer are the model. */
GEONEURON_API int geoneuron_command_load_model(struct geoneuron_command* command, uint64_t model,
                                               const struct geoneuron_buffer* buffer,
                                               uint64_t bytes, const char* text);
GEONEURON_API int geoneuron_command_perceive(struct geoneuron_command* command, uint64_t perception,
                                             uint64_t model, const char* text);
/* perception: 0 where the tensors are in slots. */
GEONEURON_API int geoneuron_command_render(struct geoneuron_command* command, uint64_t perception,
                                           const char* text);
GEONEURON_API int geoneuron_command_release(struct geoneuron_command* command, uint64_t object);
/* slot 0: the answer, and its length as the completion's value. */
GEONEURON_API int geoneuron_command_query(struct geoneuron_command* command, uint64_t source,
                                          const char* text, const struct geoneuron_buffer* answer);

/*
 * Names [offset, offset + length) of a buffer in the next free slot; length 0: up to its end.
 * access is GEONEURON_ACCESS_*. Returns the slot; -ENOSPC: all eight are taken; -EINVAL: no access,
 * or not inside the buffer.
 */
GEONEURON_API int geoneuron_command_use(struct geoneuron_command* command,
                                        const struct geoneuron_buffer* buffer, uint32_t access,
                                        uint64_t offset, uint64_t length);
/* The text is the first `bytes` of a buffer, which takes the next free slot. Returns the slot. */
GEONEURON_API int geoneuron_command_text_in(struct geoneuron_command* command,
                                            const struct geoneuron_buffer* buffer, uint64_t bytes);

/* ---- Running them --------------------------------------------------------------------------- */

/* user_data from here on is the library's own: -EINVAL. */
#define GEONEURON_RESERVED_USER_DATA 0xffffffff00000000ULL

/*
 * Accepts commands from the front of the array, whole chains only, and returns how many. -EAGAIN:
 * no place for the first, before completions are reaped. -ENOTCONN, or why there is no daemon any
 * more: the daemon was lost and no other was found. Else as SUBMIT in linux/geoneuron.h. A command
 * that breaks a rule there is accepted, and its completion says so.
 *
 * When the daemon is lost the library waits until the last of its workers is gone, finds the next,
 * and submits again what is IDEMPOTENT (a chain, if all its members are); the rest completes with
 * -EOWNERDEAD.
 */
GEONEURON_API int geoneuron_context_submit(struct geoneuron_context* context,
                                           const struct geoneuron_command* commands,
                                           uint32_t count);
/* Takes up to count completions; returns how many there were, and does not wait. */
GEONEURON_API int geoneuron_context_reap(struct geoneuron_context* context,
                                         struct geoneuron_completion* completions, uint32_t count);
/*
 * Waits until `minimum` completions can be reaped, or all that are outstanding if those are fewer.
 * timeout_ns: 0 looks only; negative: without end. -ETIME: not in time. Signals do not end it: who
 * needs that polls geoneuron_context_poll_fd.
 */
GEONEURON_API int geoneuron_context_wait(struct geoneuron_context* context, uint32_t minimum,
                                         int64_t timeout_ns);
/*
 * Submits all commands, at most completion_entries, and waits for their completions, which come in
 * the commands' order and to nobody else; completions may be NULL. Returns 0, or what the first
 * that failed ended with, and geoneuron_error() then has the daemon's sentence. -EAGAIN:
 * completions that nobody reaped take the places. geoneuron_context_cancel does not find them.
 *
 * What names a model or perception that its worker has lost (-ESTALE) is run once more after these
 * were made again, if that changes nothing else: commands of this function made them, which are
 * IDEMPOTENT and write into no buffer, and whose buffers are still there with the bytes of then;
 * and what failed is IDEMPOTENT, of a chain all of it. geoneuron_context_submit does not do so.
 */
GEONEURON_API int geoneuron_context_run(struct geoneuron_context* context,
                                        const struct geoneuron_command* commands, uint32_t count,
                                        struct geoneuron_completion* completions);
/*
 * Asks for the end of every command with this user_data. Waits for the daemon's answer
 * (-ETIMEDOUT). answer may be NULL; it is that of CANCEL in linux/geoneuron.h, and -ENOENT is
 * returned where it says not_found.
 */
GEONEURON_API int geoneuron_context_cancel(struct geoneuron_context* context, uint64_t user_data,
                                           struct geoneuron_cancel* answer);
/*
 * An fd for event loops, readable (POLLIN) while completions may be there to reap: call
 * geoneuron_context_reap then, which may find none, and do not read from it. Of the context: do not
 * close it.
 */
GEONEURON_API int geoneuron_context_poll_fd(struct geoneuron_context* context);
/*
 * Why a command failed: a sentence of at most size - 1 bytes, and a 0. Asks the daemon, which
 * remembers the last 64 of a context, and waits for its answer. Returns the sentence's length.
 */
GEONEURON_API int geoneuron_context_failure(struct geoneuron_context* context,
                                            const struct geoneuron_completion* completion,
                                            char* sentence, size_t size);

#ifdef __cplusplus
}
#endif

#endif /* GEONEURON_GEONEURON_H */
