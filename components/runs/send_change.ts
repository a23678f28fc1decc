/** Asking the server to change something, from a page that it has given its token to. */

/** What came of it: the answer, or why it was refused, in a sentence; `now` is what somebody else made of the text. */
export type Sent<T> = { readonly value: T } | { readonly problem: string; readonly now?: string };

/** Sends a change to `/notes` or `/stop`. */
export async function sendChange<T>(path: "/notes" | "/stop", token: string, body: object): Promise<Sent<T>> {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", "x-descent-token": token },
      body: JSON.stringify(body),
    });
    if (answer.status === 409) return await answer.json();
    return answer.ok ? { value: await answer.json() as T } : { problem: (await answer.text()).trim() };
  } catch {
    return { problem: "It could not be sent: is the dashboard still running?" };
  }
}
