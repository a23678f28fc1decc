import { wake } from "../../components/island.tsx";
import RunsView from "../../islands/runs_view.tsx";

wake("runs_view", RunsView);
