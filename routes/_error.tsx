/** What went wrong, in words. */
import { HttpError, type PageProps } from "fresh";
import { Link } from "../components/site.tsx";

export default function ErrorPage({ error }: PageProps) {
  const { status, message } = error instanceof HttpError ? error : { status: 500, message: "" };
  return (
    <article>
      <header class="page-head">
        <p class="crumbs">
          <span>{status}</span>
        </p>
        <h1>{status === 404 ? "Not here" : "Something went wrong"}</h1>
        <p class="lead">
          <bdi>
            {status !== 404
              ? "Something went wrong here; the terminal says more."
              : message === "Not Found"
              ? "There is no such page."
              : message}
          </bdi>
        </p>
      </header>
      <p>
        <Link to="/">To the experiments</Link> · <Link to="/runs">to all runs</Link>
      </p>
    </article>
  );
}
