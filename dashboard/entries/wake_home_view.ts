import { wake } from "../../components/island.tsx";
import HomeView from "../../islands/home_view.tsx";

wake("home_view", HomeView);
