/** The one font, in three weights. */
import { assetAnswer } from "../../dashboard/assets.ts";
import { define, notFound } from "../../dashboard/define.ts";

export const handler = define.handlers({
  async GET({ req, params: { name = "" } }) {
    return await assetAnswer(`fonts/${name}`, req) ?? notFound("There is no such font.");
  },
});
