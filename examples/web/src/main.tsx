// Where the page begins.
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { NoticesProvider } from "./parts/notices";
import { SessionProvider } from "./session/session";
import "./style/base.css";
import "./style/parts.css";
import "./style/pages.css";
import "./style/workshop.css";

createRoot(document.getElementById("root")!).render(
  <NoticesProvider>
    <SessionProvider>
      <App />
    </SessionProvider>
  </NoticesProvider>,
);
