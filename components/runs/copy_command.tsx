/** A command for a terminal, with a button that copies it. */
import { useSignal } from "@preact/signals";
import { Command } from "../parts.tsx";

/** How long it says that it has copied. */
const SAID_MS = 1500;

export function CopyCommand({ text, label }: { readonly text: string; readonly label: string }) {
  const said = useSignal("Copy");
  const copy = async () => {
    // Pages from disk may not be let near the clipboard; the text can be selected all the same.
    said.value = await navigator.clipboard?.writeText(text).then(() => "Copied", () => "Select it") ??
      "Select it";
    setTimeout(() => said.value = "Copy", SAID_MS);
  };
  return (
    <span class="copy-command">
      <span class="quiet">{label}</span> <Command text={text} />{" "}
      <button type="button" class="button needs-script" onClick={copy}>{said.value}</button>
    </span>
  );
}
