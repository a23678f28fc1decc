import { wake } from "../../components/island.tsx";
import RunView from "../../islands/run_view.tsx";

wake("run_view", RunView);
