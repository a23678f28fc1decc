/** What went wrong, in words. */
import { Link } from "../components/site.tsx";
import type { ErrorData } from "../dashboard/app.ts";
import type { PageProps } from "../dashboard/page.ts";

export const title = "Not here";

export default function ErrorPage({ data: { status, message } }: PageProps<ErrorData>) {
  return (
    <article>
      <header class="page-head">
        <p class="crumbs">
          <span>{status}</span>
        </p>
        <h1>{status === 404 ? "Not here" : "Something went wrong"}</h1>
        <p class="lead">
          <bdi>{message}</bdi>
        </p>
      </header>
      <p>
        <Link to="/">To the experiments</Link> · <Link to="/runs">to all runs</Link>
      </p>
    </article>
  );
}
