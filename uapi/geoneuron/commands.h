/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * geoneuron: what the commands mean: opcodes and payloads, shared by clients and scheduler. The
 * kernel passes them on unread. How a command travels is in linux/geoneuron.h and in
 * geoneuron/socket.h, and is the same to whoever reads this.
 *
 * Models and perceptions belong to the context that made them and live in the worker of one device.
 * Outside a chain they are soft state: a command that names one which is no more (or never was)
 * completes with -ESTALE. Perceptions that are not used for long are evicted from the device to
 * the host, and come back when they are used; only what a context has beyond its budgets there is
 * lost. A command that breaks a rule of this file completes with -EINVAL.
 * What else can go wrong is told at each opcode; for all of them: -ENODEV (no such device, or it is
 * lost), -ENOMEM (over a budget), -EIO (the worker died of it), -ETIME (the deadline could not be
 * kept, and the request has GEONEURON_REQUEST_DROP_LATE), -EDQUOT (a quota of this user).
 * The sentence that goes with an error: GEONEURON_QUERY of a "failure".
 */
#ifndef _GEONEURON_COMMANDS_H
#define _GEONEURON_COMMANDS_H

#include <linux/geoneuron.h>

/* NOP: no payload, no buffers; goes all the way to a worker and back. */
#define GEONEURON_NOP 0
/*
 * LOAD_MODEL: object becomes the model that slot 0 holds (READ, ONNX); one with this number is
 * replaced. Text: {"files": {"weights.bin": 1}}, the slots of external data, by location; or, where
 * in a slot: {"files": {"weights.bin": {"slot": 1, "offset": 0, "bytes": 4096}}}.
 * It is read in a process of its own. -EINVAL: no valid network, or one that this process died of.
 * -ENOTSUP: one with something that is not implemented. -ENOMEM, -ETIMEDOUT: it takes more memory
 * or processor time to be read than a model may.
 */
#define GEONEURON_LOAD_MODEL 1
/*
 * PERCEIVE: runs the model source, and object becomes its kept tensors; a perception with this
 * number is replaced. Text:
 *   {"inputs":  {"x": {"slot": 0, "type": "float32", "shape": [1, 3, 640, 640]}},
 *    "keep":    ["conv1", "y"] or "all" or "outputs" (the default),
 *    "outputs": {"y": {"slot": 1, "offset": 0}},
 *    "optimize": false or how many of the passes, in their order (default: true, all),
 *    "budget": 268435456, the bytes that the run may take (at most, and by default, the worker's),
 *    "profile": true (default: false), so that QUERY can tell its "trace",
 *    "progress": {"slot": 2, "offset": 0}, 8 aligned bytes (WRITE) for a __u64, which counts the
 *                tensors of "keep" and "outputs" while they are produced}
 * Elements are row-major without gaps and begin where the slot does, offset bytes further on
 * (default 0). Tensors under "outputs" are written to their slots (WRITE) as they are produced, and
 * are not kept unless "keep" names them too. value: the number of kept tensors. -ENOSPC: a tensor
 * is longer than its slot.
 */
#define GEONEURON_PERCEIVE 2
/*
 * RENDER: draws a view into a WRITE slot, as rows of RGBA, 8 bits each, without gaps. source is a
 * perception, or 0: then the tensors are in slots. Text:
 *   {"view": "activation_map", "pixels": 1, "select": ["conv1"], "parameters": {"palette": "grey"},
 *    "tensors": {"conv1": {"slot": 0, "type": "float32", "shape": [1, 8, 24, 24]}},
 *    "image": {"slot": 2, "width": 640, "height": 480}}
 * image: what the network was shown, in RGBA, for views that draw over it.
 * value: height << 32 | width. -ENOSPC: the slot is shorter than that picture, whose size value
 * tells.
 */
#define GEONEURON_RENDER 3
/* RELEASE: gives object up, a model or a perception; all that the context has where it is 0. */
#define GEONEURON_RELEASE 4
/*
 * QUERY: an answer in UTF-8 (JSON unless it says otherwise) in the report slot. Text:
 *   {"about": "devices"}      what there is, and how buffers reach each
 *   {"about": "model"}        of source: inputs, outputs, layers, parameters; with
 *                             "shapes": {"x": [1, 3]}, of inputs that leave them open; with
 *                             "passes": true, also what the optimiser would do
 *   {"about": "passes"}       of the perception source: the device and why it, whether the cache
 *                             answered, times and places by node, what the optimiser did, memory
 *   {"about": "trace"}        of the perception source, made with "profile": its run and the
 *                             pictures of it in the Trace Event Format; its times count from
 *                             "origin_ns" of its "otherData" (a text), by CLOCK_MONOTONIC
 *   {"about": "perception"}   of source: the kept tensors with types, shapes and bytes, and
 *                             whether they are on the "device" or were evicted to the "host"
 *   {"about": "tensor", "name": "y"}  of the perception source: its elements, row-major
 *   {"about": "statistics"}   contexts, classes, queues, device time
 *   {"about": "costs"}        what jobs are predicted to take
 *   {"about": "failure", "command": 17}  the sentence for a command of this context that failed;
 *                             the last 64 are remembered. -ENOENT: not one of them
 * value: bytes of the answer. -ENOSPC: the slot is shorter; value tells the bytes needed.
 */
#define GEONEURON_QUERY 5

#define GEONEURON_REQUEST_TEXT_BYTES 264
#define GEONEURON_NO_SLOT 0xFF

/*
 * The payload of every opcode but NOP, 288 bytes. object and source are numbers that the client
 * gives, not 0, each kind for itself; unused ones are 0. The text is JSON in UTF-8: what its opcode
 * names, and nothing else. A longer one lies in a buffer.
 */
struct geoneuron_request {
  __u64 object;     /* what this makes or gives up */
  __u64 source;     /* what it is made from */
  __u16 device;     /* 0: "auto"; else 1 + index in QUERY devices; one in a chain */
  __u16 flags;      /* GEONEURON_REQUEST_* */
  __u16 text_bytes; /* of text, 0 .. GEONEURON_REQUEST_TEXT_BYTES; 0 with text_slot */
  __u8 text_slot;   /* buffer slot (READ) that holds the text; else GEONEURON_NO_SLOT */
  __u8 report_slot; /* buffer slot (WRITE) for the answer; else GEONEURON_NO_SLOT */
  char text[GEONEURON_REQUEST_TEXT_BYTES]; /* bytes past text_bytes are 0 */
};

#define GEONEURON_REQUEST_DROP_LATE 0x1 /* past its deadline it is not begun: -ETIME */
#define GEONEURON_REQUEST_NO_CACHE 0x2  /* PERCEIVE computes even what it has computed before */

#endif /* _GEONEURON_COMMANDS_H */
