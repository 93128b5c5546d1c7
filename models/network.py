# SPDX-License-Identifier: MIT
"""The digits network in numpy, forwards and backwards. Activations are float32 [channels, batch,
height, width]: with the channel first, every per-channel operation runs over long rows."""

import numpy as np

SIDE = 48
CHANNELS = (1, 8, 16, 32, 32)
CLASSES = 10
FEATURES = CHANNELS[-1] * (SIDE // 2 ** (len(CHANNELS) - 1)) ** 2
EPSILON = np.float32(1e-5)
MOMENTUM = np.float32(0.02)  # of the running statistics, per step
TAPS = [(dy, dx) for dy in range(3) for dx in range(3)]


def columns(x):
    """[C,B,H,W] -> [C*9, B*H*W]: what each tap of a 3x3 window with padding 1 sees."""
    channels, batch, height, width = x.shape
    padded = np.zeros((channels, batch, height + 2, width + 2), np.float32)
    padded[:, :, 1:-1, 1:-1] = x
    out = np.empty((channels, 9, batch, height, width), np.float32)
    for tap, (dy, dx) in enumerate(TAPS):
        out[:, tap] = padded[:, :, dy:dy + height, dx:dx + width]
    return out.reshape(channels * 9, -1)


def uncolumns(gradient, shape):
    """The transpose of columns()."""
    channels, batch, height, width = shape
    padded = np.zeros((channels, batch, height + 2, width + 2), np.float32)
    gradient = gradient.reshape(channels, 9, batch, height, width)
    for tap, (dy, dx) in enumerate(TAPS):
        padded[:, :, dy:dy + height, dx:dx + width] += gradient[:, tap]
    return padded[:, :, 1:-1, 1:-1]


class Block:
    """Conv 3x3 without bias, batch normalisation, Relu and 2x2 max pooling."""

    def __init__(self, rng, inputs, outputs):
        spread = np.sqrt(2 / (inputs * 9))
        self.weight = (rng.standard_normal((outputs, inputs * 9)) * spread).astype(np.float32)
        self.scale = np.ones(outputs, np.float32)
        self.bias = np.zeros(outputs, np.float32)
        self.mean = np.zeros(outputs, np.float32)
        self.variance = np.ones(outputs, np.float32)

    def parameters(self):
        return [self.weight, self.scale, self.bias]

    def infer(self, x):
        raw = self.weight @ columns(x)
        factor = self.scale / np.sqrt(self.variance + EPSILON)
        shown = raw * factor[:, None] + (self.bias - self.mean * factor)[:, None]
        return pool(np.maximum(shown, 0).reshape(len(raw), *x.shape[1:]))

    def forward(self, x):
        self.shape, self.cols = x.shape, columns(x)
        raw = self.weight @ self.cols
        mean = raw.mean(1, keepdims=True)
        raw -= mean
        variance = np.einsum("ij,ij->i", raw, raw)[:, None] / raw.shape[1]
        self.mean += MOMENTUM * (mean[:, 0] - self.mean)
        self.variance += MOMENTUM * (variance[:, 0] - self.variance)
        self.deviation = np.sqrt(variance + EPSILON)
        raw /= self.deviation
        self.normal = raw
        shown = raw * self.scale[:, None] + self.bias[:, None]
        np.maximum(shown, 0, out=shown)
        self.shown = shown.reshape(len(raw), *x.shape[1:])
        self.pooled = pool(self.shown)
        return self.pooled

    def backward(self, gradient, wants_input):
        """(gradient of the input or None, gradients in the order of parameters())."""
        flow = unpool(gradient, self.shown, self.pooled).reshape(self.normal.shape)
        bias = flow.sum(1)
        scale = np.einsum("ij,ij->i", flow, self.normal)
        count = np.float32(flow.shape[1])
        flow -= bias[:, None] / count
        flow -= self.normal * (scale[:, None] / count)
        flow *= self.scale[:, None] / self.deviation
        weight = flow @ self.cols.T
        below = uncolumns(self.weight.T @ flow, self.shape) if wants_input else None
        return below, [weight, scale, bias]


def pool(x):
    """The largest of each 2x2 square."""
    rows = np.maximum(x[:, :, 0::2], x[:, :, 1::2])
    return np.maximum(rows[..., 0::2], rows[..., 1::2])


def unpool(gradient, shown, pooled):
    """The gradient where the largest value was; none where Relu gave 0, however many tied."""
    out = np.empty_like(shown)
    live = gradient * (pooled > 0)
    for y in (0, 1):
        for x in (0, 1):
            out[:, :, y::2, x::2] = live * (shown[:, :, y::2, x::2] == pooled)
    return out


class Network:
    """Four blocks, then a matrix product to ten logits."""

    def __init__(self, rng):
        self.blocks = [Block(rng, a, b) for a, b in zip(CHANNELS, CHANNELS[1:])]
        self.weight = (rng.standard_normal((CLASSES, FEATURES)) / np.sqrt(FEATURES)
                       ).astype(np.float32)
        self.bias = np.zeros(CLASSES, np.float32)

    def parameters(self):
        return [p for block in self.blocks for p in block.parameters()] + [self.weight, self.bias]

    def infer(self, images):
        """Logits [N,10] of images [N,1,48,48] with the running statistics."""
        x = images.transpose(1, 0, 2, 3)
        for block in self.blocks:
            x = block.infer(x)
        return flat(x) @ self.weight.T + self.bias

    def step_gradients(self, images, labels, smoothing):
        """(mean cross-entropy, gradients in the order of parameters()) of one batch."""
        x = images.transpose(1, 0, 2, 3)
        for block in self.blocks:
            x = block.forward(x)
        features = flat(x)
        loss, logits = cross_entropy(features @ self.weight.T + self.bias, labels, smoothing)
        own = [logits.T @ features, logits.sum(0)]
        flow = (logits @ self.weight).reshape(len(labels), *[x.shape[i] for i in (0, 2, 3)])
        flow = flow.transpose(1, 0, 2, 3)
        gradients = []
        for block in reversed(self.blocks):
            flow, found = block.backward(flow, block is not self.blocks[0])
            gradients = found + gradients
        return loss, gradients + own


def flat(x):
    """[C,B,H,W] -> [B, C*H*W], in the order of ONNX's Flatten over [N,C,H,W]."""
    return np.ascontiguousarray(x.transpose(1, 0, 2, 3)).reshape(x.shape[1], -1)


def cross_entropy(logits, labels, smoothing):
    """(mean loss, its gradient) against labels softened by `smoothing`."""
    logits = logits - logits.max(1, keepdims=True)
    logs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    wanted = np.full(logits.shape, smoothing / CLASSES, np.float32)
    wanted[np.arange(len(labels)), labels] += 1 - smoothing
    return float(-(wanted * logs).sum(1).mean()), (np.exp(logs) - wanted) / np.float32(len(labels))


class Adam:
    """Kingma and Ba, Adam, 2015, with decoupled weight decay on matrices."""

    def __init__(self, parameters, decay):
        self.parameters, self.decay, self.count = parameters, decay, 0
        self.first = [np.zeros_like(p) for p in parameters]
        self.second = [np.zeros_like(p) for p in parameters]

    def step(self, gradients, rate):
        self.count += 1
        unbias = np.sqrt(1 - 0.999 ** self.count) / (1 - 0.9 ** self.count)
        for p, g, m, v in zip(self.parameters, gradients, self.first, self.second):
            m += np.float32(0.1) * (g - m)
            v += np.float32(0.001) * (g * g - v)
            if p.ndim == 2:
                p *= np.float32(1 - rate * self.decay)
            p -= np.float32(rate * unbias) * m / (np.sqrt(v) + np.float32(1e-8))
