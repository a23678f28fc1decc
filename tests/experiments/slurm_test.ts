/** Runs on a cluster: the scripts, and a real Slurm on this machine where it is installed. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PlannedCell } from "../../experiments/lab/cells.ts";
import { planCells } from "../../experiments/lab/cells.ts";
import { arrayScript, chainsOf, chainsOfTask, gatherScript } from "../../experiments/lab/slurm.ts";
import { quote } from "../../src/cli/command.ts";
import { experimentNamed } from "../../experiments/registry.ts";
import { withTempFolder, writeIdxFolder } from "../fixtures.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SCRIPT = { folder: "/shared/a b", name: "sweep", program: "deno run main.ts" } as const;

function cellsOf(...names: readonly string[]): readonly PlannedCell[] {
  return planCells(names.map((name) => {
    const experiment = experimentNamed(name);
    return { experiment, settings: experiment.defaults, seed: 1 };
  }));
}

Deno.test("a run that goes on from another is trained by the task that trains that one", () => {
  const chains = chainsOf(cellsOf("sdae-classify", "q1-adam"));
  assertEquals(chains.map((chain) => chain.map(({ experiment }) => experiment.name)), [
    ["sdae-pretrain", "sdae-classify"],
    ["q1-adam"],
  ]);
});

Deno.test("more runs than an array may have tasks are dealt out over fewer, each once", () => {
  const chains = chainsOf(cellsOf("q1-adam", "q1-sgd", "q1-nag", "q1-rmsprop", "q1-vgd"));
  const dealt = [0, 1, 2].flatMap((task) => chainsOfTask(chains, task, 3));
  assertEquals(dealt.length, 5);
  assertEquals(new Set(dealt).size, 5);
});

Deno.test("the array's script has the options of the command line, and queues its task again before its time is out", () => {
  const values = { "slurm-partition": "gpu", "slurm-options": "--account=x", "slurm-time": "00:10:00" };
  const script = arrayScript(7, { ...SCRIPT, values });
  for (
    const text of [
      "#SBATCH --array=0-6",
      "#SBATCH --partition=gpu",
      "#SBATCH --account=x",
      "#SBATCH --time=00:10:00",
      "#SBATCH --requeue",
      "#SBATCH --signal=B:USR1@",
      'scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"',
      "cells '/shared/a b' --task \"$SLURM_ARRAY_TASK_ID\" --tasks 7",
    ]
  ) assertStringIncludes(script, text);
  assertStringIncludes(
    gatherScript(["sweep", "q1-adam", "--gather"], { ...SCRIPT, values }),
    "sweep q1-adam --gather",
  );
});

Deno.test("words go through a shell as they are", () => {
  assertEquals([quote("a-b.c"), quote("it's"), quote("a;b")], ["a-b.c", `'it'\\''s'`, "'a;b'"]);
});

async function hasSlurm(): Promise<boolean> {
  try {
    return (await new Deno.Command("slurmctld", { args: ["-V"], stdout: "null", stderr: "null" }).output())
      .success;
  } catch {
    return false;
  }
}

/** Starts munged, a controller and two machines of one core, all on this machine, in a folder of their own. */
async function withCluster(use: (env: Readonly<Record<string, string>>) => Promise<void>): Promise<void> {
  await withTempFolder(async (folder) => {
    const port = 20_000 + Deno.pid % 20_000;
    const host = (await new Deno.Command("hostname").output()).stdout;
    await Deno.mkdir(join(folder, "munge"), { mode: 0o700 });
    await Deno.chmod(folder, 0o755);
    await Deno.writeFile(join(folder, "munge/key"), crypto.getRandomValues(new Uint8Array(1024)), {
      mode: 0o400,
    });
    await Deno.mkdir(join(folder, "state"));
    const conf = join(folder, "slurm.conf");
    await Deno.writeTextFile(
      conf,
      `ClusterName=test
SlurmctldHost=${new TextDecoder().decode(host).trim()}(127.0.0.1)
SlurmctldPort=${port}
AuthType=auth/munge
AuthInfo=socket=${folder}/munge/socket
CredType=cred/munge
SlurmUser=root
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool-%n
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd-%n.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
SwitchType=switch/none
MpiDefault=none
MaxArraySize=3
SchedulerParameters=batch_sched_delay=0,sched_interval=1
NodeName=n1 NodeAddr=127.0.0.1 Port=${port + 1} CPUs=1 RealMemory=8000
NodeName=n2 NodeAddr=127.0.0.1 Port=${port + 2} CPUs=1 RealMemory=8000
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
`,
    );
    const munge = ["key-file=key", "socket=socket", "pid-file=pid", "log-file=log", "seed-file=seed"]
      .map((one) => `--${one.replace("=", `=${folder}/munge/`)}`);
    await started("munged", ["--force", ...munge]);
    await started("slurmctld", ["-c", "-f", conf]);
    await started("slurmd", ["-N", "n1", "-f", conf]);
    await started("slurmd", ["-N", "n2", "-f", conf]);
    try {
      await use({ SLURM_CONF: conf });
    } finally {
      for (const name of ["slurmd-n1.pid", "slurmd-n2.pid", "slurmctld.pid", "munge/pid"]) {
        const pid = Number(await Deno.readTextFile(join(folder, name)).catch(() => "0"));
        if (pid > 0) Deno.kill(pid, "SIGTERM");
      }
      // Their files are open until they are gone.
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
  });
}

async function started(program: string, args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args: [...args], stdout: "null" }).output();
  assert(success, new TextDecoder().decode(stderr));
}

async function descent(args: readonly string[], env: Readonly<Record<string, string>>) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "experiments/main.ts", ...args],
    cwd: ROOT,
    env: { ...env },
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** Waits until no job is queued or running. */
async function settled(env: Readonly<Record<string, string>>): Promise<void> {
  for (let tries = 0; tries < 240; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { stdout } = await new Deno.Command("squeue", { args: ["--noheader"], env: { ...env } }).output();
    if (new TextDecoder().decode(stdout).trim() === "") return;
  }
  throw new Error("The cluster's jobs did not end within two minutes");
}

async function onlyFolder(out: string, start: string): Promise<string> {
  const names = (await Array.fromAsync(Deno.readDir(out), ({ name }) => name)).filter((name) =>
    name.startsWith(start)
  );
  assertEquals(names.length, 1, names.join());
  return join(out, names[0]!);
}

Deno.test("a sweep on a real Slurm trains every run, gathers, and sends again what failed alone", async () => {
  if (!await hasSlurm() || Deno.uid() !== 0) {
    assert(
      !Deno.env.has("DESCENT_REQUIRE_SLURM"),
      "Slurm is required, but it is not installed or this is not root",
    );
    console.log("Slurm not tested: slurmctld is not installed, or this is not root");
    return;
  }
  await withTempFolder(async (folder) => {
    const data = join(folder, "set");
    const out = join(folder, "runs");
    await Deno.mkdir(data);
    await writeIdxFolder(data, { train: 160, t10k: 40, size: 8, classes: [0, 2, 4, 6, 7] });
    await withCluster(async (env) => {
      const words = [
        "sweep",
        "q1-nag",
        "--lr",
        "0.001,0.01,0.02,1000",
        "--epochs",
        "40",
        "--data",
        data,
        "--out",
        out,
      ];
      const sent = await descent([...words, "--slurm", "--slurm-memory", "1"], env);
      assertEquals(sent.code, 0, sent.stderr);
      // MaxArraySize 3 leaves the indices 0 to 2; one below is what is used.
      assertStringIncludes(sent.stdout, "Submitted 4 runs in 2 tasks");
      await settled(env);
      const group = await onlyFolder(out, "sweep-q1-nag");
      const { cells } = JSON.parse(await Deno.readTextFile(join(group, "summary.json")));
      assertEquals(cells.length, 3);
      assertStringIncludes(await Deno.readTextFile(join(group, "tables.md")), "0.02");
      const logs = await Array.fromAsync(Deno.readDir(join(group, "slurm/logs")), ({ name }) => name);
      const failed = logs.find((name) => name.includes("1000"))!;
      assertStringIncludes(await Deno.readTextFile(join(group, "slurm/logs", failed)), "descent: The ");
      const again = await descent([
        "sweep",
        "q1-nag",
        "--resume",
        group,
        "--out",
        out,
        "--data",
        data,
        "--slurm",
      ], env);
      assertStringIncludes(again.stdout, "Submitted 1 runs in 1 tasks", again.stderr);
      await settled(env);
    });
  });
});
