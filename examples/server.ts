/**
 * A server that says which digit an image shows: `deno run -A examples/server.ts model.safetensors`, then
 * `curl --data-binary @image.raw localhost:8000`, with the image's pixels as bytes, row after row.
 */
import { DescentError, loadModel, openPredictor } from "descent";

const [path = "model.safetensors", port = "8000"] = Deno.args;
const predictor = await openPredictor(await loadModel(path));

Deno.serve({ port: Number(port) }, async (request) => {
  try {
    const { classes, probabilities } = await predictor.classify(await request.bytes());
    return Response.json({ class: classes[0], probabilities: Array.from(probabilities) });
  } catch (error) {
    if (!(error instanceof DescentError)) throw error;
    return Response.json({ error: error.message }, { status: 400 });
  }
});
