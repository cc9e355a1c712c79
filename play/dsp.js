// The way back from a picture to sound, as audiogan_tf.sound does it: bands to bins, a guess of the
// phase from the neighbours, and fast Griffin-Lim (Perraudin, Balazs and Sondergaard, 2013).

const BAND_ROUNDS = 30;
const MOMENTUM = 0.99;

/** A complex Fourier transform of a power of two, in place. */
class Fourier {
  constructor(size) {
    this.size = size;
    this.cos = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / size));
    this.sin = Float64Array.from({ length: size / 2 }, (_, i) => -Math.sin((2 * Math.PI * i) / size));
    this.place = new Uint32Array(size);
    for (let i = 1; i < size; i++) this.place[i] = (this.place[i >> 1] >> 1) | (i & 1 ? size >> 1 : 0);
  }

  /** The way back is the same with both parts exchanged, but for the factor 1 / size. */
  transform(real, imaginary) {
    const { size, cos, sin, place } = this;
    for (let i = 0; i < size; i++) {
      const j = place[i];
      if (j <= i) continue;
      const a = real[i], b = imaginary[i];
      real[i] = real[j]; imaginary[i] = imaginary[j];
      real[j] = a; imaginary[j] = b;
    }
    for (let half = 1, step = size >> 1; half < size; half <<= 1, step >>= 1) {
      for (let start = 0; start < size; start += 2 * half) {
        for (let i = start, k = 0; i < start + half; i++, k += step) {
          const j = i + half;
          const c = cos[k], s = sin[k];
          const a = real[j] * c - imaginary[j] * s;
          const b = real[j] * s + imaginary[j] * c;
          real[j] = real[i] - a; imaginary[j] = imaginary[i] - b;
          real[i] += a; imaginary[i] += b;
        }
      }
    }
  }
}

/**
 * Triangular filters, equally spaced in mel. At most two lie over a bin: their numbers are in
 * `first` and `second`, their weights in `one` and `two`.
 */
function melBank(sampleRate, nFft, nMels) {
  const toMel = (hz) => 2595 * Math.log10(1 + hz / 700);
  const toHz = (mel) => 700 * (10 ** (mel / 2595) - 1);
  const top = toMel(sampleRate / 2);
  const corners = Array.from({ length: nMels + 2 }, (_, i) => toHz((top * i) / (nMels + 1)));
  const bins = nFft / 2 + 1;
  const bank = {
    first: new Uint16Array(bins), second: new Uint16Array(bins),
    one: new Float64Array(bins), two: new Float64Array(bins),
  };
  for (let bin = 0; bin < bins; bin++) {
    const hz = (bin * sampleRate) / nFft;
    for (let band = 0; band < nMels; band++) {
      const [low, middle, high] = corners.slice(band, band + 3);
      const weight = Math.fround(Math.min((hz - low) / (middle - low), (high - hz) / (high - middle)));
      if (weight <= 0) continue;
      const [place, share] = bank.one[bin] ? ["second", "two"] : ["first", "one"];
      bank[place][bin] = band;
      bank[share][bin] = weight;
    }
  }
  return bank;
}

/** Makes sounds of the pictures of one model. */
export class WayBack {
  constructor(representation, sampleRate, iterations) {
    Object.assign(this, { form: representation, iterations });
    this.size = representation.n_fft;
    this.hop = representation.hop_length;
    this.frames = representation.frames;
    this.bins = this.size / 2 + 1;
    this.samples = (this.frames - 1) * this.hop;
    this.bands = representation.n_mels || this.bins - 1;
    this.bank = representation.n_mels && melBank(sampleRate, this.size, this.bands);
    this.target = new Float64Array(this.bins);
    this.sums = new Float64Array(this.bands);
    this.fourier = new Fourier(this.size);
    this.real = new Float64Array(this.size);
    this.imaginary = new Float64Array(this.size);
    this.window = Float64Array.from({ length: this.size }, (_, i) =>
      0.5 - 0.5 * Math.cos((2 * Math.PI * i) / this.size));
    this.cover = this.covered();
    this.magnitude = new Float64Array(this.frames * this.bins);
    this.waves = this.silence();
    this.pushed = this.silence();
    this.next = this.silence();
  }

  /** Room for a sound with half a window on both sides. */
  silence() {
    return new Float64Array((this.frames - 1) * this.hop + this.size);
  }

  /** What the squared windows that cover each sample add up to. */
  covered() {
    const sum = this.silence();
    for (let frame = 0; frame < this.frames; frame++)
      for (let i = 0; i < this.size; i++) sum[frame * this.hop + i] += this.window[i] ** 2;
    return sum.map((value) => Math.max(value, 1e-8));
  }

  /** A picture (frames x bands, row by row, in [-1, 1]) to a sound, peaks at most 0.99. */
  sound(picture) {
    this.toMagnitude(picture);
    const { waves, pushed } = this;
    const phase = this.neighbourPhase();
    waves.fill(0);
    this.eachPair((first, second) => this.startOf(first, second, phase), waves);
    let before = this.next.fill(0);
    let now = waves;
    const push = MOMENTUM / (1 + MOMENTUM);
    for (let round = 0; round < this.iterations; round++) {
      for (let i = 0; i < now.length; i++) pushed[i] = now[i] - push * before[i];
      const spare = before;
      before = now;
      now = spare.fill(0);
      this.eachPair((first, second) => this.withMagnitude(first, second), now);
    }
    return limited(Float32Array.from(now.subarray(this.size / 2, this.size / 2 + this.samples)));
  }

  /** Near the floor two nearly equal numbers are subtracted: rounded where the kit rounds. */
  toMagnitude(picture) {
    const { form, frames, bins, bands, magnitude, bank } = this;
    const { fround } = Math;
    const floor = fround(10 ** (form.floor_db / 20));
    const of = (value, i) => fround(typeof value === "number" ? value : value[i]);
    const levels = new Float64Array(bands);
    for (let frame = 0; frame < frames; frame++) {
      for (let i = 0; i < bands; i++) {
        const way = fround(picture[frame * bands + i] * of(form.spread, i));
        const level = fround(fround(way + of(form.centre, i)) / 20);
        levels[i] = Math.max(fround(fround(10 ** level) - floor), 0);
      }
      const row = magnitude.subarray(frame * bins, (frame + 1) * bins);
      if (bank) this.bandsToBins(levels, row);
      else row.set(levels);
    }
  }

  /** Non-negative magnitudes whose bands come closest to `levels` (Lee and Seung, 2001). */
  bandsToBins(levels, row) {
    const { bins, target, sums } = this;
    const { first, second, one, two } = this.bank;
    for (let bin = 0; bin < bins; bin++) {
      target[bin] = one[bin] * levels[first[bin]] + two[bin] * levels[second[bin]];
      row[bin] = target[bin] / ((one[bin] + two[bin]) ** 2 + 1e-8);
    }
    for (let round = 0; round < BAND_ROUNDS; round++) {
      sums.fill(0);
      for (let bin = 0; bin < bins; bin++) {
        sums[first[bin]] += one[bin] * row[bin];
        sums[second[bin]] += two[bin] * row[bin];
      }
      for (let bin = 0; bin < bins; bin++) {
        const reached = one[bin] * sums[first[bin]] + two[bin] * sums[second[bin]];
        row[bin] *= target[bin] / (reached + 1e-12);
      }
    }
  }

  /** How fast the phase turns, read off the slopes of the log magnitude, as in PGHI. */
  // Rounded where the kit rounds, to 32 bits: these angles are large, and a noise's phase is touchy.
  slopes() {
    const { frames, bins, magnitude, size, hop } = this;
    const { fround } = Math;
    const turns = Float32Array.from({ length: bins }, (_, k) => fround((2 * Math.PI * hop) / size) * k);
    const gamma = 0.25645 * size ** 2;
    const least = 1e-6 * magnitude.reduce((a, b) => Math.max(a, b), 0) + 1e-30;
    const log = Float32Array.from(magnitude, (value) => Math.log(Math.max(value, least)));
    const perFrame = new Float32Array(frames * bins);
    const perBin = new Float32Array(frames * bins);
    const [alongBin, alongFrame] = [fround((hop * size) / gamma), fround(-gamma / (hop * size))];
    for (let t = 0; t < frames; t++) {
      const [a, b] = [Math.max(t - 1, 0), Math.min(t + 1, frames - 1)];
      for (let k = 0; k < bins; k++) {
        const [c, d] = [Math.max(k - 1, 0), Math.min(k + 1, bins - 1)];
        const alongBins = fround(fround(log[t * bins + d] - log[t * bins + c]) / (d - c));
        const alongFrames = fround(fround(log[b * bins + k] - log[a * bins + k]) / (b - a));
        perFrame[t * bins + k] = fround(alongBin * alongBins) + turns[k];
        perBin[t * bins + k] = fround(alongFrame * alongFrames) - fround(Math.PI);
      }
    }
    return [perFrame, perBin];
  }

  /** Each frame's phase from the one before (Prusa, Balazs and Sondergaard, 2017), as points. */
  neighbourPhase() {
    const { frames, bins, magnitude } = this;
    const [perFrame, perBin] = this.slopes();
    const real = new Float64Array(frames * bins).fill(1);
    const imaginary = new Float64Array(frames * bins);
    for (let k = 1, angle = 0; k < bins; k++) {
      angle += Math.fround(perBin[k] + perBin[k - 1]) / 2;
      real[k] = Math.cos(angle);
      imaginary[k] = Math.sin(angle);
    }
    const own = [new Float64Array(bins), new Float64Array(bins)];
    for (let t = 1; t < frames; t++) {
      const [last, now] = [(t - 1) * bins, t * bins];
      for (let k = 0; k < bins; k++) {
        const angle = Math.fround(perFrame[now + k] + perFrame[last + k]) / 2;
        const c = magnitude[last + k] * Math.cos(angle);
        const s = magnitude[last + k] * Math.sin(angle);
        own[0][k] = real[last + k] * c - imaginary[last + k] * s;
        own[1][k] = real[last + k] * s + imaginary[last + k] * c;
        real[now + k] = own[0][k];
        imaginary[now + k] = own[1][k];
      }
      for (let k = 0; k + 1 < bins; k++) {
        const angle = Math.fround(perBin[now + k + 1] + perBin[now + k]) / 2;
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        real[now + k + 1] += own[0][k] * c - own[1][k] * s;
        imaginary[now + k + 1] += own[0][k] * s + own[1][k] * c;
        real[now + k] += own[0][k + 1] * c + own[1][k + 1] * s;
        imaginary[now + k] += own[1][k + 1] * c - own[0][k + 1] * s;
      }
      for (let i = now; i < now + bins; i++) {
        const scale = 1 / Math.sqrt(real[i] ** 2 + imaginary[i] ** 2 + 1e-20);
        real[i] *= scale;
        imaginary[i] *= scale;
      }
    }
    return [real, imaginary];
  }

  /** Fill the spectrum of two frames, turn it into sound and add it to `sum`. */
  eachPair(fill, sum) {
    const { frames, size, hop, window, real, imaginary, cover } = this;
    for (let first = 0; first < frames; first += 2) {
      const second = first + 1 < frames ? first + 1 : -1;
      fill(first, second);
      this.fourier.transform(imaginary, real); // exchanged: backwards
      const a = first * hop, b = second * hop;
      for (let i = 0; i < size; i++) sum[a + i] += (real[i] * window[i]) / size;
      if (second < 0) continue;
      for (let i = 0; i < size; i++) sum[b + i] += (imaginary[i] * window[i]) / size;
    }
    for (let i = 0; i < sum.length; i++) sum[i] /= cover[i];
    sum.fill(0, 0, size / 2); // outside the sound there is silence
    sum.fill(0, size / 2 + this.samples);
  }

  /** Two frames' half spectra a + ib and c + id as the spectrum of one complex sound. */
  combine(k, a, b, c, d) {
    const { size, real, imaginary } = this;
    if (k === 0 || k === size / 2) {
      real[k] = a;
      imaginary[k] = c;
      return;
    }
    real[k] = a - d;
    imaginary[k] = b + c;
    real[size - k] = a + d;
    imaginary[size - k] = c - b;
  }

  startOf(first, second, [re, im]) {
    const { bins, magnitude } = this;
    const part = (frame, k) => {
      if (frame < 0) return [0, 0];
      const i = frame * bins + k;
      return re[i] || im[i] ? [magnitude[i] * re[i], magnitude[i] * im[i]] : [magnitude[i], 0];
    };
    for (let k = 0; k < bins; k++) {
      const [a, b] = part(first, k);
      const [c, d] = part(second, k);
      this.combine(k, a, b, c, d);
    }
  }

  /** Two frames of `pushed` with each cell's angle kept and its magnitude set. */
  withMagnitude(first, second) {
    const { bins, size, hop, window, magnitude, pushed, real, imaginary } = this;
    for (let i = 0; i < size; i++) {
      real[i] = pushed[first * hop + i] * window[i];
      imaginary[i] = second < 0 ? 0 : pushed[second * hop + i] * window[i];
    }
    this.fourier.transform(real, imaginary);
    for (let k = 0; k < bins; k++) {
      const j = k ? size - k : 0;
      const a = (real[k] + real[j]) / 2, b = (imaginary[k] - imaginary[j]) / 2;
      const c = (imaginary[k] + imaginary[j]) / 2, d = (real[j] - real[k]) / 2;
      const one = magnitude[first * bins + k] / Math.sqrt(a * a + b * b + 1e-20);
      const two = second < 0 ? 0 : magnitude[second * bins + k] / Math.sqrt(c * c + d * d + 1e-20);
      this.combine(k, a * one, b * one, c * two, d * two);
    }
  }
}

/** Companded samples to a sound, cut to its length. */
export function expanded(companded, { companding, samples }) {
  const of = (x) => (Math.sign(x) * Math.expm1(Math.abs(x) * Math.log1p(companding))) / companding;
  return limited(companded.slice(0, samples).map((x) => (companding ? of(x) : x)));
}

function limited(sound) {
  const peak = sound.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
  return peak > 0.99 ? sound.map((value) => (value * 0.99) / peak) : sound;
}
