import { wake } from "../../components/island.tsx";
import CompareView from "../../islands/compare_view.tsx";

wake("compare_view", CompareView);
