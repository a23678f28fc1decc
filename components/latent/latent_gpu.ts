/** The cloud on WebGPU: one square per point, turned to the camera, of which a disc is left. */
import type { Frame, Renderer } from "./latent_renderer.ts";

const MAX_COLORS = 16, UNIFORM_BYTES = 96 + 16 * MAX_COLORS, SAMPLES = 4;

const SHADER = `
struct Frame {
  view: mat4x4f,
  paper: vec4f,
  // width, height, diameter of a point, distance of the camera
  sizes: vec4f,
  colors: array<vec4f, ${MAX_COLORS}>,
}
@group(0) @binding(0) var<uniform> frame: Frame;

struct Corner {
  @builtin(position) position: vec4f,
  @location(0) at: vec2f,
  @location(1) color: vec3f,
}

@vertex fn corner(@builtin(vertex_index) i: u32, @location(0) point: vec4f) -> Corner {
  let at = vec2f(f32(i & 1u), f32(i >> 1u)) * 2.0 - 1.0;
  let middle = frame.view * vec4f(point.xyz, 1.0);
  let color = frame.colors[u32(point.w)];
  var out: Corner;
  // The distance of a point is its w; a hidden class has no size.
  let radius = frame.sizes.z * frame.sizes.w * color.a / frame.sizes.xy;
  // A little room for soft edges.
  out.at = at * 1.3;
  out.position = vec4f(middle.xy + out.at * radius, middle.zw);
  let share = clamp(0.8 - 0.5 * (middle.w - frame.sizes.w), 0.25, 1.0);
  out.color = mix(frame.paper.rgb, color.rgb, share);
  return out;
}

@fragment fn disc(in: Corner) -> @location(0) vec4f {
  let edge = length(in.at);
  let soft = fwidth(edge);
  let cover = 1.0 - smoothstep(1.0 - 0.5 * soft, 1.0 + 0.5 * soft, edge);
  if (cover <= 0.0) { discard; }
  return vec4f(in.color, cover);
}
`;

/** Opens a device for the canvas, or resolves to `undefined` where the browser has none. */
export async function gpuRenderer(
  canvas: HTMLCanvasElement,
  points: Float32Array,
  labels: readonly number[],
  { onLost }: { onLost(): void },
): Promise<Renderer | undefined> {
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null),
    device = await adapter?.requestDevice();
  const context = device && canvas.getContext("webgpu") as unknown as GPUCanvasContext | null;
  if (!device || !context) return undefined;
  let isClosed = false;
  device.lost.then(() => isClosed || onLost());
  const format = navigator.gpu.getPreferredCanvasFormat();
  context.configure({ device, format, alphaMode: "opaque" });
  const module = device.createShaderModule({ code: SHADER });
  const pipeline = await device.createRenderPipelineAsync({
    layout: "auto",
    vertex: {
      module,
      entryPoint: "corner",
      buffers: [{
        arrayStride: 16,
        stepMode: "instance",
        attributes: [{ shaderLocation: 0, offset: 0, format: "float32x4" }],
      }],
    },
    fragment: { module, entryPoint: "disc", targets: [{ format }] },
    primitive: { topology: "triangle-strip" },
    depthStencil: { format: "depth24plus", depthWriteEnabled: true, depthCompare: "less" },
    multisample: { count: SAMPLES, alphaToCoverageEnabled: true },
  });
  const instances = new Float32Array(
    labels.flatMap((label, i) => [...points.subarray(3 * i, 3 * i + 3), label]),
  );
  const vertices = device.createBuffer({
    size: instances.byteLength,
    usage: GPUBufferUsage.VERTEX | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(vertices, 0, instances);
  const uniforms = device.createBuffer({
    size: UNIFORM_BYTES,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer: uniforms } }],
  });
  let targets: { readonly samples: GPUTexture; readonly depth: GPUTexture } | undefined;
  const targetsFor = (width: number, height: number) => {
    if (targets?.depth.width === width && targets.depth.height === height) return targets;
    targets?.samples.destroy();
    targets?.depth.destroy();
    const make = (kind: GPUTextureFormat) =>
      device.createTexture({
        size: [width, height],
        sampleCount: SAMPLES,
        format: kind,
        usage: GPUTextureUsage.RENDER_ATTACHMENT,
      });
    return targets = { samples: make(format), depth: make("depth24plus") };
  };

  return {
    name: "webgpu",
    draw(frame) {
      const { width, height, paper: [r, g, b] } = frame;
      if (isClosed || width === 0 || height === 0) return;
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
      const { samples, depth } = targetsFor(width, height);
      device.queue.writeBuffer(uniforms, 0, uniformsOf(frame));
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginRenderPass({
        colorAttachments: [{
          view: samples.createView(),
          resolveTarget: context.getCurrentTexture().createView(),
          clearValue: { r, g, b, a: 1 },
          loadOp: "clear",
          storeOp: "discard",
        }],
        depthStencilAttachment: {
          view: depth.createView(),
          depthClearValue: 1,
          depthLoadOp: "clear",
          depthStoreOp: "discard",
        },
      });
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.setVertexBuffer(0, vertices);
      pass.draw(4, labels.length);
      pass.end();
      device.queue.submit([encoder.finish()]);
    },
    close() {
      isClosed = true;
      device.destroy();
    },
  };
}

function uniformsOf(
  { view, width, height, size, paper, colors, distance }: Frame,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(UNIFORM_BYTES / 4);
  values.set(view, 0);
  values.set([...paper, 1], 16);
  values.set([width, height, size, distance], 20);
  colors.slice(0, MAX_COLORS).forEach((color, i) => {
    if (color !== null) values.set([...color, 1], 24 + 4 * i);
  });
  return values;
}
