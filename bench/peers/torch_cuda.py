"""PyTorch on an NVIDIA GPU at its best: which precision, fused updates, and steps as CUDA graphs."""
import torch


def set_tf32(allowed):
    """Products and convolutions in nineteen bits on tensor cores, or in single precision as WebGPU has it. Of convolutions
    PyTorch's default is nineteen."""
    torch.backends.cuda.matmul.allow_tf32 = allowed
    torch.backends.cudnn.allow_tf32 = allowed


def prepare():
    set_tf32(False)
    # Tries the ways of a convolution at its first call, and takes the fastest.
    torch.backends.cudnn.benchmark = True


def fused(make, parameters, **options):
    """An optimizer whose update is one kernel, where this PyTorch has that: of Adam since 2.0, of SGD since 2.3."""
    try:
        return make(parameters, fused=True, **options)
    except (TypeError, RuntimeError):
        return make(parameters, **options)


def capture(work):
    """The work as a CUDA graph, after three runs on a side stream, as PyTorch's notes on graphs ask for."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            work()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        work()
    return graph


def graph_step(step_on, batches):
    """step(i) that replays step_on(x, y) of batch i. A graph has one shape: the short batch of an epoch has its own."""
    fixed = {len(x): (x.clone(), y.clone()) for x, y in batches}
    graphs = {}

    def step(i):
        if not graphs:
            # Not before: it makes steps of its own. All at once, so that none is captured while others are timed.
            graphs.update({rows: capture(lambda own=own: step_on(*own)) for rows, own in fixed.items()})
        x, y = batches[i % len(batches)]
        if len(batches) > 1:
            fixed[len(x)][0].copy_(x)
            fixed[len(x)][1].copy_(y)
        graphs[len(x)].replay()

    return step
