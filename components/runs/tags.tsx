/** Tags of a run, behind its name. */
import { Fragment } from "preact";

export function Tags({ tags }: { readonly tags: readonly string[] }) {
  return (
    <>
      {tags.map((tag) => (
        <Fragment key={tag}>
          {" "}
          <span class="tag">{tag}</span>
        </Fragment>
      ))}
    </>
  );
}
