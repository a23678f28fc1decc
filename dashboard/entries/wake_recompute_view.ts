import { wake } from "../../components/island.tsx";
import RecomputeView from "../../islands/recompute_view.tsx";

wake("recompute_view", RecomputeView);
