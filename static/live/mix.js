// What somebody hears who watches a hearing: each person a voice of their own. Who interprets speaks beside the hearing: over
// those who speak for whoever chose that, who then lie beneath; else not at all, unless the judge gave them the floor.
const BENEATH = 0.2; // of their loudness, while an interpreter speaks over them
const SPEAKS = 0.01; // of full loudness: below it a microphone only stands open
const HOLDS = 1500; // milliseconds a pause between two words may last
const EASES = 0.08; // seconds in which a voice comes up or goes down, so that nothing clicks

class Voice {
  /** `aside(moment)`: whether they speak beside the hearing at a moment of it. */
  constructor(context, aside) {
    this.aside = aside;
    this.meter = new AnalyserNode(context, { fftSize: 2048 });
    this.gain = new GainNode(context, { gain: 0 });
    this.meter.connect(this.gain).connect(context.destination);
    this.loud = new Float32Array(2048);
    this.wanted = 0;
  }

  /** How loud they are now, from 0 to 1, whatever is heard of it. */
  loudness() {
    this.meter.getFloatTimeDomainData(this.loud);
    return this.loud.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  }

  at(loudness, context) {
    if (loudness === this.wanted) return;
    this.wanted = loudness;
    this.gain.gain.setTargetAtTime(loudness, context.currentTime, EASES);
  }
}

export class Mix {
  #context = new AudioContext();
  #voices = new Map();
  #films = new Map();
  #spokeAt = -Infinity;

  /** From now on the sound of these films is somebody's voice here. */
  takes(person, films, aside) {
    if (this.#voices.has(person)) return;
    const voice = new Voice(this.#context, aside);
    for (const film of films) {
      const source = this.#films.get(film) ?? this.#context.createMediaElementSource(film);
      this.#films.set(film, source);
      source.connect(voice.meter);
    }
    this.#voices.set(person, voice);
  }

  leaves(person, films) {
    this.#voices.get(person)?.gain.disconnect();
    this.#voices.delete(person);
    for (const film of films) this.#films.delete(film);
  }

  /** How loud each is at a moment of the hearing; `chosen`: whose interpretation whoever watches chose, if any. */
  at(moment, chosen) {
    if (this.#context.state !== "running") this.#context.resume().catch(() => {});
    const beside = new Set([...this.#voices.values()].filter((voice) => voice.aside(moment)));
    const mine = this.#voices.get(chosen);
    if (beside.has(mine) && mine.loudness() > SPEAKS) this.#spokeAt = performance.now();
    const over = mine !== undefined && performance.now() - this.#spokeAt < HOLDS;
    for (const voice of this.#voices.values()) {
      const loudness = beside.has(voice) ? Number(voice === mine) : over ? BENEATH : 1;
      voice.at(loudness, this.#context);
    }
  }
}
