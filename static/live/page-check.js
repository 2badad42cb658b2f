// The check of equipment: measures what it can and says it in words; the person answers. Picture and sound stay on the device.
const form = document.getElementById("check");
let stream;

const test = (name) => form.querySelector(`[data-test="${name}"]`);
const say = (name, words) => { test(name).querySelector("[data-result]").textContent = words; };
const answer = (name, value) => { form.querySelector(`#${name}-${value}`).checked = true; };

async function devices() {
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  } catch {
    say("camera", form.dataset.none);
    answer("camera", "fails");
    return;
  }
  const own = form.querySelector("[data-own]");
  own.srcObject = stream;
  await own.play();
  const { width, height } = stream.getVideoTracks()[0].getSettings();
  say("camera", `${form.dataset.picture} ${width} × ${height}`);
  level();
}

function level() {
  const context = new AudioContext();
  const meter = new AnalyserNode(context, { fftSize: 1024 });
  new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream(stream.getAudioTracks()) }).connect(meter);
  const samples = new Float32Array(meter.fftSize);
  const bar = test("microphone").querySelector("progress");
  let loudest = 0;
  const round = () => {
    meter.getFloatTimeDomainData(samples);
    const loud = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
    loudest = Math.max(loudest, loud);
    bar.value = Math.min(100, loud * 400);
    say("microphone", loudest > 0.005 ? form.dataset.level : form.dataset.silent);
    if (stream.active) setTimeout(round, 100);
  };
  round();
}

function record(button) {
  if (!stream) return;
  const recorder = new MediaRecorder(new MediaStream(stream.getAudioTracks()));
  const pieces = [];
  recorder.ondataavailable = (event) => pieces.push(event.data);
  recorder.onstop = () => {
    const replay = form.querySelector("[data-replay]");
    URL.revokeObjectURL(replay.src);
    replay.src = URL.createObjectURL(new Blob(pieces, { type: recorder.mimeType }));
    replay.hidden = false;
    button.disabled = false;
    replay.play();
  };
  button.disabled = true;
  recorder.start();
  setTimeout(() => recorder.stop(), 5000);
}

let played = 0;
function tones() {
  played = 2 + Math.floor(Math.random() * 5);
  const context = new AudioContext();
  for (let one = 0; one < played; one += 1) {
    const sound = new OscillatorNode(context, { frequency: 660 });
    const quiet = new GainNode(context, { gain: 0.2 });
    sound.connect(quiet).connect(context.destination);
    sound.start(context.currentTime + 0.3 + one * 0.6);
    sound.stop(context.currentTime + 0.55 + one * 0.6);
  }
}

async function network(button) {
  button.disabled = true;
  const bar = test("network").querySelector("progress");
  const times = [];
  let lost = 0;
  for (let second = 1; second <= 20; second += 1) {
    const began = performance.now();
    try {
      await fetch(form.dataset.net, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(2000) });
      times.push(performance.now() - began);
    } catch {
      lost += 1;
    }
    bar.value = second;
    await new Promise((done) => setTimeout(done, Math.max(0, 1000 - (performance.now() - began))));
  }
  button.disabled = false;
  const middle = Math.round(times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0);
  form.querySelector('[name="measured-delay"]').value = middle;
  form.querySelector('[name="measured-lost"]').value = lost;
  say("network", `${lost ? form.dataset.broke : form.dataset.held} ${middle} ms, ${lost} / 20`);
  answer("network", lost > 2 ? "fails" : lost || middle > 400 ? "weak" : "works");
}

if (form && navigator.mediaDevices) {
  for (const part of form.querySelectorAll("[data-test], [data-needs-script]")) part.hidden = false;
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-start]");
    if (button) ({ devices, record, tones, network })[button.dataset.start](button);
  });
  form.querySelector("#tones").addEventListener("input", (event) => {
    const right = Number(event.target.value) === played && played > 0;
    say("speaker", right ? form.dataset.right : form.dataset.wrong);
    if (right) answer("speaker", "works");
  });
  addEventListener("pagehide", () => stream?.getTracks().forEach((track) => track.stop()));
}
