// A first look at the platform: videos, jobs as they run, the log as it grows. Whatever a stranger may have named
// reaches the page as text only.

const MOST_JOBS = 12, MOST_EVENTS = 200, AGAIN_MS = 1000;
const $ = (id) => document.getElementById(id);
const jobs = new Map();
let seen = 0;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

async function ask(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw Object.assign(new Error((await answer.json()).detail), { status: answer.status });
  return answer.json();
}

function say(text) { $("state").textContent = text; }

function showVideos(videos) {
  $("videos").replaceChildren(...videos.map((video) => {
    const picture = element("img", { alt: "", loading: "lazy" });
    if (video.thumbnail) picture.src = `/v1/videos/${video.id}/thumbnail`;
    const title = element("strong", { textContent: video.title });
    const about = element("p", { className: "faint", textContent: `${clock(video.duration)} · ${size(video.size_bytes)}` });
    return element("li", {}, element("a", { href: `/v1/videos/${video.id}/content` }, picture, title, about));
  }));
  if (!videos.length) $("videos").append(element("li", { className: "faint", textContent: "None yet." }));
}

function showJobs() {
  const newest = [...jobs.values()].sort((a, b) => (a.created_at < b.created_at ? 1 : -1)).slice(0, MOST_JOBS);
  $("jobs").replaceChildren(...newest.map(jobRow));
  if (!newest.length) $("jobs").append(element("li", { className: "faint", textContent: "None yet." }));
}

function jobRow(job) {
  const row = element("li", {},
    element("strong", { textContent: job.type }),
    element("span", { className: job.status, textContent: job.status }));
  if (job.status === "running") {
    const bar = element("progress", { max: 100, ariaLabel: `${job.type} progress` });
    if (job.percent != null) bar.value = job.percent;
    row.append(bar, element("span", { className: "faint", textContent: told(job) }));
  }
  if (job.error_message) row.append(element("span", { className: "faint", textContent: job.error_message }));
  return row;
}

function told(job) {
  const parts = [job.phase ?? "starting"];
  if (job.percent != null) parts.push(`${Math.round(job.percent)} %`);
  if (job.done_bytes != null) parts.push(moved(job));
  if (job.speed) parts.push(`${job.speed.toFixed(1)}×`);
  if (job.eta_seconds != null) parts.push(`${clock(job.eta_seconds)} left`);
  return parts.join(" · ");
}

function moved(job) {
  const mib = (bytes) => (bytes / 1048576).toLocaleString("en", { maximumFractionDigits: 0 });
  const amount = job.total_bytes ? `${mib(job.done_bytes)} of ${mib(job.total_bytes)} MiB` : `${mib(job.done_bytes)} MiB`;
  return job.bytes_per_second ? `${amount} · ${(job.bytes_per_second / 1048576).toFixed(1)} MiB/s` : amount;
}

function showEvent(event) {
  const who = event.subject.split(".")[2];
  const time = new Date(event.time).toLocaleTimeString();
  $("log").prepend(element("li", {},
    element("span", { textContent: `${event.seq}  ${event.type}` }),
    element("time", { dateTime: event.time, textContent: time }),
    element("span", { className: "faint", textContent: who })));
  while ($("log").children.length > MOST_EVENTS) $("log").lastElementChild.remove();
}

function onMessage(message) {
  if (message.type === "progress") {
    const job = jobs.get(message.job_id);
    if (job) { Object.assign(job, message, { type: job.type }); showJobs(); }
    return;
  }
  seen = message.seq;
  showEvent(message);
  const [kind] = message.type.split(".");
  if (kind === "job") later(`job ${message.subject.split(".")[2]}`, () => refreshJob(message.subject.split(".")[2]));
  if (kind === "video") later("videos", refreshVideos);
  if (kind === "project") later("projects", refreshProjects);
}

// Many events in a moment lead to one question.
const planned = new Set();
function later(what, act) {
  if (planned.has(what)) return;
  planned.add(what);
  setTimeout(() => { planned.delete(what); act().catch((error) => say(error.message)); }, 100);
}

async function refreshJob(id) { jobs.set(id, { ...jobs.get(id), ...await ask(`/v1/jobs/${id}`) }); showJobs(); }
async function refreshVideos() { showVideos((await ask(`/v1/videos?limit=60&min_seq=${seen}`)).data); }

async function refreshProjects() {
  const { data } = await ask(`/v1/projects?limit=200&min_seq=${seen}`);
  $("upload").project_id.replaceChildren(...data.map((project) => element("option", { value: project.id, textContent: project.name })));
  if (!data.length) $("upload").project_id.append(element("option", { value: "", textContent: "A new project" }));
  $("upload").project_id.required = data.length > 0;
}

async function chosenProject() {
  const chosen = $("upload").project_id.value;
  if (chosen) return chosen;
  const answer = await fetch("/v1/projects", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name: "My videos" }),
  });
  return (await answer.json()).id;
}

async function upload(event) {
  event.preventDefault();
  const form = new FormData(), button = event.target.querySelector("button"), told = $("told");
  form.append("project_id", await chosenProject());
  form.append("file", event.target.file.files[0]);
  const request = new XMLHttpRequest();
  request.open("POST", "/v1/videos/upload");
  request.upload.onprogress = (sent) => { $("sent").value = sent.loaded / sent.total; };
  request.onload = () => { told.textContent = request.status === 202 ? "Stored. It is being looked at now." : JSON.parse(request.responseText).detail; };
  request.onerror = () => { told.textContent = "The connection broke: try again."; };
  request.onloadend = () => { button.disabled = false; $("sent").hidden = true; };
  button.disabled = true;
  $("sent").hidden = false;
  told.textContent = "";
  request.send(form);
}

function connect() {
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/v1/ws?since=${seen}`);
  socket.onopen = () => say("Live");
  socket.onmessage = (frame) => onMessage(JSON.parse(frame.data));
  socket.onclose = (end) => {
    if (end.code === 4401) return say("Open the link with the token that was printed at start.");
    say("Connection lost, trying again…");
    setTimeout(connect, AGAIN_MS);
  };
}

function clock(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function size(bytes) { return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`; }

async function start() {
  try {
    const page = await ask(`/v1/jobs?limit=${MOST_JOBS}`);
    for (const job of page.data) jobs.set(job.id, job);
    seen = Math.max(0, page.seq - MOST_EVENTS / 4);
    showJobs();
    await Promise.all([refreshVideos(), refreshProjects()]);
    connect();
  } catch (error) {
    if (error.status === 401) return say("Open the link with the token that was printed at start.");
    say(`${error.message}. Trying again…`);
    setTimeout(start, AGAIN_MS);
  }
}

$("upload").addEventListener("submit", upload);
start();
