// BullMQ on Redis. It answers to the commands that contract.py describes.
import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";

const { BENCH_URL, BENCH_SLOTS, BENCH_FOLDER, BENCH_MODULES } = process.env;
const { Queue, QueueEvents, Worker } = createRequire(`${BENCH_MODULES}/`)("bullmq");

const AT_ONCE = 500;
const WATCH_INTERVAL_MS = 10;
const WARM_UP_TRIPS = 10;
const connection = { host: "127.0.0.1", port: Number(new URL(BENCH_URL).port), maxRetriesPerRequest: null };
const [command, count] = [process.argv[2], Number(process.argv[3] ?? 0)];
const say = (answer) => console.log(JSON.stringify(answer));
const now = () => Date.now() / 1000;

const commands = {
  async prepare() {},

  async ready() {},

  async enqueue() {
    const queue = await openQueue();
    const began = performance.now();
    for (let start = 0; start < count; start += AT_ONCE) {
      const size = Math.min(AT_ONCE, count - start);
      await queue.addBulk(Array.from({ length: size }, () => ({ name: "noop", data: {} })));
    }
    say({ seconds: (performance.now() - began) / 1000 });
  },

  async work() {
    let isNoted = false;
    const noop = async () => {
      if (isNoted) return;
      isNoted = true;
      writeFileSync(`${BENCH_FOLDER}/first-job`, String(now()));
    };
    const worker = new Worker("bench", noop, { connection, concurrency: Number(BENCH_SLOTS) });
    await new Promise((stop) => process.on("SIGTERM", stop));
    await worker.close();
  },

  async watch() {
    const queue = await openQueue();
    say({ watching: true });
    while ((await queue.getCompletedCount()) < count) await new Promise((wake) => setTimeout(wake, WATCH_INTERVAL_MS));
    say({ ended_at: now() });
    say({ followed_at: now() });
  },

  async trips() {
    const queue = await openQueue();
    const events = new QueueEvents("bench", { connection });
    await events.waitUntilReady();
    const trip = async () => {
      const began = performance.now();
      await (await queue.add("noop", {})).waitUntilFinished(events, 30_000);
      return performance.now() - began;
    };
    for (let number = 0; number < WARM_UP_TRIPS; number++) await trip();
    const milliseconds = [];
    for (let number = 0; number < count; number++) milliseconds.push(await trip());
    say({ milliseconds });
  },
};

async function openQueue() {
  const queue = new Queue("bench", { connection });
  await queue.waitUntilReady();
  return queue;
}

await commands[command]();
process.exit(0);
