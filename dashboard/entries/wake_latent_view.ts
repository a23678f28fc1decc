import { wake } from "../../components/island.tsx";
import LatentView from "../../islands/latent_view.tsx";

wake("latent_view", LatentView);
