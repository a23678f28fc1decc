import { wake } from "../../components/island.tsx";
import PlaygroundView from "../../islands/playground_view.tsx";

wake("playground_view", PlaygroundView);
