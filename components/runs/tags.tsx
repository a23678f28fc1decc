/** Tags of a run, behind its name. */

export function Tags({ tags }: { readonly tags: readonly string[] }) {
  return <>{tags.map((tag) => <span key={tag} class="tag">{tag}</span>)}</>;
}
