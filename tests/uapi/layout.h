/* SPDX-License-Identifier: MIT */
/*
 * The contract's layout, number by number, frozen: what a program that was compiled earlier relies
 * on. A change of the header that moves anything fails here. Compiled as C11, as C++20, and
 * for 32 bits, whose programs call the 64-bit kernel with the same structures.
 */
#ifndef TESTS_UAPI_LAYOUT_H
#define TESTS_UAPI_LAYOUT_H

#include <geoneuron/commands.h>
#include <geoneuron/socket.h>
#include <linux/geoneuron.h>
#include <stddef.h>

/* Not from assert.h: for 32 bits there is no C library here, and this needs none. */
#ifndef __cplusplus
#define static_assert _Static_assert
#endif

#define SIZE(type, bytes) static_assert(sizeof(struct type) == (bytes), #type)
#define AT(type, field, bytes) \
  static_assert(offsetof(struct type, field) == (bytes), #type "." #field)
#define VALUE(name, number) static_assert((name) == (number), #name)

SIZE(geoneuron_buffer_use, 24);
AT(geoneuron_buffer_use, handle, 0);
AT(geoneuron_buffer_use, access, 4);
AT(geoneuron_buffer_use, offset, 8);
AT(geoneuron_buffer_use, length, 16);

SIZE(geoneuron_command, 512);
AT(geoneuron_command, opcode, 0);
AT(geoneuron_command, flags, 2);
AT(geoneuron_command, priority_class, 4);
AT(geoneuron_command, buffer_count, 5);
AT(geoneuron_command, payload_bytes, 6);
AT(geoneuron_command, user_data, 8);
AT(geoneuron_command, deadline_ns, 16);
AT(geoneuron_command, reserved, 24);
AT(geoneuron_command, buffers, 32);
AT(geoneuron_command, payload, 224);

SIZE(geoneuron_completion, 32);
AT(geoneuron_completion, user_data, 0);
AT(geoneuron_completion, result, 8);
AT(geoneuron_completion, flags, 12);
AT(geoneuron_completion, value, 16);
AT(geoneuron_completion, command_id, 24);

SIZE(geoneuron_ring, 192);
AT(geoneuron_ring, head, 0);
AT(geoneuron_ring, padding0, 4);
AT(geoneuron_ring, tail, 64);
AT(geoneuron_ring, padding1, 68);
AT(geoneuron_ring, entries, 128);
AT(geoneuron_ring, padding2, 132);

SIZE(geoneuron_info, 88);
AT(geoneuron_info, abi_version, 0);
AT(geoneuron_info, highest_class, 4);
AT(geoneuron_info, features, 8);
AT(geoneuron_info, server_attached, 16);
AT(geoneuron_info, standby_attached, 20);
AT(geoneuron_info, max_commands, 24);
AT(geoneuron_info, max_buffer_bytes, 32);
AT(geoneuron_info, max_pinned_bytes, 40);
AT(geoneuron_info, max_contexts, 48);
AT(geoneuron_info, reserved, 56);

SIZE(geoneuron_setup, 56);
AT(geoneuron_setup, submission_entries, 0);
AT(geoneuron_setup, completion_entries, 4);
AT(geoneuron_setup, flags, 8);
AT(geoneuron_setup, padding, 12);
AT(geoneuron_setup, submission_offset, 16);
AT(geoneuron_setup, submission_bytes, 24);
AT(geoneuron_setup, completion_offset, 32);
AT(geoneuron_setup, completion_bytes, 40);
AT(geoneuron_setup, submission_entries_at, 48);
AT(geoneuron_setup, completion_entries_at, 52);

SIZE(geoneuron_create_buffer, 24);
AT(geoneuron_create_buffer, size, 0);
AT(geoneuron_create_buffer, flags, 8);
AT(geoneuron_create_buffer, handle, 12);
AT(geoneuron_create_buffer, mmap_offset, 16);

SIZE(geoneuron_destroy_buffer, 8);
AT(geoneuron_destroy_buffer, handle, 0);
AT(geoneuron_destroy_buffer, padding, 4);

SIZE(geoneuron_export_buffer, 16);
AT(geoneuron_export_buffer, handle, 0);
AT(geoneuron_export_buffer, flags, 4);
AT(geoneuron_export_buffer, fd, 8);
AT(geoneuron_export_buffer, padding, 12);

SIZE(geoneuron_import_buffer, 24);
AT(geoneuron_import_buffer, fd, 0);
AT(geoneuron_import_buffer, flags, 4);
AT(geoneuron_import_buffer, handle, 8);
AT(geoneuron_import_buffer, padding, 12);
AT(geoneuron_import_buffer, size, 16);

SIZE(geoneuron_submit, 32);
AT(geoneuron_submit, count, 0);
AT(geoneuron_submit, flags, 4);
AT(geoneuron_submit, min_complete, 8);
AT(geoneuron_submit, accepted, 12);
AT(geoneuron_submit, wait_result, 16);
AT(geoneuron_submit, padding, 20);
AT(geoneuron_submit, deadline_ns, 24);

SIZE(geoneuron_cancel, 24);
AT(geoneuron_cancel, user_data, 0);
AT(geoneuron_cancel, flags, 8);
AT(geoneuron_cancel, cancelled, 12);
AT(geoneuron_cancel, requested, 16);
AT(geoneuron_cancel, not_found, 20);

SIZE(geoneuron_eventfd, 8);
AT(geoneuron_eventfd, fd, 0);
AT(geoneuron_eventfd, flags, 4);

SIZE(geoneuron_record, 704);
AT(geoneuron_record, kind, 0);
AT(geoneuron_record, flags, 4);
AT(geoneuron_record, command_id, 8);
AT(geoneuron_record, epoch, 16);
AT(geoneuron_record, attempt, 20);
AT(geoneuron_record, chain_id, 24);
AT(geoneuron_record, context_id, 32);
AT(geoneuron_record, uid, 40);
AT(geoneuron_record, strikes, 44);
AT(geoneuron_record, accepted_ns, 48);
AT(geoneuron_record, process, 56);
AT(geoneuron_record, highest_class, 60);
AT(geoneuron_record, reserved, 64);
AT(geoneuron_record, buffer_ids, 128);
AT(geoneuron_record, command, 192);

SIZE(geoneuron_attach, 32);
AT(geoneuron_attach, role, 0);
AT(geoneuron_attach, flags, 4);
AT(geoneuron_attach, lease_ns, 8);
AT(geoneuron_attach, fence_fd, 16);
AT(geoneuron_attach, epoch, 20);
AT(geoneuron_attach, area_bytes, 24);

SIZE(geoneuron_session, 32);
AT(geoneuron_session, role, 0);
AT(geoneuron_session, epoch, 4);
AT(geoneuron_session, queued, 8);
AT(geoneuron_session, dispatched, 16);
AT(geoneuron_session, fenced, 24);

SIZE(geoneuron_get_buffer, 40);
AT(geoneuron_get_buffer, command_id, 0);
AT(geoneuron_get_buffer, epoch, 8);
AT(geoneuron_get_buffer, slot, 12);
AT(geoneuron_get_buffer, fd, 16);
AT(geoneuron_get_buffer, kind, 20);
AT(geoneuron_get_buffer, size, 24);
AT(geoneuron_get_buffer, buffer_id, 32);

SIZE(geoneuron_uring_submit, 16);
AT(geoneuron_uring_submit, count, 0);
AT(geoneuron_uring_submit, flags, 4);
AT(geoneuron_uring_submit, reserved, 8);

SIZE(geoneuron_uring_fetch, 16);
AT(geoneuron_uring_fetch, credits, 0);
AT(geoneuron_uring_fetch, first_slot, 8);
AT(geoneuron_uring_fetch, slot_count, 10);
AT(geoneuron_uring_fetch, flags, 12);

SIZE(geoneuron_uring_commit, 16);
AT(geoneuron_uring_commit, entries, 0);
AT(geoneuron_uring_commit, count, 8);
AT(geoneuron_uring_commit, flags, 12);

SIZE(geoneuron_commit_entry, 32);
AT(geoneuron_commit_entry, command_id, 0);
AT(geoneuron_commit_entry, epoch, 8);
AT(geoneuron_commit_entry, attempt, 12);
AT(geoneuron_commit_entry, result, 16);
AT(geoneuron_commit_entry, outcome, 20);
AT(geoneuron_commit_entry, value, 24);

VALUE(GEONEURON_ABI_VERSION, 1u);
VALUE(GEONEURON_COMMAND_BUFFERS, 8u);
VALUE(GEONEURON_PAYLOAD_BYTES, 288u);
VALUE(GEONEURON_MIN_RING_ENTRIES, 2u);
VALUE(GEONEURON_MAX_RING_ENTRIES, 4096u);
VALUE(GEONEURON_MAX_CHAIN_COMMANDS, 64u);
VALUE(GEONEURON_CLASSES, 4u);
VALUE(GEONEURON_CLASS_BACKGROUND, 0u);
VALUE(GEONEURON_CLASS_NORMAL, 1u);
VALUE(GEONEURON_CLASS_INTERACTIVE, 2u);
VALUE(GEONEURON_CLASS_REALTIME, 3u);
VALUE(GEONEURON_ACCESS_READ, 1u);
VALUE(GEONEURON_ACCESS_WRITE, 2u);
VALUE(GEONEURON_COMMAND_LINK, 1u);
VALUE(GEONEURON_COMMAND_IDEMPOTENT, 2u);
VALUE(GEONEURON_FEATURE_URING_CANCEL, 1u);
VALUE(GEONEURON_IMPORT_READ_ONLY, 1u);
VALUE(GEONEURON_SUBMIT_INTERRUPTIBLE, 1u);
VALUE(GEONEURON_IOC, 0xb7u);
VALUE(GEONEURON_IOC_GET_INFO, 0x8058b700u);
VALUE(GEONEURON_IOC_SETUP, 0xc038b701u);
VALUE(GEONEURON_IOC_CREATE_BUFFER, 0xc018b702u);
VALUE(GEONEURON_IOC_DESTROY_BUFFER, 0x4008b703u);
VALUE(GEONEURON_IOC_EXPORT_BUFFER, 0xc010b704u);
VALUE(GEONEURON_IOC_IMPORT_BUFFER, 0xc018b705u);
VALUE(GEONEURON_IOC_SUBMIT, 0xc020b706u);
VALUE(GEONEURON_IOC_CANCEL, 0xc018b707u);
VALUE(GEONEURON_IOC_SET_EVENTFD, 0x4008b708u);
VALUE(GEONEURON_MAX_RECORDS, 1024u);
VALUE(GEONEURON_BREADCRUMBS, 512u);
VALUE(GEONEURON_RECORD_COMMAND, 1u);
VALUE(GEONEURON_RECORD_CANCEL, 2u);
VALUE(GEONEURON_RECORD_BUFFER_GONE, 3u);
VALUE(GEONEURON_RECORD_CONTEXT_GONE, 4u);
VALUE(GEONEURON_RECORD_REPLAY, 1u);
VALUE(GEONEURON_RECORD_CHAIN_MORE, 2u);
VALUE(GEONEURON_AREA_BREADCRUMBS_AT, 0u);
VALUE(GEONEURON_AREA_RECORDS_AT, 4096u);
VALUE(GEONEURON_ROLE_ACTIVE, 0u);
VALUE(GEONEURON_ROLE_STANDBY, 1u);
VALUE(GEONEURON_ATTACH_CONTEXTS, 1u);
VALUE(GEONEURON_MIN_LEASE_NS, 10000000u);
VALUE(GEONEURON_MAX_LEASE_NS, 60000000000u);
VALUE(GEONEURON_BUFFER_MEMORY, 0u);
VALUE(GEONEURON_BUFFER_DMABUF, 1u);
VALUE(GEONEURON_IOC_ATTACH, 0xc020b740u);
VALUE(GEONEURON_IOC_DETACH, 0xb741u);
VALUE(GEONEURON_IOC_GET_SESSION, 0x8020b742u);
VALUE(GEONEURON_IOC_GET_BUFFER, 0xc028b743u);
VALUE(GEONEURON_URING_SUBMIT, 1u);
VALUE(GEONEURON_URING_FETCH, 65u);
VALUE(GEONEURON_URING_COMMIT, 66u);
VALUE(GEONEURON_COMMIT_GIVE_BACK, 1u);

SIZE(geoneuron_request, GEONEURON_PAYLOAD_BYTES);
AT(geoneuron_request, object, 0);
AT(geoneuron_request, source, 8);
AT(geoneuron_request, device, 16);
AT(geoneuron_request, flags, 18);
AT(geoneuron_request, text_bytes, 20);
AT(geoneuron_request, text_slot, 22);
AT(geoneuron_request, report_slot, 23);
AT(geoneuron_request, text, 24);

SIZE(geoneuron_message, 8);
AT(geoneuron_message, kind, 0);
AT(geoneuron_message, count, 2);
AT(geoneuron_message, padding, 4);

SIZE(geoneuron_hello, 16);
AT(geoneuron_hello, version, 0);
AT(geoneuron_hello, completion_entries, 4);
AT(geoneuron_hello, reserved, 8);

SIZE(geoneuron_welcome, 96);
AT(geoneuron_welcome, info, 0);
AT(geoneuron_welcome, daemon_pid, 88);

SIZE(geoneuron_socket_buffer, 16);
AT(geoneuron_socket_buffer, handle, 0);
AT(geoneuron_socket_buffer, flags, 4);
AT(geoneuron_socket_buffer, size, 8);

SIZE(geoneuron_refusal, 256);
AT(geoneuron_refusal, error, 0);
AT(geoneuron_refusal, padding, 4);
AT(geoneuron_refusal, sentence, 8);

VALUE(GEONEURON_NOP, 0u);
VALUE(GEONEURON_LOAD_MODEL, 1u);
VALUE(GEONEURON_PERCEIVE, 2u);
VALUE(GEONEURON_RENDER, 3u);
VALUE(GEONEURON_RELEASE, 4u);
VALUE(GEONEURON_QUERY, 5u);
VALUE(GEONEURON_NO_SLOT, 0xffu);
VALUE(GEONEURON_REQUEST_TEXT_BYTES, 264u);
VALUE(GEONEURON_REQUEST_DROP_LATE, 1u);
VALUE(GEONEURON_REQUEST_NO_CACHE, 2u);
VALUE(GEONEURON_SOCKET_VERSION, 1u);
VALUE(GEONEURON_MESSAGE_ENTRIES, 32u);
VALUE(GEONEURON_MESSAGE_BYTES, 8u + 32u * 512u);
VALUE(GEONEURON_SOCKET_MAX_BUFFERS, 4096u);
VALUE(GEONEURON_MESSAGE_HELLO, 1u);
VALUE(GEONEURON_MESSAGE_BUFFER, 2u);
VALUE(GEONEURON_MESSAGE_DESTROY, 3u);
VALUE(GEONEURON_MESSAGE_SUBMIT, 4u);
VALUE(GEONEURON_MESSAGE_CANCEL, 5u);
VALUE(GEONEURON_MESSAGE_WELCOME, 16u);
VALUE(GEONEURON_MESSAGE_COMPLETIONS, 17u);
VALUE(GEONEURON_MESSAGE_CANCELLED, 18u);
VALUE(GEONEURON_MESSAGE_REFUSED, 19u);

#endif
