"""Training steps of dense networks without autograd, in TorchScript: PyTorch at its best on a CPU."""
from typing import List

import torch
from torch import Tensor


@torch.jit.script
def adam_update(params: List[Tensor], grads: List[Tensor], m: List[Tensor], v: List[Tensor], a: float, c: float):
    torch._foreach_mul_(m, 0.9)
    torch._foreach_add_(m, grads, alpha=0.1)
    torch._foreach_mul_(v, 0.999)
    torch._foreach_addcmul_(v, grads, grads, value=0.001)
    root = torch._foreach_sqrt(v)
    torch._foreach_mul_(root, c)
    torch._foreach_add_(root, 1e-8)
    torch._foreach_addcdiv_(params, m, root, value=-a)


@torch.jit.script
def gradients(x: Tensor, hot: Tensor, params: List[Tensor], classify: bool) -> List[Tensor]:
    """Of weights and bias of each layer in turn; params alternate likewise, weights [inputs, units]."""
    layers = len(params) // 2
    values = [x]
    for i in range(layers):
        sums = torch.addmm(params[2 * i + 1], values[i], params[2 * i])
        values.append(torch.relu_(sums) if i + 1 < layers else sums)
    if classify:
        d = torch.softmax(values[layers], 1).sub_(hot).div_(x.size(0))
    else:
        output = torch.sigmoid_(values[layers])
        d = (output - x).mul_(2.0 / x.numel()).mul_(output).mul_(1 - output)
    reverse: List[Tensor] = []
    for j in range(layers):
        i = layers - 1 - j
        reverse.append(d.sum(0))
        reverse.append(values[i].t().mm(d))
        if i > 0:
            d = d.mm(params[2 * i].t()).mul_(values[i] > 0)
    return reverse[::-1]


@torch.jit.script
def denoise(x: Tensor, weights: Tensor, hidden_bias: Tensor, visible_bias: Tensor, rate: float):
    """A step of gradient descent of an autoencoder with tied weights [784, units] on images of which 10% are masked."""
    masked = torch.empty_like(x).bernoulli_(0.9).mul_(x)
    hidden = torch.sigmoid_(torch.addmm(hidden_bias, masked, weights))
    d = torch.sigmoid_(torch.addmm(visible_bias, hidden, weights.t())).sub_(x).div_(x.size(0))
    d_hidden = torch.mm(d, weights).mul_(hidden).mul_(1 - hidden)
    weights.addmm_(d.t(), hidden, alpha=-rate).addmm_(masked.t(), d_hidden, alpha=-rate)
    visible_bias.sub_(d.sum(0), alpha=rate)
    hidden_bias.sub_(d_hidden.sum(0), alpha=rate)
