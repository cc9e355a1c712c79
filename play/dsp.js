// The way back from a picture to sound, as audiogan_tf.sound does it: bands to bins, and fast
// Griffin-Lim (Perraudin, Balazs and Sondergaard, 2013) from a starting phase that is always the same.

import { word } from "./random.js";

const BAND_ROUNDS = 30;
const MOMENTUM = 0.99;

/** A complex Fourier transform of a power of two, in place: two steps of halving in each pass. */
class Fourier {
  constructor(size) {
    this.size = size;
    this.odd = Math.log2(size) % 2 === 1;
    this.cos = Float64Array.from({ length: size }, (_, i) => Math.cos((2 * Math.PI * i) / size));
    this.sin = Float64Array.from({ length: size }, (_, i) => -Math.sin((2 * Math.PI * i) / size));
    this.place = new Uint32Array(size);
    for (let i = 1; i < size; i++) this.place[i] = (this.place[i >> 1] >> 1) | (i & 1 ? size >> 1 : 0);
  }

  /** The way back is the same with both parts exchanged, but for the factor 1 / size. */
  transform(real, imaginary) {
    this.sort(real, imaginary);
    if (this.odd) this.pairs(real, imaginary);
    for (let quarter = this.odd ? 2 : 1; quarter < this.size; quarter *= 4)
      this.fours(real, imaginary, quarter);
  }

  sort(real, imaginary) {
    const { size, place } = this;
    for (let i = 0; i < size; i++) {
      const j = place[i];
      if (j <= i) continue;
      const a = real[i], b = imaginary[i];
      real[i] = real[j]; imaginary[i] = imaginary[j];
      real[j] = a; imaginary[j] = b;
    }
  }

  pairs(real, imaginary) {
    for (let i = 0; i < this.size; i += 2) {
      const a = real[i + 1], b = imaginary[i + 1];
      real[i + 1] = real[i] - a; imaginary[i + 1] = imaginary[i] - b;
      real[i] += a; imaginary[i] += b;
    }
  }

  /** Four transforms of `quarter` points become one, everywhere. */
  fours(real, imaginary, quarter) {
    const { size, cos, sin } = this;
    const step = size / (4 * quarter);
    for (let k = 0; k < quarter; k++) {
      const c1 = cos[2 * k * step], s1 = sin[2 * k * step];
      const c2 = cos[k * step], s2 = sin[k * step];
      const c3 = cos[3 * k * step], s3 = sin[3 * k * step];
      for (let i = k; i < size; i += 4 * quarter) {
        const j = i + quarter, m = j + quarter, n = m + quarter;
        const bRe = real[j] * c1 - imaginary[j] * s1, bIm = real[j] * s1 + imaginary[j] * c1;
        const cRe = real[m] * c2 - imaginary[m] * s2, cIm = real[m] * s2 + imaginary[m] * c2;
        const dRe = real[n] * c3 - imaginary[n] * s3, dIm = real[n] * s3 + imaginary[n] * c3;
        const sumRe = real[i] + bRe, sumIm = imaginary[i] + bIm;
        const apartRe = real[i] - bRe, apartIm = imaginary[i] - bIm;
        const bothRe = cRe + dRe, bothIm = cIm + dIm;
        const turnedRe = cIm - dIm, turnedIm = dRe - cRe; // by a quarter
        real[i] = sumRe + bothRe; imaginary[i] = sumIm + bothIm;
        real[j] = apartRe + turnedRe; imaginary[j] = apartIm + turnedIm;
        real[m] = sumRe - bothRe; imaginary[m] = sumIm - bothIm;
        real[n] = apartRe - turnedRe; imaginary[n] = apartIm - turnedIm;
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
    this.sums = [new Float64Array(this.bands), new Float64Array(this.bands)];
    this.levels = new Float64Array(this.bands);
    this.fourier = new Fourier(this.size);
    this.real = new Float64Array(this.size);
    this.imaginary = new Float64Array(this.size);
    this.window = Float64Array.from({ length: this.size }, (_, i) =>
      0.5 - 0.5 * Math.cos((2 * Math.PI * i) / this.size));
    this.back = this.window.map((value) => value / this.size);
    this.cover = this.covered();
    this.phase = this.startingPhase();
    this.magnitude = new Float64Array(this.frames * this.bins);
    this.waves = [this.silence(), this.silence(), this.silence()];
  }

  /** Room for a sound with half a window on both sides. */
  silence() {
    return new Float64Array((this.frames - 1) * this.hop + this.size);
  }

  /** One by what the squared windows that cover each sample add up to; outside the sound, zero. */
  covered() {
    const sum = this.silence();
    for (let frame = 0; frame < this.frames; frame++)
      for (let i = 0; i < this.size; i++) sum[frame * this.hop + i] += this.window[i] ** 2;
    const [start, end] = [this.size / 2, this.size / 2 + this.samples];
    return sum.map((value, i) => (i < start || i >= end ? 0 : 1 / Math.max(value, 1e-8)));
  }

  /**
   * An angle for each cell, as points on the circle. No picture moves it: a phase that follows from
   * the picture turns the smallest difference of a noisy one into another sound.
   */
  startingPhase() {
    const angles = Float64Array.from({ length: this.frames * this.bins }, (_, i) =>
      (2 * Math.PI * word(0, i)) / 2 ** 32);
    return [angles.map(Math.cos), angles.map(Math.sin)];
  }

  /** A picture (frames x bands, row by row, in [-1, 1]) to a sound, peaks at most 0.99. */
  sound(picture) {
    this.toMagnitude(picture);
    let [now, before, pushed] = this.waves;
    now.fill(0);
    before.fill(0);
    this.eachPair(null, now);
    const push = MOMENTUM / (1 + MOMENTUM);
    for (let round = 0; round < this.iterations; round++) {
      for (let i = 0; i < now.length; i++) pushed[i] = now[i] - push * before[i];
      [now, before] = [before.fill(0), now];
      this.eachPair(pushed, now);
    }
    return limited(Float32Array.from(now.subarray(this.size / 2, this.size / 2 + this.samples)));
  }

  toMagnitude(picture) {
    const { form, frames, bins, bands, magnitude, bank, levels } = this;
    const scale = Math.LN10 / 20;
    const floor = Math.exp(form.floor_db * scale);
    const of = (value, i) => (typeof value === "number" ? value : value[i]);
    for (let frame = 0; frame < frames; frame++) {
      for (let i = 0; i < bands; i++) {
        const level = picture[frame * bands + i] * of(form.spread, i) + of(form.centre, i);
        levels[i] = Math.max(Math.exp(level * scale) - floor, 0);
      }
      const row = magnitude.subarray(frame * bins, (frame + 1) * bins);
      if (bank) this.bandsToBins(levels, row);
      else row.set(levels);
    }
  }

  /** Non-negative magnitudes whose bands come closest to `levels` (Lee and Seung, 2001). */
  bandsToBins(levels, row) {
    const { bins, target } = this;
    const { first, second, one, two } = this.bank;
    let [sums, next] = this.sums;
    sums.fill(0);
    for (let bin = 0; bin < bins; bin++) {
      const a = one[bin], b = two[bin];
      target[bin] = a * levels[first[bin]] + b * levels[second[bin]];
      row[bin] = target[bin] / ((a + b) ** 2 + 1e-8);
      sums[first[bin]] += a * row[bin];
      sums[second[bin]] += b * row[bin];
    }
    for (let round = 0; round < BAND_ROUNDS; round++) {
      next.fill(0);
      for (let bin = 0; bin < bins; bin++) {
        const i = first[bin], j = second[bin], a = one[bin], b = two[bin];
        const value = (row[bin] * target[bin]) / (a * sums[i] + b * sums[j] + 1e-12);
        row[bin] = value;
        next[i] += a * value;
        next[j] += b * value;
      }
      [sums, next] = [next, sums];
    }
  }

  /** Two frames at a time: their spectrum from `waves`, or the starting one, to sound in `sum`. */
  eachPair(waves, sum) {
    const { frames, size, hop, back, real, imaginary, cover } = this;
    for (let first = 0; first < frames; first += 2) {
      const second = first + 1 < frames ? first + 1 : -1;
      if (waves) this.withMagnitude(first, second, waves);
      else this.startOf(first, second);
      this.fourier.transform(imaginary, real); // exchanged: backwards
      const a = first * hop, b = second * hop;
      for (let i = 0; i < size; i++) sum[a + i] += real[i] * back[i];
      if (second < 0) continue;
      for (let i = 0; i < size; i++) sum[b + i] += imaginary[i] * back[i];
    }
    for (let i = 0; i < sum.length; i++) sum[i] *= cover[i];
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

  startOf(first, second) {
    const { bins, magnitude, phase: [cos, sin] } = this;
    for (let k = 0; k < bins; k++) {
      const i = first * bins + k, j = second * bins + k;
      const one = magnitude[i], two = second < 0 ? 0 : magnitude[j];
      this.combine(k, one * cos[i], one * sin[i], two && two * cos[j], two && two * sin[j]);
    }
  }

  /** Two frames of `waves` with each cell's angle kept and its magnitude set. */
  withMagnitude(first, second, waves) {
    const { bins, size, hop, window, magnitude, real, imaginary } = this;
    for (let i = 0; i < size; i++) {
      real[i] = waves[first * hop + i] * window[i];
      imaginary[i] = second < 0 ? 0 : waves[second * hop + i] * window[i];
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
